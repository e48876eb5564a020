/** Templates that nobody would write: an error with a reason each time, never a crash or a hang. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { isObject, type Json } from './template/template.ts';
import { createHarness } from './testing/stack-harness.ts';

const CODES = ['ValidationError', 'NotImplementedByLocalCloud', 'InsufficientCapabilitiesException'];
const SETTLED = ['CREATE_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];
const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
/** What JavaScript says of a bug. */
const BUG =
  /Cannot (read|set|convert)|is not (a function|iterable|defined)|Maximum call stack|\[object Object\]/;

/** A place for a variable in the text of `Fn::Sub`. */
const sub = (name: string) => `$\{${name}}`;

/** A template with every section and nearly every function. */
const BASE: Json = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'queues',
  Parameters: {
    Name: { Type: 'String', Default: 'a', AllowedPattern: '[a-z]+' },
    Names: { Type: 'CommaDelimitedList', Default: 'x,y' },
    Seconds: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/seconds' },
  },
  Mappings: { Sizes: { small: { delay: '5' } } },
  Conditions: {
    IsA: { 'Fn::Equals': [{ Ref: 'Name' }, 'a'] },
    IsBoth: { 'Fn::And': [{ Condition: 'IsA' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
  },
  Resources: {
    First: {
      Type: 'AWS::SQS::Queue',
      DeletionPolicy: 'Delete',
      Properties: {
        QueueName: {
          'Fn::Sub': [`${sub('Name')}-${sub('Other')}`, { Other: { 'Fn::Select': [1, { Ref: 'Names' }] } }],
        },
        DelaySeconds: { 'Fn::FindInMap': ['Sizes', 'small', 'delay'] },
        VisibilityTimeout: { Ref: 'Seconds' },
      },
    },
    Second: {
      Type: 'AWS::SQS::Queue',
      Condition: 'IsBoth',
      DependsOn: ['First'],
      Properties: {
        QueueName: { 'Fn::Join': ['-', ['b', { 'Fn::Select': ['0', { 'Fn::Split': [',', 'c,d'] }] }]] },
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['First', 'Arn'] },
          maxReceiveCount: { 'Fn::If': ['IsA', 3, { Ref: 'AWS::NoValue' }] },
        },
        Tags: [{ Key: 'stack', Value: { Ref: 'AWS::StackName' } }],
      },
    },
  },
  Outputs: {
    Url: { Value: { Ref: 'First' }, Export: { Name: { 'Fn::Sub': `${sub('AWS::StackName')}-url` } } },
  },
};

const FUNCTIONS = [
  'Ref',
  'Condition',
  'Fn::And',
  'Fn::Base64',
  'Fn::Cidr',
  'Fn::Equals',
  'Fn::FindInMap',
  'Fn::ForEach',
  'Fn::GetAZs',
  'Fn::GetAtt',
  'Fn::If',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Length',
  'Fn::None',
  'Fn::Not',
  'Fn::Or',
  'Fn::Select',
  'Fn::Split',
  'Fn::Sub',
  'Fn::ToJsonString',
];

const word = fc.constantFrom(
  ...['First', 'Second', 'Name', 'Names', 'IsA', 'Sizes', 'none', 'constructor', '__proto__', 'AWS::NoValue'],
  ...[
    'AWS::Region',
    sub('First.Arn'),
    '${',
    sub(''),
    '{{resolve:ssm:/a}}',
    '{{resolve:secretsmanager:a}}',
    '-1',
    '',
  ],
);

/** Values as a template may hold them, intrinsic functions of any arity among them. */
const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.constant(null),
    fc.boolean(),
    fc.integer({ min: -2, max: 99 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.record({ name: fc.constantFrom(...FUNCTIONS), argument: tie('value') }).map(({ name, argument }) => ({
      [name]: argument,
    })),
    fc.dictionary(fc.oneof(word, fc.constantFrom('Type', 'Properties', 'Tags')), tie('value'), {
      maxKeys: 3,
    }),
  ),
}));

