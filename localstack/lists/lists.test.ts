import { describe, expect, it } from 'vitest';
import { startCloud } from '../testing/start-cloud.ts';
import { coveredOperations } from './covered.ts';
import { byKind, type Element } from './element.ts';
import { implementedElements, missingElements, refusedOperations } from './supported.ts';
import { templateElements } from './template-elements.ts';

const DEFINITION = JSON.stringify({
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      Items: '{% $filter($states.input.rows, function($row) { $row.ok }) %}',
      ItemProcessor: {
        StartAt: 'Train',
        States: {
          Train: {
            Type: 'Task',
            Resource: 'arn:PARTITION:states:::sagemaker:createTrainingJob.sync',
            Arguments: '{% ( $name := $uuid(); { "TrainingJobName": $name } ) %}',
            End: true,
          },
        },
      },
      End: true,
    },
  },
});
const [before, after] = DEFINITION.split('PARTITION');

const TEMPLATE = {
  Resources: {
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: {
          source: ['aws.s3', { Ref: 'Source' }],
          detail: { bucket: { name: [{ 'anything-but': { prefix: 'tmp-' } }] } },
          $or: [{ 'detail-type': [{ exists: true }] }, { region: ['us-east-1'] }],
        },
        Targets: [{ Id: '1', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
        State: { 'Fn::If': ['IsOn', 'ENABLED', { Ref: 'AWS::NoValue' }] },
      },
    },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: { 'Fn::Join': ['', [before, { Ref: 'AWS::Partition' }, after]] } },
    },
  },
};

const namesOf = (elements: readonly Element[]) =>
  Object.fromEntries([...byKind(elements)].map(([kind, names]) => [kind, [...names].sort()]));

describe('the lists of what is used', () => {
  it('hold the properties, functions, operators, states and integrations of a template', () => {
    expect(namesOf(templateElements(TEMPLATE as never))).toEqual({
      operation: [],
      'resource property': [
        'AWS::Events::Rule.EventPattern',
        'AWS::Events::Rule.EventPattern.$or',
        'AWS::Events::Rule.EventPattern.$or.detail-type',
        'AWS::Events::Rule.EventPattern.$or.detail-type.exists',
        'AWS::Events::Rule.EventPattern.$or.region',
        'AWS::Events::Rule.EventPattern.detail',
        'AWS::Events::Rule.EventPattern.detail.bucket',
        'AWS::Events::Rule.EventPattern.detail.bucket.name',
        'AWS::Events::Rule.EventPattern.detail.bucket.name.anything-but',
        'AWS::Events::Rule.EventPattern.detail.bucket.name.anything-but.prefix',
        'AWS::Events::Rule.EventPattern.source',
        'AWS::Events::Rule.State',
        'AWS::Events::Rule.Targets',
        'AWS::Events::Rule.Targets.Arn',
        'AWS::Events::Rule.Targets.Id',
        'AWS::StepFunctions::StateMachine.DefinitionString',
      ],
      'template function': ['Fn::GetAtt', 'Fn::If', 'Fn::Join', 'Ref'],
      'state field': [
        'Map.End',
        'Map.ItemProcessor',
        'Map.Items',
        'Map.Type',
        'Task.Arguments',
        'Task.End',
        'Task.Resource',
        'Task.Type',
      ],
      integration: ['sagemaker:createTrainingJob.sync'],
      'JSONata function': ['$filter', '$uuid'],
      'pattern operator': ['$or', 'anything-but', 'exists', 'prefix'],
    });
  });

  it('find what this cloud does not have', async () => {
    const running = await startCloud({ services: ['sqs'] });
    const implemented = await implementedElements(running.cloud.services);
    const refused = await refusedOperations(running.cloud.services);
    await running.stop();
    const used: Element[] = [
      ...templateElements(TEMPLATE as never),
      { kind: 'operation', name: 'sqs SendMessage' },
      { kind: 'operation', name: 'sqs CancelMessageMoveTask' },
      { kind: 'resource property', name: 'AWS::EC2::Instance.ImageId' },
      { kind: 'resource property', name: 'AWS::SQS::Queue.Colour' },
      { kind: 'resource property', name: 'Custom::Anything.Any.Thing' },
      { kind: 'template function', name: 'Fn::Cidr' },
      { kind: 'state field', name: 'Task.Credentials' },
      { kind: 'integration', name: 'glue:startJobRun.sync' },
      { kind: 'JSONata function', name: '$nothing' },
      { kind: 'pattern operator', name: 'regex' },
    ];
    expect(await missingElements(byKind(used), implemented)).toEqual([
      { kind: 'operation', name: 'sqs CancelMessageMoveTask' },
      { kind: 'resource property', name: 'AWS::EC2::Instance.ImageId' },
      { kind: 'resource property', name: 'AWS::SQS::Queue.Colour' },
      { kind: 'template function', name: 'Fn::Cidr' },
      { kind: 'state field', name: 'Task.Credentials' },
      { kind: 'integration', name: 'glue:startJobRun.sync' },
      { kind: 'JSONata function', name: '$nothing' },
      { kind: 'pattern operator', name: 'regex' },
    ]);
    expect(refused).toContain('sqs CancelMessageMoveTask');
    expect(refused).not.toContain('sqs SendMessage');
  });

  it('know the operations that have a case', async () => {
    expect(await coveredOperations()).toContain('sts AssumeRole');
  });
});
