/** What brings an approved model version to its endpoint. */

import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { ENV, METRIC_NAMESPACE } from '../../lambdas/shared/contract.ts';
import { eventRule } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';
import type { Workflow } from '../shared/workflow.ts';
import { rollout } from './rollout.ts';

const BECAUSE = 'Endpoints and packages belong to projects, which are deployed later.';

export class Deployment extends Construct {
  readonly workflow: Workflow;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'deployment');
    const { names } = context;
    const startRollouts = {
      sid: 'StartRollouts',
      actions: ['states:StartExecution'],
      resources: [names.arn('states', `stateMachine:${names.stateMachine('rollout')}`)],
    };
    const endpoints = names.arn('sagemaker', `endpoint/driftless-${names.stage}-*`);
    const packages = names.arn('sagemaker', `model-package/driftless-${names.stage}-*`);

    const prepare = new PlatformFunction(this, 'prepare-rollout', context, {
      description: 'Writes the requests of a rollout',
      invokedBy: 'workflow',
    });
    bindCatalog(prepare, context, 'get', 'put');
    allowData(prepare, context, { read: ['settings/*'] });
    prepare
      .allow({
        sid: 'ReadPackages',
        actions: ['sagemaker:DescribeModelPackage'],
        resources: [packages],
        because: BECAUSE,
      })
      .allow({
        sid: 'LookAtEndpoints',
        actions: ['sagemaker:DescribeEndpoint'],
        resources: [endpoints],
        because: BECAUSE,
      });

    const smokeTest = new PlatformFunction(this, 'smoke-test', context, {
      description: 'Compares live answers with evaluated scores while the old fleet still stands',
      invokedBy: 'workflow',
      timeout: Duration.minutes(2),
    });
    allowData(smokeTest, context, { read: ['runs/*', 'settings/*'] });
    bindCatalog(smokeTest, context, 'get');
    smokeTest
      .allow({
        sid: 'InvokeEndpoints',
        actions: ['sagemaker:InvokeEndpoint'],
        resources: [endpoints],
        because: BECAUSE,
      })
      .allow(publishMetrics());

    const finish = new PlatformFunction(this, 'finish-rollout', context, {
      description: 'Reads the live configuration back, records what came of the rollout and tells the bus',
      invokedBy: 'workflow',
    });
    bindCatalog(finish, context, 'get', 'put');
    bindBus(finish, context);
    finish
      .allow({
        sid: 'LookAtEndpoints',
        actions: ['sagemaker:DescribeEndpoint'],
        resources: [endpoints],
        because: BECAUSE,
      })
      .bind(ENV.rolloutStateMachine, startRollouts.resources[0]!, startRollouts);

    this.workflow = rollout(this, context, { prepare, smokeTest, finish });

    const request = new PlatformFunction(this, 'request-rollout', context, {
      description: 'Starts one rollout per endpoint for a model version that was approved',
      invokedBy: 'event',
    });
    bindCatalog(request, context, 'get', 'query', 'put');
    request.bind(ENV.rolloutStateMachine, startRollouts.resources[0]!, startRollouts);
    eventRule(this, 'model-approved', context, {
      description: 'A model package of a project was approved',
      pattern: {
        source: ['aws.sagemaker'],
        detailType: ['SageMaker Model Package State Change'],
        detail: {
          ModelPackageGroupName: Match.prefix(`driftless-${names.stage}-`),
          ModelApprovalStatus: ['Approved'],
          ModelPackageStatus: ['Completed'],
          // A change of an older version's metadata is no approval of it.
          UpdatedModelPackageFields: Match.anyOf(
            Match.doesNotExist(),
            Match.exactString('ModelApprovalStatus'),
          ),
        },
      },
      target: request,
    });
  }
}

/** Metrics have no ARN; the namespace is what narrows the permission. */
export const publishMetrics = () => ({
  sid: 'PublishMetrics',
  actions: ['cloudwatch:PutMetricData'],
  resources: ['*'],
  conditions: { StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE } },
  because: 'PutMetricData has no resource type; the statement is limited to one namespace.',
});
