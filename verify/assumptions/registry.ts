/** SageMaker's sentences for what is not there, and its model registry. */

import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { xgboostImage } from '../../lib/config/images.ts';
import type { Account } from '../account.ts';
import type { Assumption } from '../assumption.ts';
import { assume, assumeMatch, refusalOf } from '../assumption.ts';
import { makeBucket, makeQueue } from './made.ts';

/** The parts of a card that `lambdas/registry/model-card.ts` fills. */
const CARD = {
  model_overview: { model_creator: 'verify', model_artifact: ['s3://verify/model.tar.gz'] },
  intended_uses: { purpose_of_model: 'verify', risk_rating: 'Unknown' },
  training_details: {
    objective_function: { notes: 'verify' },
    training_observations: 'verify',
    training_job_details: {
      training_datasets: ['s3://verify/manifest.json'],
      training_environment: { container_image: ['image'] },
      user_provided_training_metrics: [{ name: 'auc', value: 0.5 }],
      user_provided_hyper_parameters: [{ name: 'rounds', value: '10' }],
    },
  },
  evaluation_details: [
    {
      name: 'Holdout',
      evaluation_observation: 'verify',
      datasets: ['s3://verify/holdout.csv'],
      metadata: { rows: '1' },
      metric_groups: [
        { name: 'Gates', metric_data: [{ name: 'quality', type: 'string', value: 'PASS', notes: 'verify' }] },
      ],
    },
  ],
  additional_information: {
    ethical_considerations: 'verify',
    caveats_and_recommendations: 'verify',
    custom_details: { run: 'verify' },
  },
};

/** A group with one version, registered twice with one token. @returns ARN of the version */
async function registerTwice(account: Account): Promise<string> {
  const sagemaker = account.client(SageMakerClient);
  const Bucket = await makeBucket(account);
  const Key = 'model.tar.gz';
  await account.client(S3Client).send(new PutObjectCommand({ Bucket, Key, Body: 'not loaded by anybody' }));
  const ModelPackageGroupName = account.prefix;
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
  account.undo(`group ${ModelPackageGroupName}`, () =>
    sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName })),
  );
  const evidence = { ContentType: 'application/json', S3Uri: `s3://${Bucket}/evidence.json` };
  const register = () =>
    sagemaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName,
        ModelApprovalStatus: 'PendingManualApproval',
        ClientToken: account.prefix,
        InferenceSpecification: {
          Containers: [
            {
              Image: xgboostImage(account.region, '1.7-1'),
              ModelDataUrl: `s3://${Bucket}/${Key}`,
              Environment: { SAGEMAKER_PROGRAM: 'train.py' },
              Framework: 'XGBOOST',
              FrameworkVersion: '1.7-1',
            },
          ],
          SupportedContentTypes: ['text/csv'],
          SupportedResponseMIMETypes: ['text/csv'],
        },
        ModelMetrics: {
          ModelQuality: { Statistics: evidence, Constraints: evidence },
          Bias: { Report: evidence, PreTrainingReport: evidence, PostTrainingReport: evidence },
        },
        DriftCheckBaselines: {
          ModelDataQuality: { Statistics: evidence },
          ModelQuality: { Statistics: evidence, Constraints: evidence },
          Bias: { PreTrainingConstraints: evidence, PostTrainingConstraints: evidence },
        },
        ModelCard: { ModelCardStatus: 'PendingReview', ModelCardContent: JSON.stringify(CARD) },
        CustomerMetadataProperties: { run: 'verify' },
        MetadataProperties: { ProjectId: 'verify', CommitId: '0'.repeat(64), GeneratedBy: 'verify' },
      }),
    );
  const { ModelPackageArn = '' } = await register();
  account.undo(`version ${ModelPackageArn}`, () =>
    sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: ModelPackageArn })),
  );
  assume('ARN of the repeated registration', (await register()).ModelPackageArn, ModelPackageArn);
  return ModelPackageArn;
}

