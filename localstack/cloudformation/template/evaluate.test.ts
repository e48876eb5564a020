// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation writes its references so

import { describe, expect, test } from 'vitest';
import { defineStack } from '../engine/definition.ts';
import { evaluate } from './evaluate.ts';
import { parameterRefs, resolveParameters } from './parameters.ts';
import { parseTemplate } from './parse.ts';
import type { Json } from './template.ts';

const TEMPLATE = {
  Parameters: {
    Name: { Type: 'String', Default: 'ada' },
    Empty: { Type: 'String', Default: '' },
    List: { Type: 'CommaDelimitedList', Default: 'a, b,c' },
  },
  Mappings: { Sizes: { 'us-east-1': { small: 'm5.large' } } },
  Conditions: {
    IsAda: { 'Fn::Equals': [{ Ref: 'Name' }, 'ada'] },
    IsEmpty: { 'Fn::Equals': ['', { Ref: 'Empty' }] },
    Both: { 'Fn::And': [{ Condition: 'IsAda' }, { Condition: 'IsEmpty' }] },
    Neither: { 'Fn::Not': [{ 'Fn::Or': [{ Condition: 'IsAda' }, { Condition: 'IsEmpty' }] }] },
  },
  Transform: 'AWS::LanguageExtensions',
  Resources: { Q: { Type: 'AWS::SQS::Queue' } },
};

async function scope() {
  const templateBody = JSON.stringify(TEMPLATE);
  const parameters = await resolveParameters(parseTemplate(templateBody), [], [], async () => new Map());
  const definition = defineStack(
    { account: '000000000000', region: 'us-east-1' },
    { stackName: 'app', stackId: 'arn:stack' },
    { templateBody, parameters, tags: {}, capabilities: [] },
  );
  return definition.scope({
    ref: (logicalId) => `ref-${logicalId}`,
    attribute: (logicalId, name) => `${logicalId}-${name}`,
    importValue: (name) => `import-${name}`,
  });
}

describe('intrinsics', () => {
  test.each<[string, Json, Json]>([
    ['Ref of a parameter', { Ref: 'Name' }, 'ada'],
    ['Ref of a list', { Ref: 'List' }, ['a', 'b', 'c']],
    ['Ref of a resource', { Ref: 'Q' }, 'ref-Q'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['AWS::NoValue in a list', ['x', { Ref: 'AWS::NoValue' }], ['x']],
    ['AWS::NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['GetAtt', { 'Fn::GetAtt': ['Q', 'Arn'] }, 'Q-Arn'],
    ['GetAtt with a dot', { 'Fn::GetAtt': 'Q.Outputs.X' }, 'Q-Outputs.X'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 3]] }, 'a-ada-3'],
    ['Join of a list', { 'Fn::Join': ['+', { Ref: 'List' }] }, 'a+b+c'],
    [
      'Sub',
      { 'Fn::Sub': '${Name} ${Q.Arn} ${AWS::AccountId} ${!Literal} ${Q}' },
      'ada Q-Arn 000000000000 ${Literal} ref-Q',
    ],
    ['Sub with variables', { 'Fn::Sub': ['${x}/${Name}', { x: { Ref: 'Q' } }] }, 'ref-Q/ada'],
    ['Select', { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['If', { 'Fn::If': ['IsAda', 'yes', 'no'] }, 'yes'],
    ['And', { 'Fn::If': ['Both', 1, 2] }, 1],
    ['Not and Or', { 'Fn::If': ['Neither', 1, 2] }, 2],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 'm5.large'],
    ['FindInMap with a default', { 'Fn::FindInMap': ['Sizes', 'x', 'y', { DefaultValue: 'd' }] }, 'd'],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'the-${Name}' } }, 'import-the-ada'],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['GetAZs', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
    ['Length', { 'Fn::Length': { Ref: 'List' } }, 3],
    ['ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'Name' } } }, '{"a":"ada"}'],
  ])('%s', async (_name, expression, expected) => {
    expect(evaluate(expression, await scope())).toEqual(expected);
  });

  test.each<[string, Json, string]>([
    ['an index outside', { 'Fn::Select': ['3', ['a']] }, 'cannot select nonexistent value at index 3'],
    [
      'a key that is not mapped',
      { 'Fn::FindInMap': ['Sizes', 'x', 'y'] },
      'Unable to get mapping for Sizes::x::y',
    ],
    ['an unknown condition', { 'Fn::If': ['Nope', 1, 2] }, 'unresolved condition dependency Nope'],
    ['an intrinsic that this cloud lacks', { 'Fn::Cidr': [] }, 'CloudFormation intrinsic Fn::Cidr'],
  ])('refuses %s', async (_name, expression, message) => {
    const within = await scope();
    expect(() => evaluate(expression, within)).toThrow(message);
  });
});

