/** Runs an API call: authorised by the policies, logged, executed; the same for calls from outside and inside. */

import { Readable } from 'node:stream';
import type { CallLog } from './core/call-log.ts';
import type { Clock } from './core/clock.ts';
import { AwsError, NotImplementedByLocalCloud } from './core/errors.ts';
import { ConnectionCut, type Faults } from './core/faults.ts';
import type { Principal } from './core/principal.ts';
import type { AccessRequest, Call, Operation, Service } from './core/service.ts';
import { recordUsed } from './core/used-operations.ts';
import type { Authorizer } from './iam/authorizer.ts';
import { AccessDeniedError, deniedBy } from './iam/denied.ts';

export interface DispatcherOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly authorizer: Authorizer;
  readonly services: ReadonlyMap<string, Service>;
  readonly callLog: CallLog;
}

/** The operation on whose behalf a permission is checked, for the log and the error's code. */
export interface OperationName {
  readonly service: string;
  readonly operation: string;
}

export interface Dispatcher {
  /** @throws NotImplementedByLocalCloud naming what this cloud does not have */
  requireOperation(service: string, operation: string): void;
  /** Counts as busy until it settles. @throws AwsError */
  dispatch(service: string, operation: string, input: object, call: Call): Promise<unknown>;
  /** @throws AccessDeniedError at the first request that is refused */
  authorize(
    requests: readonly AccessRequest[],
    principal: Principal,
    call?: Call,
    name?: OperationName,
  ): void;
}

/** Makes the dispatcher of a cloud; `services` may still be filled afterwards. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { clock, faults, authorizer, services, callLog, region } = options;
  // which operation a call is for, so that a service's further checks are logged under it
  const names = new WeakMap<Call, OperationName>();
  const recordUse = recordUsed(process.env.LOCAL_CLOUD_USED_FILE);

  function authorize(
    requests: readonly AccessRequest[],
    principal: Principal,
    call?: Call,
    name = call && names.get(call),
  ): void {
    const sourceIp = call?.http?.sourceIp;
    const facts = {
      now: call?.now ?? clock.date(),
      region,
      isViaService: call?.viaService !== undefined,
      ...(sourceIp === undefined ? {} : { sourceIp }),
    };
    for (const request of requests) {
      const [service = '', action = ''] = request.action.split(':');
      let denial: AccessDeniedError | undefined;
      let decided: ReturnType<Authorizer['decide']>;
      try {
        decided = authorizer.require(request, principal, facts);
      } catch (error) {
        if (!(error instanceof AccessDeniedError)) throw error;
        denial = error;
        decided = error.decision;
      }
      callLog.append({
        time: facts.now.toISOString(),
        ...whoOf(principal),
        region,
        service: name?.service ?? service,
        operation: name?.operation ?? action,
        action: request.action,
        resource: request.resource,
        ...(request.context ? { context: request.context } : {}),
        decision: denial ? 'deny' : 'allow',
        ...(decided.isAllowedByResource ? { byResource: true } : {}),
        ...(decided.matched.length > 0
          ? { matched: decided.matched.map((each) => `${each.source}/${each.policy}/${each.statement}`) }
          : {}),
        requestId: call?.requestId ?? '',
      });
      if (denial) throw name ? deniedBy(name.service, denial) : denial;
    }
  }

  function find(serviceName: string, operation: string): { service: Service; execute: Operation } {
    const service = services.get(serviceName);
    const execute =
      service && Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
    recordUse(`${serviceName}.${operation}`, execute === undefined);
    if (!service || !execute) throw new NotImplementedByLocalCloud(`${serviceName} ${operation}`);
    return { service, execute };
  }

  async function run(serviceName: string, operation: string, input: object, call: Call): Promise<unknown> {
    const { service, execute } = find(serviceName, operation);
    const name = { service: serviceName, operation };
    names.set(call, name);
    const requests = service.authorize(operation, input as never, call);
    const resources = requests.map(({ resource }) => resource);
    const { runs, isAnswerDropped } = await faults.strike({ ...name, resources });
    authorize(requests, call.principal, call, name);
    if (requests.length === 0) logFree(name, call);
    try {
      let output = await execute(input, call);
      // a body that streams can be read once only
      const isRepeatable = !Object.values(input).some((value) => value instanceof Readable);
      for (let run = 1; run < runs && isRepeatable; run += 1) output = await execute(input, call);
      if (isAnswerDropped) throw new ConnectionCut(name);
      return output;
    } catch (error) {
      // a check that the operation made of another service's resource is refused in its own words
      throw error instanceof AccessDeniedError ? deniedBy(serviceName, error) : error;
    }
  }

  function logFree({ service, operation }: OperationName, { principal, now, requestId }: Call): void {
    callLog.append({
      time: now.toISOString(),
      ...whoOf(principal),
      region,
      service,
      operation,
      action: `${service}:${operation}`,
      resource: '*',
      decision: 'allow',
      isFree: true,
      requestId,
    });
  }

  async function runLogged(name: OperationName, input: object, call: Call): Promise<unknown> {
    const startedAt = performance.now();
    const end = (error?: string) =>
      callLog.end({
        requestId: call.requestId,
        durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
        ...(error === undefined ? {} : { error }),
      });
    try {
      const output = await run(name.service, name.operation, input, call);
      end();
      return output;
    } catch (error) {
      end(error instanceof AwsError ? error.code : 'InternalFailure');
      throw error;
    }
  }

  return {
    requireOperation: (service, operation) => void find(service, operation),
    authorize,
    dispatch: (service, operation, input, call) =>
      clock.busy(`${service} ${operation}`, () => runLogged({ service, operation }, input, call)),
  };
}

function whoOf(principal: Principal): { principal: string; roleArn?: string } {
  const { arn } = principal;
  return principal.kind === 'role' ? { principal: arn, roleArn: principal.roleArn } : { principal: arn };
}