/** Paths to every node of a value. */
function pathsOf(value: Json, path: readonly string[] = []): string[][] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [[...path], ...members.flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

/** The value with one node replaced, or taken out. */
function replaced(value: Json, path: readonly string[], by: Json | undefined): Json {
  const [head, ...rest] = path;
  if (head === undefined) return by ?? null;
  if (Array.isArray(value))
    return value.map((member, at) => (String(at) === head ? replaced(member, rest, by) : member));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      if (key !== head) return [[key, member]];
      return rest.length === 0 && by === undefined ? [] : [[key, replaced(member, rest, by)]];
    }),
  );
}

const PATHS = pathsOf(BASE);
const mutation = fc.record({
  path: fc.constantFrom(...PATHS),
  by: fc.option(anyValue, { nil: undefined, freq: 6 }),
});
const mutated = fc
  .array(mutation, { minLength: 1, maxLength: 3 })
  .map((changes) => changes.reduce<Json>((template, { path, by }) => replaced(template, path, by), BASE));

/** Deploys, and says how that ended. @throws Error for an end that AWS does not have */
async function outcomeOf(TemplateBody: string): Promise<string> {
  const harness = createHarness();
  try {
    await harness.run('CreateStack', { StackName: 'fuzzed', TemplateBody });
  } catch (error) {
    if (error instanceof AwsError && CODES.includes(error.code) && error.message !== '') return error.message;
    throw error;
  }
  const { StackStatus = '' } = await harness.settled('fuzzed');
  expect(SETTLED).toContain(StackStatus);
  if (StackStatus === 'CREATE_COMPLETE') return StackStatus;
  const { StackEvents } = await harness.run<{ StackEvents: readonly { ResourceStatusReason?: string }[] }>(
    'DescribeStackEvents',
    { StackName: 'fuzzed' },
  );
  const reasons = StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason);
  expect(reasons.some((reason) => reason !== undefined && reason !== 'User Initiated')).toBe(true);
  expect(reasons.join('\n')).not.toMatch(BUG);
  return reasons.join('\n');
}

describe('templates that nobody would write', () => {
  test('the template that they are made from is created', async () => {
    expect(await outcomeOf(JSON.stringify(BASE))).toBe('CREATE_COMPLETE');
  });

  test('are created or refused, with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async (template) => {
        expect(await outcomeOf(JSON.stringify(template))).not.toBe('');
      }),
      { numRuns: RUNS },
    );
  });

  test('that are no templates at all are refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          anyValue.map((value) => JSON.stringify(value)),
        ),
        async (text) => {
          await expect(createHarness().run('ValidateTemplate', { TemplateBody: text })).rejects.toThrow(
            AwsError,
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  test.each([
    [
      'JSON',
      `{"Resources":{"A":{"Type":"AWS::SQS::Queue","Properties":{"X":${'['.repeat(9000)}${']'.repeat(9000)}}}}}`,
    ],
    [
      'YAML',
      `Resources: {A: {Type: "AWS::SQS::Queue", Properties: {X: ${'['.repeat(9000)}${']'.repeat(9000)}}}}`,
    ],
    ['functions', nestedJoin(300)],
    [
      'YAML aliases',
      'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nResources: {A: {Type: "AWS::SQS::Queue", Metadata: *c}}',
    ],
  ])('nested without end are refused: %s', async (_, TemplateBody) => {
    await expect(createHarness().run('ValidateTemplate', { TemplateBody })).rejects.toMatchObject({
      code: 'ValidationError',
    });
  });
});

function nestedJoin(depth: number): string {
  const open = '{"Fn::Join":["",[';
  const name = `${open.repeat(depth)}"x"${']]}'.repeat(depth)}`;
  return `{"Resources":{"A":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":${name}}}}}`;
}
