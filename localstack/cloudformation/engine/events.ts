/** Writes stack events; the timestamps of a stack's events increase strictly. */
import { randomUUID } from 'node:crypto';
import type { ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import type { Clock } from '../../core/clock.ts';
import type { StackRecord } from '../records.ts';
import type { Store } from '../store.ts';
import type { JsonObject } from '../template/template.ts';

export interface ResourceEvent {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly status: ResourceStatus;
  readonly reason?: string;
  readonly properties?: JsonObject;
}

export interface EventLog {
  /** @returns the event's time in epoch milliseconds. */
  resource(event: ResourceEvent): number;
  stack(status: StackStatus, reason?: string): number;
}

/** The event log of one operation on a stack. */
export function createEventLog(
  store: Store,
  clock: Clock,
  stack: Pick<StackRecord, 'stackId' | 'stackName'>,
  operation: { readonly clientRequestToken?: string; readonly operationId?: string },
): EventLog {
  const { stackId, stackName } = stack;
  function nextTime(): number {
    const last = store.events(stackId).at(-1)?.timestamp ?? 0;
    return Math.max(clock.now(), last + 1);
  }
  return {
    resource({ logicalId, type, physicalId = '', status, reason, properties }) {
      const timestamp = nextTime();
      store.addEvent({
        ...operation,
        eventId: `${logicalId}-${status}-${new Date(timestamp).toISOString()}`,
        stackId,
        stackName,
        logicalId,
        physicalId,
        type,
        timestamp,
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(properties === undefined ? {} : { properties: JSON.stringify(properties) }),
      });
      return timestamp;
    },
    stack(status, reason) {
      const timestamp = nextTime();
      store.addEvent({
        ...operation,
        eventId: randomUUID(),
        stackId,
        stackName,
        logicalId: stackName,
        physicalId: stackId,
        type: 'AWS::CloudFormation::Stack',
        timestamp,
        status,
        ...(reason === undefined ? {} : { reason }),
      });
      return timestamp;
    },
  };
}
