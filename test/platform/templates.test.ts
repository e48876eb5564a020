import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import config from '../../driftless.config.ts';
import { handlerNames, type Synthesized, synth } from '../helpers/synth.ts';

let dev: Synthesized;
let prod: Synthesized;
let project: Template;

beforeAll(() => {
  // cdk-nag runs in every synth: a finding that nobody acknowledged throws here
  dev = synth('dev');
  prod = synth('prod');
  project = dev.projects['flight-delays']!;
}, 60_000);

const resources = (template: Template, type: string) => Object.entries(template.findResources(type));
const resolved = (value: unknown) => JSON.stringify(value);

describe('the platform stack', () => {
  test('has every handler once, on a current runtime', () => {
    const names = resources(dev.platform, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.FunctionName,
    );

    expect(names.sort()).toEqual(
      handlerNames()
        .map((name) => `driftless-dev-${name}`)
        .sort(),
    );
    dev.platform.allResourcesProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x' });
  });

  test('gives every rule target a dead-letter queue and retries', () => {
    const rules = resources(dev.platform, 'AWS::Events::Rule').filter(
      ([, { Properties }]) => Properties.Targets,
    );

    expect(rules.length).toBeGreaterThan(5);
    for (const [name, { Properties }] of rules) {
      if (resolved(Properties.Targets).includes('replay')) continue;
      for (const target of Properties.Targets) expect(target, name).toHaveProperty('DeadLetterConfig.Arn');
    }
  });

  test('tells people, in words of the event, what became of an upload', () => {
    const told = Object.fromEntries(
      resources(dev.platform, 'AWS::Events::Rule')
        .filter(([, { Properties }]) => Properties.Name?.startsWith('driftless-dev-tell-'))
        .map(([, { Properties }]) => [Properties.Name.slice('driftless-dev-'.length), Properties]),
    );
    const uploads = told['tell-uploads'];
    expect(uploads.EventPattern['detail-type']).toEqual([
      'UploadRejected',
      'UploadFailed',
      'UploadExpired',
      'LateFiles',
    ]);
    expect(Object.values(uploads.Targets[0].InputTransformer.InputPathsMap)).toContain('$.detail.reason');
    expect(told['tell-warnings'].EventPattern).toMatchObject({
      'detail-type': ['DatasetVersioned'],
      detail: { warnings: [{ exists: true }] },
    });
    expect(told['tell-people'].EventPattern['detail-type']).not.toContain('UploadRejected');
  });

  test('gives every function that a rule or CloudFormation calls a place for failed invocations', () => {
    const invoked = resources(dev.platform, 'AWS::Lambda::EventInvokeConfig');
    const targets = new Set(
      resources(dev.platform, 'AWS::Events::Rule').flatMap(([, { Properties }]) =>
        (Properties.Targets ?? []).map(
          (target: { Arn: { 'Fn::GetAtt'?: string[] } }) => target.Arn['Fn::GetAtt']?.[0],
        ),
      ),
    );
    const functions = resources(dev.platform, 'AWS::Lambda::Function').map(([name]) => name);
    const covered = invoked.map(([, { Properties }]) => Properties.FunctionName.Ref);

    expect(functions.filter((name) => targets.has(name) && !covered.includes(name))).toEqual([]);
    for (const [, { Properties }] of invoked)
      expect(Properties).toHaveProperty('DestinationConfig.OnFailure.Destination');
  });

  test('lets every such function encrypt what it reports: the queue is under the key of the stage', () => {
    for (const [, { Properties }] of resources(dev.platform, 'AWS::Lambda::EventInvokeConfig')) {
      const role =
        dev.platform.findResources('AWS::Lambda::Function')[Properties.FunctionName.Ref]!.Properties.Role[
          'Fn::GetAtt'
        ][0];
      const statements = resources(dev.platform, 'AWS::IAM::Policy')
        .filter(([, policy]) => resolved(policy.Properties.Roles).includes(role))
        .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
      const allowed = statements
        .filter(({ Resource }) => resolved(Resource).includes('Key'))
        .flatMap(({ Action }) => Action);

      expect(allowed.sort(), role).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    }
  });

  test('has an alarm on each dead-letter queue that tells people', () => {
    for (const queue of ['failed-invocations', 'undelivered-events']) {
      dev.platform.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: `driftless-dev-${queue}`,
        MetricName: 'ApproximateNumberOfMessagesVisible',
        AlarmActions: Match.anyValue(),
      });
    }
  });

  test('runs both workflows in JSONata and logs every event', () => {
    for (const name of ['driftless-dev-training', 'driftless-dev-rollout']) {
      const [machine] = resources(dev.platform, 'AWS::StepFunctions::StateMachine')
        .map(([, { Properties }]) => Properties)
        .filter(({ StateMachineName }) => StateMachineName === name);
      expect(resolved(machine.DefinitionString)).toContain('\\"QueryLanguage\\":\\"JSONata\\"');
      expect(machine.LoggingConfiguration.Level).toBe('ALL');
    }
  });

  test('ends a rejected run as a failure: it is never green on a failed gate', () => {
    const definition = resolved(dev.platform.findResources('AWS::StepFunctions::StateMachine'));

    expect(definition).toContain('\\"Rejected by a gate\\":{\\"Type\\":\\"Fail\\"');
  });

  test('looks at an endpoint again when a look is refused: a deployment goes on without its rollout', () => {
    const definition = resolved(dev.platform.findResources('AWS::StepFunctions::StateMachine'));

    expect(definition).toMatch(
      /"Look at the endpoint\\*":\{((?!\},\\*"[A-Z][a-z]+ ).)*Retry\\*":\[\{\\*"ErrorEquals\\*":\[\\*"States\.TaskFailed/,
    );
  });

  test('keeps data and the audit trail when stage prod is deleted, and locks the trail', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::KMS::Key']) {
      prod.platform.allResources(type, { DeletionPolicy: 'Retain' });
    }
    prod.platform.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Days: 365, Mode: 'GOVERNANCE' } } },
    });
    expect(resources(prod.platform, 'Custom::DriftlessBucketContents')).toEqual([]);
  });

  test('lets no role do everything', () => {
    for (const template of [dev.platform, project]) {
      for (const [name, { Properties }] of resources(template, 'AWS::IAM::Policy')) {
        for (const { Action } of Properties.PolicyDocument.Statement) {
          for (const action of [Action].flat()) expect(action, name).not.toMatch(/^\*$|:\*$/);
        }
      }
    }
  });
});

