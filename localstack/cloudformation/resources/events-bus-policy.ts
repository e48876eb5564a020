/** AWS::Events::EventBusPolicy: one statement of a bus's policy. */
import type { DescribeEventBusCommandOutput } from '@aws-sdk/client-eventbridge';
import { unlessGone } from '../errors.ts';
import { given } from './common.ts';
import { defineResource, type PropertyValues, type ResourceContext, replaces, updates } from './handler.ts';

const BUS_POLICY = {
  Action: updates('string'),
  Condition: updates({ Key: 'string', Type: 'string', Value: 'string' }),
  EventBusName: replaces('string'),
  Principal: updates('string'),
  Statement: updates('json'),
  StatementId: replaces('string'),
} as const;

type BusPolicy = PropertyValues<typeof BUS_POLICY>;

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}

// PutPermission replaces the whole policy, so statements that are put at the same time must wait for each other
const waiting = new Map<string, Promise<unknown>>();

function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (waiting.get(key) ?? Promise.resolve()).then(work, work);
  waiting.set(key, turn);
  return turn;
}

async function putStatement(
  context: ResourceContext,
  EventBusName: string,
  properties: BusPolicy,
): Promise<void> {
  const { StatementId, Action, Principal, Condition, Statement } = properties;
  if (Statement === undefined) {
    await context.call(
      'events',
      'PutPermission',
      given({ EventBusName, StatementId, Action, Principal, Condition }),
    );
    return;
  }
  await inTurn(`${context.stackId} ${EventBusName}`, async () => {
    const bus = await context.call<DescribeEventBusCommandOutput>('events', 'DescribeEventBus', {
      Name: EventBusName,
    });
    const policy: PolicyDocument = bus.Policy
      ? JSON.parse(bus.Policy)
      : { Version: '2012-10-17', Statement: [] };
    const others = policy.Statement.filter(({ Sid }) => Sid !== StatementId);
    const mine = { Sid: StatementId, ...(Statement as object) };
    const Policy = JSON.stringify({ ...policy, Statement: [...others, mine] });
    await context.call('events', 'PutPermission', { EventBusName, Policy });
  });
}

export const eventBusPolicy = defineResource({
  type: 'AWS::Events::EventBusPolicy',
  properties: BUS_POLICY,
  required: ['StatementId'],
  async create(properties, context) {
    const EventBusName = properties.EventBusName ?? 'default';
    await putStatement(context, EventBusName, properties);
    return { physicalId: `${EventBusName}|${properties.StatementId}` };
  },
  async update({ next }, context) {
    await putStatement(context, next.EventBusName ?? 'default', next);
    return undefined;
  },
  async delete(_physical, { EventBusName = 'default', StatementId }, context) {
    await inTurn(`${context.stackId} ${EventBusName}`, () =>
      unlessGone(context.call('events', 'RemovePermission', { EventBusName, StatementId })),
    );
  },
});
