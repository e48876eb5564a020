/** One operation on a stack: what its steps share. */
import { randomUUID } from 'node:crypto';
import type { StackStatus } from '@aws-sdk/client-cloudformation';
import type { GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import type { Cloud } from '../../core/cloud.ts';
import type { Principal } from '../../core/principal.ts';
import { validationError } from '../errors.ts';
import type { Caller, ResourceRecord, StackRecord } from '../records.ts';
import type { ResourceContext } from '../resources/handler.ts';
import type { Store } from '../store.ts';
import type { ReadParameter } from '../template/dynamic-references.ts';
import { createEventLog, type EventLog } from './events.ts';
import { physicalName } from './names.ts';

const SESSION_NAME = 'AWSCloudFormation';

export interface Operation {
  readonly cloud: Cloud;
  readonly store: Store;
  readonly stackId: string;
  readonly operationId: string;
  readonly events: EventLog;
  readonly readParameter: ReadParameter;
  stack(): StackRecord;
  putStack(changes: Partial<StackRecord>): void;
  /** Sets the stack's status and writes its event. */
  setStatus(status: StackStatus, reason?: string): void;
  /** What a handler works with. `told` hears of physical ids as soon as there are any. */
  context(
    resource: Pick<ResourceRecord, 'logicalId' | 'type'>,
    told?: Pick<ResourceContext, 'created' | 'reserve'>,
  ): ResourceContext;
}

/** The principal that an operation's calls are made as. @throws AwsError ValidationError when the role cannot be assumed. */
export function actingPrincipal(cloud: Cloud, roleArn: string | undefined, caller: Principal): Principal {
  if (roleArn === undefined) return caller;
  try {
    return cloud.assumeRole(roleArn, 'cloudformation.amazonaws.com', SESSION_NAME);
  } catch {
    throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  }
}

/**
 * Begins an operation on a stack.
 * @throws AwsError ValidationError when the stack's role cannot be assumed.
 */
export function beginOperation(cloud: Cloud, store: Store, stack: StackRecord, caller: Caller): Operation {
  const { stackId, stackName } = stack;
  const principal = actingPrincipal(cloud, stack.roleArn, caller.principal);
  const operationId = randomUUID();
  const { clientRequestToken } = caller;
  const events = createEventLog(store, cloud.clock, stack, {
    operationId,
    ...(clientRequestToken === undefined ? {} : { clientRequestToken }),
  });

  const operation: Operation = {
    cloud,
    store,
    stackId,
    operationId,
    events,
    stack: () => store.stack(stackId),
    putStack: (changes) => store.putStack({ ...store.stack(stackId), ...changes }),
    setStatus(status, reason) {
      events.stack(status, reason);
      const { statusReason: _, ...rest } = store.stack(stackId);
      store.putStack({ ...rest, status, ...(reason === undefined ? {} : { statusReason: reason }) });
    },
    async readParameter(name) {
      const answer = await cloud.call<GetParameterCommandOutput>(
        'ssm',
        'GetParameter',
        { Name: name },
        principal,
      );
      const { Type, Value = '' } = answer.Parameter ?? {};
      // its value would be the ciphertext
      if (Type !== 'SecureString') return Value;
      throw validationError(`Parameter ${name} is a SecureString, which {{resolve:ssm:...}} cannot read.`);
    },
    context({ logicalId, type }, told = { created: () => {}, reserve: () => {} }) {
      let name: string | undefined;
      return {
        account: cloud.account,
        region: cloud.region,
        clock: cloud.clock,
        stackName,
        stackId,
        logicalId,
        type,
        stackTags: store.stack(stackId).content.tags,
        call: (service, name, input) => cloud.call(service, name, input, principal),
        name(options) {
          name ??= physicalName(stackName, logicalId, options);
          return name;
        },
        ...told,
      };
    },
  };
  return operation;
}
