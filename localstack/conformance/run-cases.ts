/** Runs conformance cases as tests: two for each operation. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CallRecord } from '../core/call-log.ts';
import { type AuthorizationTable, authorizationTable } from '../testing/authorization-table.ts';
import { INSTALL_MS } from '../testing/python-venv.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import { dependentFaults } from './dependent-actions.ts';
import { actionFaults } from './operation-actions.ts';
import type { ServiceCases } from './operation-case.ts';

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Registers the tests of these cases, all against one cloud of their own. */
export function runCases<Client>({ service, folders, makeClient, operations }: ServiceCases<Client>): void {
  describe(`conformance of ${service}`, () => {
    let running: RunningCloud;
    const inputs = new Map<string, object[]>();
    beforeAll(async () => {
      running = await startCloud({ services: folders });
      for (const [name, each] of running.cloud.services) {
        const { authorize } = each;
        vi.spyOn(each, 'authorize').mockImplementation((operation, input, call) => {
          const id = `${call.requestId} ${name} ${operation}`;
          inputs.set(id, [...(inputs.get(id) ?? []), input]);
          return authorize(operation, input, call);
        });
      }
    });
    afterAll(() => running.stop());

    describe.each(Object.entries(operations))('%s', (_name, { answers, refuses, refusal }) => {
      test('answers', async () => {
        expect.hasAssertions();
        await answers({ client: makeClient(running), running });
      });

      test(`refuses with ${refusal.name}`, async () => {
        const outcome: unknown = await refuses({ client: makeClient(running), running }).then(
          () => 'it was not refused',
          (error: SdkError) => ({
            name: error.name,
            message: error.message,
            status: error.$metadata?.httpStatusCode,
          }),
        );
        expect(outcome).toEqual(refusal);
      });
    });

    test(
      'asks for permissions that AWS has, on resources and with condition keys that they know',
      async () => {
        const table = await authorizationTable();
        expect(permissionFaults(running.cloud.callLog.read(), inputs, table)).toEqual([]);
      },
      INSTALL_MS,
    );
  });
}

/** What is wrong with the permissions that calls asked for, by AWS's reference. */
function permissionFaults(
  calls: readonly CallRecord[],
  inputs: ReadonlyMap<string, readonly object[]>,
  table: AuthorizationTable,
): string[] {
  const asked = calls.filter(({ isFree }) => !isFree);
  // a refusal may be of a name that is no ARN
  const named = asked.filter(({ resource }) => /^(\*$|arn:)/.test(resource));
  const byCall = new Map<string, CallRecord[]>();
  for (const call of calls) {
    // what a service asks for outside of any call is no operation's own permission
    if (call.requestId === '') continue;
    const id = `${call.requestId} ${call.service} ${call.operation}`;
    byCall.set(id, [...(byCall.get(id) ?? []), call]);
  }
  const faults = [
    ...named.flatMap((call) => table.faultsOf(call)),
    ...[...byCall].flatMap(([id, requests]) => callFaults(requests, inputs.get(id) ?? [], table)),
  ];
  return [...new Set(faults)].sort();
}

/** What is wrong with what one call asked for. */
function callFaults(
  requests: readonly CallRecord[],
  inputs: readonly object[],
  table: AuthorizationTable,
): string[] {
  const { service, operation, error } = requests[0]!;
  const asked = requests.filter(({ isFree }) => !isFree);
  const isFree = asked.length === 0;
  const own = isFree
    ? []
    : actionFaults(
        service,
        operation,
        asked.map(({ action }) => action),
      );
  // what is refused is not asked for everything
  if (error !== undefined) return own;
  const isService = requests[0]!.principal.endsWith('.amazonaws.com');
  const calls = inputs.map((input) => ({ service, operation, input, asked, isService }));
  return [...own, ...calls.flatMap((call) => dependentFaults(call, table.dependentsOf))];
}
