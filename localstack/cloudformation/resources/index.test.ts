import { expect, test } from 'vitest';
import { handlerFor, supportedTypes } from './index.ts';
import { convert, type Shape } from './shape.ts';

test('the types are these', () => {
  expect(supportedTypes()).toEqual([
    'AWS::CDK::Metadata',
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::CompositeAlarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::DynamoDB::Table',
    'AWS::ECR::Repository',
    'AWS::Events::Archive',
    'AWS::Events::EventBus',
    'AWS::Events::Rule',
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::KMS::Alias',
    'AWS::KMS::Key',
    'AWS::Lambda::Alias',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Lambda::LayerVersion',
    'AWS::Lambda::Permission',
    'AWS::Lambda::Version',
    'AWS::Logs::LogGroup',
    'AWS::S3::Bucket',
    'AWS::S3::BucketPolicy',
    'AWS::SNS::Subscription',
    'AWS::SNS::Topic',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::Queue',
    'AWS::SQS::QueuePolicy',
    'AWS::SSM::Parameter',
    'AWS::SageMaker::ModelPackageGroup',
    'AWS::Scheduler::Schedule',
    'AWS::StepFunctions::StateMachine',
  ]);
});

test('every custom name, required property and attribute is one that the type has', () => {
  for (const type of supportedTypes()) {
    const handler = handlerFor(type, 'X');
    const named = [...(handler.required ?? []), ...(handler.nameProperty ? [handler.nameProperty] : [])];
    expect(named.filter((name) => !handler.properties[name])).toEqual([]);
    if (handler.tags) expect(handler.properties.Tags).toBeDefined();
  }
});

test.each<[Shape, never, unknown]>([
  ['integer', '30' as never, 30],
  ['boolean', 'true' as never, true],
  ['string', 5 as never, '5'],
  [['number'], ['1.5', 2] as never, [1.5, 2]],
  [{ '*': 'string' }, { any: 1 } as never, { any: '1' }],
])('a value is converted to %j', (shape, value, expected) => {
  expect(convert(shape, value, 'P', 'AWS::X::Y')).toEqual(expected);
});

test.each<[Shape, never, string]>([
  ['integer', 'x' as never, '#/P: expected type: integer, found: "x"'],
  ['boolean', 'yes' as never, 'expected type: Boolean'],
  ['string', {} as never, 'expected type: String'],
  [{ a: 'string' }, { b: 1 } as never, 'property P.b of AWS::X::Y'],
])('a value that does not fit %j is refused', (shape, value, message) => {
  expect(() => convert(shape, value, 'P', 'AWS::X::Y')).toThrow(message);
});
