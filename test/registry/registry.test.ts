import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synth } from '../helpers/synth.ts';

test('approvals and rejections are heard by whatever way they come, asked for by message, and expire', () => {
  const { platform } = synth('dev');

  platform.hasResourceProperties('AWS::Events::Rule', {
    Name: 'driftless-dev-approval-changed',
    EventPattern: {
      source: ['aws.sagemaker'],
      'detail-type': ['SageMaker Model Package State Change'],
      detail: {
        ModelPackageGroupName: [{ prefix: 'driftless-dev-' }],
        ModelApprovalStatus: ['Approved', 'Rejected'],
        ModelPackageStatus: ['Completed'],
      },
    },
  });
  const tells = (name: string, pattern: object, text: RegExp) => {
    const rules = platform.findResources('AWS::Events::Rule', { Properties: { Name: name } });
    const [rule] = Object.values(rules);
    expect(rule!.Properties.EventPattern).toEqual({ source: ['driftless'], ...pattern });
    expect(rule!.Properties.Targets[0].InputTransformer.InputTemplate).toMatch(text);
  };
  tells(
    'driftless-dev-tell-approvals',
    { 'detail-type': ['ApprovalRequested'] },
    /^"Approval wanted in stage dev, project <[\w-]+>: <[\w-]+>"$/,
  );
  tells(
    'driftless-dev-tell-rejections',
    { 'detail-type': ['ApprovalRecorded'], detail: { status: ['Rejected'] } },
    /^"Model version <[\w-]+> in stage dev, project <[\w-]+> was rejected by /,
  );
  platform.hasResourceProperties('AWS::Scheduler::Schedule', {
    Name: 'driftless-dev-expire-approvals-schedule',
    ScheduleExpression: 'rate(6 hours)',
    Target: Match.objectLike({ Input: '{}' }),
  });
}, 60_000);