describe('a project stack', () => {
  test('keeps its data encrypted with the key of the stage, private, versioned and TLS only', () => {
    project.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    project.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  test('lets its own code see nothing but its own data', () => {
    const [policy] = resources(project, 'AWS::IAM::Policy');
    const statements = policy![1].Properties.PolicyDocument.Statement as {
      Action: string | string[];
      Resource: unknown;
    }[];
    const data = statements.filter(({ Action }) =>
      [Action].flat().some((action) => action.startsWith('s3:')),
    );

    expect(data.length).toBeGreaterThan(0);
    const [bucket] = resources(project, 'AWS::S3::Bucket')[0]!;
    for (const { Resource } of data) {
      for (const resource of [Resource].flat()) expect(resolved(resource)).toContain(bucket);
    }
  });

  test('rolls back on its smoke test and on server errors', () => {
    for (const alarm of ['smoke-test', '5xx']) {
      project.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: `driftless-dev-flight-delays-${alarm}`,
      });
    }
    const settings = resolved(project.findResources('Custom::DriftlessProject'));
    expect(settings).toContain('driftless-dev-flight-delays-smoke-test');
  });

  test('does not import from the platform stack: no export can lock it', () => {
    expect(resolved(project.toJSON())).not.toContain('Fn::ImportValue');
    expect(dev.platform.toJSON().Outputs).toBeUndefined();
  });
});

describe('a second project', () => {
  test('adds one stack of fifteen resources or fewer, and nothing to the platform', () => {
    const flightDelays = config.projects['flight-delays']!;
    const two = synth('dev', { ...config, projects: { ...config.projects, 'more-delays': flightDelays } });

    const count = Object.keys(two.projects['more-delays']!.toJSON().Resources).length;
    expect(count).toBe(Object.keys(project.toJSON().Resources).length);
    expect(count).toBeLessThanOrEqual(15);
    expect(Object.keys(two.platform.toJSON().Resources)).toEqual(
      Object.keys(dev.platform.toJSON().Resources),
    );
  });
});
