/** A cloud for unit tests of one service: in memory, everything allowed, everything recorded. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsEvent, Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { createClock } from '../core/create-clock.ts';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import { createFaults } from '../core/faults.ts';
import { createMemoryCollection } from '../core/journal-collection.ts';
import type { Principal } from '../core/principal.ts';
import { roleSession, rootPrincipal, serviceActor } from '../core/principals.ts';
import type { AccessRequest, Call, Operation, Service } from '../core/service.ts';

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';

/** A call that one service made of another through the fake. */
export interface FakeCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly principal: Principal;
}

export interface FakeCloud extends Cloud {
  /** Lets `call` reach this service's operations. */
  register(service: Service): void;
  /** Answers one operation of a service that is not registered. */
  respond(service: string, operation: string, answer: Operation): void;
  /** The context that operations get when a test calls them directly. */
  callAs(principal?: Principal): Call;
  readonly calls: FakeCall[];
  readonly events: AwsEvent[];
  /** What services asked to authorise, all of it allowed. */
  readonly authorized: { requests: readonly AccessRequest[]; principal: Principal }[];
}

/** Makes a fake cloud with a real clock (`clock.advanceTo` steps it) and a temporary directory per service. */
export function fakeCloud(): FakeCloud {
  const clock = createClock();
  const services = new Map<string, Service>();
  const answers = new Map<string, Operation>();
  const collections = new Map<string, Collection<unknown>>();
  const directories = new Map<string, string>();
  const calls: FakeCall[] = [];
  const events: AwsEvent[] = [];
  const authorized: FakeCloud['authorized'] = [];
  let requestCount = 0;

  function callAs(principal: Principal = rootPrincipal(ACCOUNT)): Call {
    requestCount += 1;
    const requestId = `00000000-0000-0000-0000-${String(requestCount).padStart(12, '0')}`;
    return { principal, account: ACCOUNT, region: REGION, requestId, now: clock.date() };
  }

  return {
    account: ACCOUNT,
    region: REGION,
    endpoint: 'http://127.0.0.1:4566',
    clock,
    faults: createFaults(clock),
    root: rootPrincipal(ACCOUNT),
    calls,
    events,
    authorized,
    callAs,
    register: (service) => void services.set(service.name, service),
    respond: (service, operation, answer) => void answers.set(`${service}.${operation}`, answer),
    directory(service) {
      const existing = directories.get(service);
      if (existing) return existing;
      const made = mkdtempSync(join(tmpdir(), `fake-cloud-${service}-`));
      directories.set(service, made);
      return made;
    },
    collection<T>(service: string, name: string): Collection<T> {
      const key = `${service}/${name}`;
      const collection = collections.get(key) ?? createMemoryCollection<unknown>();
      collections.set(key, collection);
      return collection as Collection<T>;
    },
    call<Output>(service: string, operation: string, input: object, principal: Principal): Promise<Output> {
      calls.push({ service, operation, input, principal });
      const run = answers.get(`${service}.${operation}`) ?? services.get(service)?.operations[operation];
      if (!run) return Promise.reject(new NotImplementedByLocalCloud(`${service} ${operation}`));
      return clock.busy(
        `${service}.${operation}`,
        async () => (await run(input, callAs(principal))) as Output,
      );
    },
    authorize: (requests, principal) => void authorized.push({ requests, principal }),
    assumeRole: (roleArn, _servicePrincipal, sessionName) => roleSession(roleArn, sessionName),
    credentialsFor: () => ({ accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'test' }),
    servicePrincipal: (service, sourceArn) => serviceActor(ACCOUNT, service, sourceArn),
    emit: (event) => void events.push(event),
    background: (label, work) => clock.detach(label, work),
  };
}