describe('parameters', () => {
  const template = (definition: object) =>
    parseTemplate(
      JSON.stringify({ Parameters: { P: definition }, Resources: { Q: { Type: 'AWS::SQS::Queue' } } }),
    );
  const readSsm = async (names: readonly string[]) =>
    new Map(names.map((name) => [name, `value-of-${name}`]));

  test('read SSM parameters and keep the name beside the value', async () => {
    const ssm = template({ Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' });
    const values = await resolveParameters(ssm, [], [], readSsm);
    expect(values).toEqual([
      { key: 'P', value: '/cdk/version', resolved: 'value-of-/cdk/version', noEcho: false },
    ]);
    expect(parameterRefs(ssm, values).get('P')).toBe('value-of-/cdk/version');
  });

  test('keep the previous value on request', async () => {
    const values = await resolveParameters(
      template({ Type: 'String', Default: 'default' }),
      [{ ParameterKey: 'P', UsePreviousValue: true }],
      [{ key: 'P', value: 'before', noEcho: false }],
      readSsm,
    );
    expect(values[0]?.value).toBe('before');
  });

  test.each([
    ['missing', { Type: 'String' }, [], 'Parameters: [P] must have values'],
    [
      'unknown',
      { Type: 'String', Default: '' },
      [{ ParameterKey: 'X', ParameterValue: '' }],
      'Parameters: [X] do not exist',
    ],
    [
      'not allowed',
      { Type: 'String', AllowedValues: ['a'] },
      [{ ParameterKey: 'P', ParameterValue: 'b' }],
      'AllowedValues',
    ],
    [
      'of another pattern',
      { Type: 'String', AllowedPattern: '[a-z]+', ConstraintDescription: 'lower case' },
      [{ ParameterKey: 'P', ParameterValue: 'B' }],
      'failed to satisfy constraint: lower case',
    ],
    ['not a number', { Type: 'Number' }, [{ ParameterKey: 'P', ParameterValue: 'x' }], 'must be a number'],
    [
      'of a type that this cloud lacks',
      { Type: 'AWS::EC2::VPC::Id' },
      [{ ParameterKey: 'P', ParameterValue: 'x' }],
      'parameter type AWS::EC2::VPC::Id',
    ],
  ])('are refused when %s', async (_name, definition, given, message) => {
    await expect(resolveParameters(template(definition), given, [], readSsm)).rejects.toThrow(message);
  });
});

describe('templates', () => {
  test('may be YAML with short forms', () => {
    const parsed = parseTemplate(`
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "\${AWS::StackName}-q"
      Tags: [{Key: a, Value: !If [C, !Ref P, !GetAtt Q.Arn]}]
`);
    expect(parsed.Resources.Q?.Properties).toEqual({
      QueueName: { 'Fn::Sub': '${AWS::StackName}-q' },
      Tags: [{ Key: 'a', Value: { 'Fn::If': ['C', { Ref: 'P' }, { 'Fn::GetAtt': 'Q.Arn' }] } }],
    });
  });

  test.each([
    ['{', 'JSON not well-formed'],
    ['{"Resources":{}}', 'At least one Resources member'],
    ['{"Resources":{"A":{}}}', 'must contain a Type member'],
    [
      '{"Nonsense":{},"Resources":{"A":{"Type":"AWS::SQS::Queue"}}}',
      'Invalid template property or properties [Nonsense]',
    ],
  ])('%s is refused', (body, message) => {
    expect(() => parseTemplate(body)).toThrow(message);
  });
});
