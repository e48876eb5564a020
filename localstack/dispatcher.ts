/** Runs an API call: authorised by the policies, logged, executed; the same for calls from outside and inside. */

import type { CallLog } from './core/call-log.ts';
import type { Clock } from './core/clock.ts';
import { NotImplementedByLocalCloud } from './core/errors.ts';
import { createFaults, type Faults } from './core/faults.ts';
import type { Principal } from './core/principal.ts';
import type { AccessRequest, Call, Operation, Service } from './core/service.ts';
import type { Authorizer } from './iam/authorizer.ts';
import { AccessDeniedError, deniedBy } from './iam/denied.ts';

export interface DispatcherOptions {
  readonly region: string;
  readonly clock: Clock;
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
  readonly faults: Faults;
}

/** Makes the dispatcher of a cloud; `services` may still be filled afterwards. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { clock, authorizer, services, callLog, region } = options;
  const faults = createFaults(clock);
  // which operation a call is for, so that a service's further checks are logged under it
  const names = new WeakMap<Call, OperationName>();

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
        principal: principal.arn,
        ...(principal.kind === 'role' ? { roleArn: principal.roleArn } : {}),
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
    if (!service || !execute) throw new NotImplementedByLocalCloud(`${serviceName} ${operation}`);
    return { service, execute };
  }

  async function run(serviceName: string, operation: string, input: object, call: Call): Promise<unknown> {
    const { service, execute } = find(serviceName, operation);
    const name = { service: serviceName, operation };
    names.set(call, name);
    await faults.apply(name);
    authorize(service.authorize(operation, input as never, call), call.principal, call, name);
    try {
      return await execute(input, call);
    } catch (error) {
      // a check that the operation made of another service's resource is refused in its own words
      throw error instanceof AccessDeniedError ? deniedBy(serviceName, error) : error;
    }
  }

  return {
    faults,
    requireOperation: (service, operation) => void find(service, operation),
    authorize,
    dispatch: (service, operation, input, call) =>
      clock.busy(`${service} ${operation}`, () => run(service, operation, input, call)),
  };
}
