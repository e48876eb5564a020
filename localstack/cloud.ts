/** Assembles the local cloud: clock, storage, identities and services behind one `Cloud`. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CallLog, openCallLog } from './core/call-log.ts';
import { openClockFile } from './core/clock-file.ts';
import type { ClockMode } from './core/clock-mode.ts';
import type { Cloud } from './core/cloud.ts';
import type { Collection } from './core/collection.ts';
import { createClock } from './core/create-clock.ts';
import { lockDirectory } from './core/directory-lock.ts';
import { AwsError } from './core/errors.ts';
import { createFaults } from './core/faults.ts';
import { openJournalCollection } from './core/journal-collection.ts';
import { roleSession, rootPrincipal, serviceActor } from './core/principals.ts';
import type { Service } from './core/service.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createAuthorizer } from './iam/authorizer.ts';
import { createIdentities, type Identities } from './iam/identities.ts';
import { iamStore } from './iam/store.ts';
import type { ServiceFactory } from './services.ts';

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';

export interface LocalCloudOptions {
  /** Folder of everything that lasts; made if absent. */
  readonly dataDirectory: string;
  readonly factories: readonly ServiceFactory[];
  /** How the clock runs once the services have started; `real` by default. */
  readonly clockMode?: ClockMode;
}

export interface LocalCloud extends Cloud {
  readonly identities: Identities;
  readonly dispatcher: Dispatcher;
  readonly callLog: CallLog;
  readonly services: ReadonlyMap<string, Service>;
  /** Starts the services, told where the server listens. */
  start(endpoint: string): Promise<void>;
  /** Stops the services in reverse order and closes the files. */
  stop(): Promise<void>;
}

/** Makes a cloud over a data directory. What an earlier process left there is loaded, the clock's offset too. */
export function createLocalCloud(options: LocalCloudOptions): LocalCloud {
  const { dataDirectory, factories, clockMode = { kind: 'real' } } = options;
  mkdirSync(dataDirectory, { recursive: true });
  const unlock = lockDirectory(dataDirectory);
  const collections = new Map<string, ReturnType<typeof openJournalCollection<unknown>>>();
  const services = new Map<string, Service>();
  const clockFile = openClockFile(join(dataDirectory, 'clock.json'));
  const clock = createClock({ offsetMs: clockFile.offsetMs, onJump: clockFile.keep });
  const callLog = openCallLog(join(dataDirectory, 'calls.jsonl'));
  let endpoint = '';

  function directory(service: string): string {
    const path = join(dataDirectory, service);
    mkdirSync(path, { recursive: true });
    return path;
  }

  function collection<T>(service: string, name: string): Collection<T> {
    const key = `${service}/${name}`;
    let opened = collections.get(key);
    if (!opened) {
      opened = openJournalCollection<unknown>(join(directory(service), `${name}.jsonl`));
      collections.set(key, opened);
    }
    return opened as Collection<T>;
  }

  const store = iamStore({ collection });
  const identities = createIdentities(store, ACCOUNT);
  const authorizer = createAuthorizer(store);
  const faults = createFaults(clock);
  const facts = { account: ACCOUNT, region: REGION, clock, faults };
  const dispatcher = createDispatcher({ ...facts, authorizer, services, callLog });

  const cloud: LocalCloud = {
    ...facts,
    root: rootPrincipal(ACCOUNT),
    get endpoint() {
      return endpoint;
    },
    identities,
    dispatcher,
    callLog,
    services,
    directory,
    collection,
    async call<Output>(...[service, operation, input, principal, options]: Parameters<Cloud['call']>) {
      const call = {
        principal,
        account: ACCOUNT,
        region: REGION,
        requestId: randomUUID(),
        now: clock.date(),
        ...options,
      };
      return (await dispatcher.dispatch(service, operation, input, call)) as Output;
    },
    authorize: (requests, principal, call) => dispatcher.authorize(requests, principal, call),
    assumeRole(roleArn, servicePrincipal, sessionName, sourceArn) {
      const role = store.roles.get(roleArn.slice(roleArn.lastIndexOf('/') + 1));
      if (role?.arn !== roleArn) {
        throw new AwsError(
          'AccessDenied',
          `role ${roleArn} does not exist, so ${servicePrincipal} cannot assume it`,
          { status: 403 },
        );
      }
      const request = { action: 'sts:AssumeRole', resource: roleArn, resourcePolicy: role.trustPolicy };
      const service = serviceActor(ACCOUNT, servicePrincipal, sourceArn);
      dispatcher.authorize([request], service, undefined, { service: 'sts', operation: 'AssumeRole' });
      return roleSession(roleArn, sessionName);
    },
    credentialsFor: (principal) => identities.credentialsFor(principal),
    servicePrincipal: (service, sourceArn) => serviceActor(ACCOUNT, service, sourceArn),
    // a cloud without EventBridge, as in some tests, has nobody to tell
    emit: (event) => services.get('events')?.publishServiceEvent?.(event),
    background: (label, work) => clock.detach(label, work),
    async start(listening) {
      endpoint = listening;
      for (const service of services.values()) await service.start?.();
      clock.setMode(clockMode);
    },
    async stop() {
      clock.setMode({ kind: 'real' });
      for (const service of [...services.values()].reverse()) {
        // one that cannot stop must not keep the others' processes alive
        await service
          .stop?.()
          .catch((error) => console.error(`local cloud: ${service.name} did not stop:`, error));
      }
      for (const each of collections.values()) each.close();
      callLog.close();
      clockFile.close();
      unlock();
    },
  };

  for (const factory of factories) {
    const service = factory(cloud);
    services.set(service.name, service);
  }
  return cloud;
}
