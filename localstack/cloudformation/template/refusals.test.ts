/**
 * What CloudFormation says of templates that it refuses, as recorded from AWS.
 * @see https://github.com/localstack/localstack/tree/master/tests/aws/services/cloudformation (snapshots of AWS)
 */
import { expect, test } from 'vitest';
import { createHarness } from '../testing/stack-harness.ts';

const queue = (properties: object = {}, extra: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...extra,
});
const named = (QueueName: unknown) => ({ Resources: { A: queue({ QueueName }) } });
const withConditions = (Conditions: object) => ({ Conditions, Resources: { A: queue() } });
const withOutput = (O: object) => ({ Resources: { A: queue() }, Outputs: { O } });
const JOIN =
  'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.';

test.each<[string, object | string]>([
  ['Template format error: JSON not well-formed. (line 1, column 25)', '{"Resources": {"A": "b" "'],
  ['Template format error: unsupported structure.', '"text"'],
  ['Template format error: At least one Resources member must be defined.', { Resources: {} }],
  ['Template format error: Any Resources member must be an object.', { Resources: { A: 'b' } }],
  [
    'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
    { Resources: { A: {} } },
  ],
  ["Invalid template resource property 'Invalid'", { Resources: { A: queue({}, { Invalid: 1 }) } }],
  [
    'Template format error: Resource name AWS::NoValue is non alphanumeric.',
    { Resources: { 'AWS::NoValue': queue() } },
  ],
  [
    'Template format error: Parameter name AWS::NoValue is non alphanumeric.',
    { Parameters: { 'AWS::NoValue': { Type: 'String' } }, Resources: { A: queue() } },
  ],
  ["[/Outputs/O/Value] 'null' values are not allowed in templates", withOutput({ Value: null })],
  ['Template format error: Every Outputs member must contain a Value object', withOutput({})],
  [
    'Template format error: Every Mappings member A must be a map',
    { Mappings: { M: { A: 'b' } }, Resources: { A: queue() } },
  ],
  [
    'Template format error: Every Mappings attribute must be a String or a List.',
    { Mappings: { M: { A: { B: { C: 'd' } } } }, Resources: { A: queue() } },
  ],
  [
    'Template format error: Unresolved resource dependencies [MyTopic] in the Resources block of the template',
    named({ Ref: 'MyTopic' }),
  ],
  [
    'Unresolved resource dependencies [MyTopic] in the Outputs block of the template',
    withOutput({ Value: { Ref: 'MyTopic' } }),
  ],
  [
    'Template error: every Fn::Equals object requires a list of 2 string parameters.',
    withConditions({ C: { 'Fn::Equals': ['a'] } }),
  ],
  [
    'Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template',
    withConditions({ C: { 'Fn::Equals': [{ Ref: 'A' }, 'a'] } }),
  ],
  [
    'Template error: unresolved condition dependency MissingCondition in Fn::If',
    named({ 'Fn::If': ['MissingCondition', 'a', 'b'] }),
  ],
  [
    'Template error: Unable to get mapping for Map::C::Suffix',
    {
      Mappings: { Map: { A: { Suffix: 'a' } } },
      Resources: { A: queue({ QueueName: { 'Fn::FindInMap': ['Map', 'C', 'Suffix'] } }) },
    },
  ],
  [
    'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    named({ 'Fn::GetAtt': ['A'] }),
  ],
  [
    'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
    named({ 'Fn::Select': ['x', ['a']] }),
  ],
  [
    'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
    named({ 'Fn::Select': [0, { 'Fn::Split': [','] }] }),
  ],
  [JOIN, named({ 'Fn::Join': ['-', 'text'] })],
  [
    'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
    named({ 'Fn::Sub': `$\{FOO:-'bar'}` }),
  ],
  [
    'Template error: resource type AWS::SQS::Queue does not support deletion policy Snapshot',
    { Resources: { A: queue({}, { DeletionPolicy: 'Snapshot' }) } },
  ],
  [
    'Template format error: Every DeletionPolicy member must be a string.',
    { Resources: { A: queue({}, { DeletionPolicy: { Ref: 'P' } }) } },
  ],
  [
    'Circular dependency between resources: [A, B]',
    { Resources: { A: queue({}, { DependsOn: 'B' }), B: queue({}, { DependsOn: 'A' }) } },
  ],
  [
    'Template format error: Number of resources, 501, is greater than maximum allowed, 500',
    { Resources: Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`A${at}`, queue()])) },
  ],
])('%s', async (message, template) => {
  const TemplateBody = typeof template === 'string' ? template : JSON.stringify(template);
  const created = createHarness().run('CreateStack', { StackName: 'refused', TemplateBody });
  await expect(created).rejects.toMatchObject({ code: 'ValidationError', message });
});
