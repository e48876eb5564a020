import { describe, expect, test } from 'vitest';
import { transformInput, validateInput } from './input-transformer.ts';

const EVENT = {
  version: '0' as const,
  id: 'e-1',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '000000000000',
  time: '2026-03-04T05:06:07Z',
  region: 'us-east-1',
  resources: [],
  detail: {
    key: 'in/x.csv',
    quoted: 'say "hi"',
    size: 7,
    ok: true,
    nothing: null,
    payload: { acc: 'a-1', deep: { n: 1 } },
    list: ['HIGH', 'LOW'],
  },
};
const CONTEXT = {
  ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
  ruleName: 'r',
  ingestionTime: '2026-03-04T05:06:09Z',
};
const PATHS = {
  key: '$.detail.key',
  quoted: '$.detail.quoted',
  size: '$.detail.size',
  ok: '$.detail.ok',
  nothing: '$.detail.nothing',
  payload: '$.detail.payload',
  list: '$.detail.list',
  first: '$.detail.list[0]',
  type: '$.detail-type',
  missing: '$.detail.no.such',
};

function fill(InputTemplate: string): string {
  return transformInput(
    EVENT,
    { Id: 't', Arn: 'a', InputTransformer: { InputPathsMap: PATHS, InputTemplate } },
    CONTEXT,
  );
}

describe('a template', () => {
  test.each<[string, string, string]>([
    ['quotes a text outside of quotes', '{"id": <key>}', '{"id": "in/x.csv"}'],
    ['puts a text inside of quotes as it is', '{"id": "<key>"}', '{"id": "in/x.csv"}'],
    ['fills several within one text', '"<type> of <key>, <key>"', '"Object Created of in/x.csv, in/x.csv"'],
    ['escapes quotes of a text that it quotes', '{"id": <quoted>}', '{"id": "say \\"hi\\""}'],
    ['does not escape inside of quotes, as AWS does not', '"x <quoted>"', '"x say "hi""'],
    ['knows escaped quotes', '{"m": "\\"<key>\\""}', '{"m": "\\"in/x.csv\\""}'],
    [
      'leaves numbers and booleans bare',
      '{"n": <size>, "b": <ok>, "z": <nothing>}',
      '{"n": 7, "b": true, "z": null}',
    ],
    ['writes numbers into texts', '"<size> <ok>"', '"7 true"'],
    ['inlines objects', '{"body": <payload>}', '{"body": {"acc":"a-1","deep":{"n":1}}}'],
    ['takes the quotes from objects in texts', '"P <payload>"', '"P {acc:a-1,deep:{n:1}}"'],
    ['inlines lists', '{"l": <list>, "first": <first>}', '{"l": ["HIGH","LOW"], "first": "HIGH"}'],
    ['takes the quotes from lists in texts', '"<list>"', '"[HIGH,LOW]"'],
    ['gives an empty text for what is missing', '{"m": <missing>, "t": "<missing>"}', '{"m": "", "t": ""}'],
    ['keeps line breaks between texts', '"<key>"\n"<size>"', '"in/x.csv"\n"7"'],
    ['knows the rule', '"<aws.events.rule-name> <aws.events.rule-arn>"', `"r ${CONTEXT.ruleArn}"`],
    ['knows the time of ingestion', '<aws.events.event.ingestion-time>', '"2026-03-04T05:06:09Z"'],
    ['knows the whole event', '{"e": <aws.events.event.json>}', `{"e": ${JSON.stringify(EVENT)}}`],
  ])('%s', (_name, template, expected) => {
    expect(fill(template)).toBe(expected);
  });

  test('gives the event without its detail', () => {
    const event = JSON.parse(fill('<aws.events.event>')) as Record<string, unknown>;
    expect(event).toMatchObject({ id: 'e-1', detailType: 'Object Created', time: CONTEXT.ingestionTime });
    expect(event).not.toHaveProperty('detail');
  });
});

// "Amazon EventBridge input transformation" of the user guide: its event, paths, templates and outputs
describe('the examples of the user guide', () => {
  const event = {
    ...EVENT,
    'detail-type': 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    account: '111122223333',
    time: '2015-11-11T21:29:54Z',
    resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111'],
    detail: { 'instance-id': 'i-0123456789', state: 'RUNNING' },
  };
  const InputPathsMap = {
    timestamp: '$.time',
    instance: '$.detail.instance-id',
    state: '$.detail.state',
    resource: '$.resources',
  };
  test.each<[string, string]>([
    ['"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'],
    ['"instance \\"<instance>\\" is in <state>"', '"instance \\"i-0123456789\\" is in RUNNING"'],
    ['{ "instance" : <instance>, "state": <state> }', '{ "instance" : "i-0123456789", "state": "RUNNING" }'],
    [
      '{ "instance" : <instance>, "state": "<state>", "instanceStatus": "instance \\"<instance>\\" is in <state>" }',
      '{ "instance" : "i-0123456789", "state": "RUNNING", "instanceStatus": "instance \\"i-0123456789\\" is in RUNNING" }',
    ],
    [
      '{ "instance" : <instance>, "resource": <resource> }',
      '{ "instance" : "i-0123456789", "resource": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"] }',
    ],
  ])('%s', (InputTemplate, expected) => {
    const target = { Id: 't', Arn: 'a', InputTransformer: { InputPathsMap, InputTemplate } };
    expect(transformInput(event, target, CONTEXT)).toBe(expected);
  });
});

describe('other inputs', () => {
  const send = (target: object) => transformInput(EVENT, { Id: 't', Arn: 'a', ...target }, CONTEXT);

  test('a target without settings gets the event', () => {
    expect(JSON.parse(send({}))).toEqual(EVENT);
  });
  test('InputPath selects a part', () => {
    expect(send({ InputPath: '$.detail.payload' })).toBe('{"acc":"a-1","deep":{"n":1}}');
    expect(send({ InputPath: '$.detail.list[1]' })).toBe('"LOW"');
  });
  test('Input is sent as it is', () => {
    expect(send({ Input: '{"a": 1}' })).toBe('{"a": 1}');
  });
});

describe('validation', () => {
  test('refuses a placeholder that is not in the map', () => {
    const target = { Id: 't', Arn: 'a', InputTransformer: { InputTemplate: '"<nope>"' } };
    expect(() => validateInput(target)).toThrow(
      'InputTemplate for target t contains invalid placeholder nope.',
    );
  });
  test('refuses two kinds of input', () => {
    expect(() => validateInput({ Id: 't', Arn: 'a', Input: '1', InputPath: '$' })).toThrow(
      'Only one of Input',
    );
  });
  test('names the JSONPath that it does not know', () => {
    expect(() => validateInput({ Id: 't', Arn: 'a', InputPath: '$..key' })).toThrow(
      'not implemented by the local cloud',
    );
  });
});
