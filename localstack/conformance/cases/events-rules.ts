/** EventBridge: rules, their targets, and patterns. */
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { eventsPage, noBus, noRule, RECORDED_EVENTS, RECORDED_PATTERNS } from './events-sources.ts';

const RULE = 'arn:aws:events:us-east-1:000000000000:rule';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:somewhere';
const EVENT = {
  id: '1',
  account: '000000000000',
  source: 'me',
  time: '2026-03-04T05:06:07Z',
  region: 'us-east-1',
  resources: [],
  'detail-type': 'Made',
  detail: { state: 'new' },
};

async function makeRule(client: EventBridgeClient, Name: string): Promise<string> {
  const { RuleArn } = await client.send(new PutRuleCommand({ Name, EventPattern: '{"source": ["me"]}' }));
  return RuleArn!;
}
async function makeTarget(client: EventBridgeClient, Rule: string, Arn = QUEUE) {
  await makeRule(client, Rule);
  return client.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 'one', Arn }] }));
}

export const eventsRulesCases = serviceCases({
  service: 'events',
  folders: ['events'],
  makeClient: ({ clientConfig }) => new EventBridgeClient(clientConfig),
  operations: {
    PutRule: {
      source: eventsPage('PutRule'),
      answers: async ({ client }) => {
        expect(await makeRule(client, 'put')).toBe(`${RULE}/put`);
      },
      refuses: ({ client }) =>
        client.send(new PutRuleCommand({ Name: 'bad', EventPattern: '{"detail": {"int": 42}}' })),
      refusal: {
        name: 'InvalidEventPatternException',
        message:
          'Event pattern is not valid. Reason: "int" must be an object or an array\n at [Source: (String)"{"detail": {"int": 42}}"; line: 1, column: 22]',
        status: 400,
      },
      refusalSource: RECORDED_PATTERNS,
    },
    DescribeRule: {
      source: eventsPage('DescribeRule'),
      answers: async ({ client }) => {
        await makeRule(client, 'described');
        expect(await client.send(new DescribeRuleCommand({ Name: 'described' }))).toMatchObject({
          Arn: `${RULE}/described`,
          CreatedBy: '000000000000',
          EventBusName: 'default',
          EventPattern: '{"source": ["me"]}',
          State: 'ENABLED',
        });
      },
      refuses: ({ client }) => client.send(new DescribeRuleCommand({ Name: 'none' })),
      refusal: noRule('none'),
      refusalSource: RECORDED_EVENTS,
    },
    ListRules: {
      source: eventsPage('ListRules'),
      answers: async ({ client }) => {
        await makeRule(client, 'listed');
        const { Rules } = await client.send(new ListRulesCommand({ NamePrefix: 'listed' }));
        expect(Rules).toMatchObject([{ Arn: `${RULE}/listed`, EventBusName: 'default' }]);
      },
      refuses: ({ client }) => client.send(new ListRulesCommand({ EventBusName: 'none' })),
      refusal: noBus('none'),
      refusalSource: RECORDED_EVENTS,
    },
    DisableRule: {
      source: eventsPage('DisableRule'),
      answers: async ({ client }) => {
        await makeRule(client, 'disabled');
        await client.send(new DisableRuleCommand({ Name: 'disabled' }));
        const { State } = await client.send(new DescribeRuleCommand({ Name: 'disabled' }));
        expect(State).toBe('DISABLED');
      },
      refuses: ({ client }) => client.send(new DisableRuleCommand({ Name: 'none' })),
      refusal: noRule('none'),
      refusalSource: RECORDED_EVENTS,
    },
    EnableRule: {
      source: eventsPage('EnableRule'),
      answers: async ({ client }) => {
        await makeRule(client, 'enabled');
        await client.send(new DisableRuleCommand({ Name: 'enabled' }));
        await client.send(new EnableRuleCommand({ Name: 'enabled' }));
        const { State } = await client.send(new DescribeRuleCommand({ Name: 'enabled' }));
        expect(State).toBe('ENABLED');
      },
      refuses: ({ client }) => client.send(new EnableRuleCommand({ Name: 'none' })),
      refusal: noRule('none'),
      refusalSource: RECORDED_EVENTS,
    },
    DeleteRule: {
      source: eventsPage('DeleteRule'),
      answers: async ({ client }) => {
        await makeRule(client, 'deleted');
        await client.send(new DeleteRuleCommand({ Name: 'deleted' }));
        const { Rules } = await client.send(new ListRulesCommand({ NamePrefix: 'deleted' }));
        expect(Rules).toEqual([]);
      },
      refuses: async ({ client }) => {
        await makeTarget(client, 'has-targets');
        await client.send(new DeleteRuleCommand({ Name: 'has-targets' }));
      },
      refusal: {
        name: 'ValidationException',
        message: "Rule can't be deleted since it has targets.",
        status: 400,
      },
      refusalSource: RECORDED_EVENTS,
    },
    PutTargets: {
      source: eventsPage('PutTargets'),
      answers: async ({ client }) => {
        const answer = await makeTarget(client, 'targeting');
        expect(answer).toMatchObject({ FailedEntryCount: 0, FailedEntries: [] });
      },
      refuses: async ({ client }) => {
        await makeRule(client, 'bad-target');
        const Targets = [{ Id: '!@#$@!#$', Arn: QUEUE }];
        await client.send(new PutTargetsCommand({ Rule: 'bad-target', Targets }));
      },
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
        status: 400,
      },
      refusalSource: RECORDED_EVENTS,
    },
    ListTargetsByRule: {
      source: eventsPage('ListTargetsByRule'),
      answers: async ({ client }) => {
        await makeTarget(client, 'with-target');
        const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'with-target' }));
        expect(Targets).toEqual([{ Id: 'one', Arn: QUEUE }]);
      },
      refuses: ({ client }) => client.send(new ListTargetsByRuleCommand({ Rule: 'none' })),
      refusal: noRule('none'),
      refusalSource: RECORDED_EVENTS,
    },
    RemoveTargets: {
      source: eventsPage('RemoveTargets'),
      answers: async ({ client }) => {
        await makeTarget(client, 'untargeted');
        const removal = new RemoveTargetsCommand({ Rule: 'untargeted', Ids: ['one'] });
        expect(await client.send(removal)).toMatchObject({ FailedEntryCount: 0, FailedEntries: [] });
        const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'untargeted' }));
        expect(Targets).toEqual([]);
      },
      refuses: ({ client }) => client.send(new RemoveTargetsCommand({ Rule: 'none', Ids: ['one'] })),
      refusal: noRule('none'),
      refusalSource: RECORDED_EVENTS,
    },
    ListRuleNamesByTarget: {
      source: eventsPage('ListRuleNamesByTarget'),
      answers: async ({ client }) => {
        const TargetArn = `${QUEUE}-else`;
        await makeTarget(client, 'by-target', TargetArn);
        const { RuleNames } = await client.send(new ListRuleNamesByTargetCommand({ TargetArn }));
        expect(RuleNames).toEqual(['by-target']);
      },
      refuses: ({ client }) =>
        client.send(new ListRuleNamesByTargetCommand({ TargetArn: QUEUE, EventBusName: 'none' })),
      refusal: noBus('none'),
      refusalSource: RECORDED_EVENTS,
    },
    TestEventPattern: {
      source: eventsPage('TestEventPattern'),
      answers: async ({ client }) => {
        const EventPattern = '{"detail": {"state": [{"anything-but": ["old"]}]}}';
        const command = new TestEventPatternCommand({ Event: JSON.stringify(EVENT), EventPattern });
        expect((await client.send(command)).Result).toBe(true);
      },
      refuses: ({ client }) =>
        client.send(
          new TestEventPatternCommand({ Event: 'plain string', EventPattern: '{"source":["me"]}' }),
        ),
      refusal: { name: 'ValidationException', message: 'Parameter Event is not valid.', status: 400 },
      refusalSource: RECORDED_PATTERNS,
    },
  },
});