export const REGISTRY: readonly Assumption[] = [
  {
    id: 'sagemaker-what-is-not-there',
    statement:
      'Describing or deleting what does not exist is a ValidationException that says "Could not find" or "does not exist".',
    where: ['lambdas/deployment/live-endpoint.ts', 'lambdas/governance/runtime-resources.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    async check(account) {
      const sagemaker = account.client(SageMakerClient);
      const name = account.prefix;
      const calls: readonly (readonly [string, Promise<unknown>, RegExp])[] = [
        [
          'DescribeEndpoint',
          sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })),
          /^Could not find endpoint/,
        ],
        [
          'DeleteEndpoint',
          sagemaker.send(new DeleteEndpointCommand({ EndpointName: name })),
          /^Could not find/,
        ],
        [
          'DeleteEndpointConfig',
          sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })),
          /^Could not find/,
        ],
        ['DeleteModel', sagemaker.send(new DeleteModelCommand({ ModelName: name })), /^Could not find/],
        [
          'DeleteModelPackageGroup',
          sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: name })),
          /does not exist/,
        ],
        [
          'DescribeTrainingJob',
          sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name })),
          /^Requested resource not found/,
        ],
        [
          'DescribeTransformJob',
          sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: name })),
          /^Could not find requested job/,
        ],
      ];
      for (const [operation, call, sentence] of calls) {
        const { name: code, message } = await refusalOf(operation, call);
        assume(`code of ${operation}`, code, 'ValidationException');
        assumeMatch(`sentence of ${operation}`, message, sentence);
      }
    },
  },
  {
    id: 'model-package-fields',
    statement:
      'CreateModelPackage is idempotent by ClientToken in a group, and keeps environment, metrics, bias reports, drift baselines, both kinds of metadata and a model card.',
    where: ['lambdas/registry/model-package.ts', 'lambdas/registry/model-card.ts'],
    creates: ['bucket', 'model package group', 'model package version'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const ModelPackageName = await registerTwice(account);
      const sagemaker = account.client(SageMakerClient);
      const version = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));
      const container = version.InferenceSpecification?.Containers?.[0];
      assume('number of the version', version.ModelPackageVersion, 1);
      assume('environment', container?.Environment, { SAGEMAKER_PROGRAM: 'train.py' });
      assume('metadata of ours', version.CustomerMetadataProperties, { run: 'verify' });
      assume('project', version.MetadataProperties?.ProjectId, 'verify');
      const baseline = version.DriftCheckBaselines?.ModelDataQuality?.Statistics?.S3Uri;
      assume('drift baseline', baseline, version.ModelMetrics?.ModelQuality?.Statistics?.S3Uri);
      assume('bias report', version.ModelMetrics?.Bias?.Report?.S3Uri, baseline);
      assume('status of the card', version.ModelCard?.ModelCardStatus, 'PendingReview');
    },
  },
  {
    id: 'model-package-approval-event',
    statement:
      'An approval sends "SageMaker Model Package State Change" with group, numeric version, ARN and approval status at the top of its detail; the description then says who did it and why.',
    where: [
      'lib/deployment/deployment.ts',
      'lambdas/deployment/request-rollout.handler.ts',
      'lambdas/registry/approval-store.ts',
    ],
    creates: ['bucket', 'model package group', 'model package version', 'rule', 'queue'],
    usd: 0,
    minutes: 4,
    async check(account) {
      const queue = await makeQueue(account, { service: 'events.amazonaws.com' });
      const events = account.client(EventBridgeClient);
      const Name = account.prefix;
      const pattern = {
        source: ['aws.sagemaker'],
        'detail-type': ['SageMaker Model Package State Change'],
        detail: { ModelPackageGroupName: [account.prefix], ModelApprovalStatus: ['Approved'] },
      };
      await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }));
      account.undo(`rule ${Name}`, () => events.send(new DeleteRuleCommand({ Name })));
      await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
      account.undo(`target of ${Name}`, () =>
        events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['queue'] })),
      );
      const ModelPackageArn = await registerTwice(account);
      const sagemaker = account.client(SageMakerClient);
      await sagemaker.send(
        new UpdateModelPackageCommand({
          ModelPackageArn,
          ModelApprovalStatus: 'Approved',
          ApprovalDescription: 'verify',
        }),
      );
      const { detail } = JSON.parse(await queue.next('the event')) as { detail: Record<string, unknown> };
      const { ModelPackageVersion, ModelPackageGroupName, LastModifiedTime } = detail;
      assume('version', ModelPackageVersion, 1);
      assume('group', ModelPackageGroupName, account.prefix);
      assume('ARN', detail.ModelPackageArn, ModelPackageArn);
      assume('status', detail.ModelApprovalStatus, 'Approved');
      assume('it has a time', LastModifiedTime !== undefined, true);
      const described = await sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }),
      );
      assume('reason', described.ApprovalDescription, 'verify');
      assume('it says who', described.LastModifiedBy?.IamIdentity?.Arn?.startsWith('arn:'), true);
    },
  },
];
