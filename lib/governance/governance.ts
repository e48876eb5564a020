/** What keeps the record and mends differences: audit trail, reconciler, registration of projects. */
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../lambdas/events/contract.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { eventRule } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';
import { secureBucket } from '../shared/secure-bucket.ts';

const BECAUSE =
  'Projects are deployed later than the platform; their resources are known by their names only.';

export class Governance extends Construct {
  readonly reconcile: PlatformFunction;
  readonly register: PlatformFunction;
  /** Only in a stage that destroys its data. */
  readonly emptyBucket?: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'governance');
    this.recordAudit(context);
    this.reconcile = this.addReconciler(context);
    this.register = this.addRegistration(context);
    if (context.removal === RemovalPolicy.DESTROY) this.emptyBucket = this.addEmptying(context);
  }

  private recordAudit(context: PlatformContext): void {
    const { stage, names } = context;
    const bucket = secureBucket(this, 'audit', context, {
      bucketName: names.auditBucket(),
      ...(stage.auditRetentionDays > 0 && {
        objectLockEnabled: true,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(
          Duration.days(stage.auditRetentionDays),
        ),
      }),
    });
    const record = new PlatformFunction(this, 'record-audit', context, {
      description: 'Keeps every domain event for the record',
      invokedBy: 'event',
    });
    record.bind(ENV.auditBucket, bucket.bucketName, {
      sid: 'WriteTheAuditTrail',
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('audit/*')],
      because: 'Objects are named by the date and the id of the event.',
    });
    record.allowKey('kms:GenerateDataKey');
    eventRule(this, 'anything-happened', context, {
      description: 'Every domain event',
      eventBus: context.bus,
      pattern: { source: [EVENT_SOURCE] },
      target: record,
    });
  }

  private addReconciler(context: PlatformContext): PlatformFunction {
    const { names } = context;
    const reconcile = new PlatformFunction(this, 'reconcile', context, {
      description: 'Compares catalog, executions and endpoints, and repairs or reports the difference',
      invokedBy: 'event',
      timeout: Duration.minutes(5),
    });
    bindCatalog(reconcile, context, 'get', 'query', 'put');
    bindBus(reconcile, context);
    reconcile
      .allow({
        sid: 'LookAtExecutions',
        actions: ['states:DescribeExecution'],
        resources: [
          names.arn('states', `execution:${names.stateMachine('training')}:*`),
          names.arn('states', `execution:${names.stateMachine('rollout')}:*`),
        ],
        because: 'Executions are named by runs and rollouts.',
      })
      .allow({
        sid: 'LookAtEndpoints',
        actions: ['sagemaker:DescribeEndpoint'],
        resources: [names.arn('sagemaker', `endpoint/driftless-${names.stage}-*`)],
        because: BECAUSE,
      });
    return reconcile;
  }

  private addRegistration(context: PlatformContext): PlatformFunction {
    const { names } = context;
    const register = new PlatformFunction(this, 'register-project', context, {
      description: 'Stores the settings and the trainer of a project when it is deployed',
      invokedBy: 'event',
      timeout: Duration.minutes(15),
    });
    // Only a stage that destroys its data removes what was made at run time, and forgets the project.
    const forgets = context.removal === RemovalPolicy.DESTROY;
    bindCatalog(register, context, 'get', 'put', ...(forgets ? (['query', 'delete'] as const) : []));
    bindBus(register, context);
    allowData(register, context, { write: ['settings/*', 'code/*'] });
    register.allow({
      sid: 'ReadTheTrainersAsset',
      actions: ['s3:GetObject'],
      resources: [`arn:${Aws.PARTITION}:s3:::cdk-*-assets-${Aws.ACCOUNT_ID}-${Aws.REGION}/*`],
      because: "Assets are in the bootstrap's bucket under their hash.",
    });
    if (!forgets) return register;
    return register
      .allow({
        sid: 'RemoveEndpoints',
        actions: [
          'sagemaker:DescribeEndpoint',
          'sagemaker:DeleteEndpoint',
          'sagemaker:DeleteEndpointConfig',
          'sagemaker:DeleteModel',
        ],
        resources: [
          names.arn('sagemaker', `endpoint/driftless-${names.stage}-*`),
          names.arn('sagemaker', `endpoint-config/driftless-${names.stage}-*`),
          names.arn('sagemaker', `model/driftless-${names.stage}-*`),
        ],
        because: BECAUSE,
      })
      .allow({
        sid: 'ListPackages',
        actions: ['sagemaker:ListModelPackages'],
        resources: ['*'],
        because: 'Which ARN AWS checks for a list of a group is not documented.',
      })
      .allow({
        sid: 'RemovePackages',
        actions: ['sagemaker:DeleteModelPackage'],
        resources: [names.arn('sagemaker', `model-package/driftless-${names.stage}-*`)],
        because: BECAUSE,
      });
  }

  /** Stands in the platform for the buckets of all its projects. */
  private addEmptying(context: PlatformContext): PlatformFunction {
    const { names } = context;
    return new PlatformFunction(this, 'empty-bucket', context, {
      description: 'Removes what a bucket holds before the bucket itself is deleted',
      invokedBy: 'event',
      timeout: Duration.minutes(15),
    }).allow({
      sid: 'EmptyBuckets',
      // Always by version, `null` where a bucket has none: `s3:DeleteObject` is for deletions without one.
      actions: ['s3:ListBucketVersions', 's3:DeleteObjectVersion'],
      resources: [`arn:${Aws.PARTITION}:s3:::driftless-${names.stage}-*`],
      because: BECAUSE,
    });
  }
}
