/** What registers a model with its evidence, approves it by policy, and keeps the record of approvals. */
import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { domainEvents, eventRule } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';

const BECAUSE = 'Groups belong to projects, which are deployed later; versions are numbered by SageMaker.';

export class Registry extends Construct {
  readonly register: PlatformFunction;
  /** Called by the stage's sweep. */
  readonly expire: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'registry');
    this.register = this.addRegistration(context);
    this.expire = this.addExpiry(context);
    this.recordApprovals(context);
    this.logRuns(context);
    this.recordLineage(context);
  }

  private addRegistration(context: PlatformContext): PlatformFunction {
    const { names } = context;
    const register = new PlatformFunction(this, 'register-model', context, {
      description: 'Registers a model package with its evidence, and approves it where the policy says so',
      invokedBy: 'workflow',
    });
    bindCatalog(register, context, 'get', 'put');
    bindBus(register, context);
    allowData(register, context, {
      read: ['runs/*', 'settings/*'],
      write: ['runs/*/evidence/model-card.json'],
    });
    return register.allow({
      sid: 'RegisterModels',
      actions: [
        'sagemaker:CreateModelPackage',
        'sagemaker:DescribeModelPackage',
        'sagemaker:UpdateModelPackage',
      ],
      resources: [
        names.arn('sagemaker', `model-package-group/driftless-${names.stage}-*`),
        names.arn('sagemaker', `model-package/driftless-${names.stage}-*`),
      ],
      because: BECAUSE,
    });
  }

  private addExpiry(context: PlatformContext): PlatformFunction {
    const { names } = context;
    const expire = new PlatformFunction(this, 'expire-approvals', context, {
      description: 'Rejects model versions that nobody has approved in time',
      invokedBy: 'event',
      timeout: Duration.minutes(5),
    });
    bindCatalog(expire, context, 'get', 'query', 'put');
    bindBus(expire, context);
    return expire.allow({
      sid: 'RejectPackages',
      actions: ['sagemaker:DescribeModelPackage', 'sagemaker:UpdateModelPackage'],
      resources: [names.arn('sagemaker', `model-package/driftless-${names.stage}-*`)],
      because: BECAUSE,
    });
  }

  private recordApprovals(context: PlatformContext): void {
    const { names } = context;
    const record = new PlatformFunction(this, 'record-approval', context, {
      description: 'Records who approved or rejected a model version, and why',
      invokedBy: 'event',
    });
    bindCatalog(record, context, 'get', 'query', 'put');
    bindBus(record, context);
    record.allow({
      sid: 'ReadPackages',
      actions: ['sagemaker:DescribeModelPackage'],
      resources: [names.arn('sagemaker', `model-package/driftless-${names.stage}-*`)],
      because: BECAUSE,
    });
    eventRule(this, 'approval-changed', context, {
      description: 'A model package of a project was approved or rejected',
      pattern: {
        source: ['aws.sagemaker'],
        detailType: ['SageMaker Model Package State Change'],
        detail: {
          ModelPackageGroupName: Match.prefix(`driftless-${names.stage}-`),
          ModelApprovalStatus: ['Approved', 'Rejected'],
          ModelPackageStatus: ['Completed'],
        },
      },
      target: record,
    });
  }

  /** For projects with `mlflow.tracking`; of others it reads the settings and ends. */
  private logRuns(context: PlatformContext): void {
    const { names } = context;
    const log = new PlatformFunction(this, 'log-run', context, {
      description: 'Logs runs that have ended to MLflow, for the projects that ask for it',
      invokedBy: 'event',
      timeout: Duration.minutes(2),
    });
    bindCatalog(log, context, 'get');
    allowData(log, context, { read: ['runs/*', 'settings/*'] });
    log.allow({
      sid: 'LogToManagedMlflow',
      actions: [
        'sagemaker-mlflow:CreateExperiment',
        'sagemaker-mlflow:CreateRun',
        'sagemaker-mlflow:GetExperimentByName',
        'sagemaker-mlflow:LogBatch',
        'sagemaker-mlflow:SearchRuns',
        'sagemaker-mlflow:UpdateRun',
      ],
      resources: [names.arn('sagemaker', 'mlflow-tracking-server/*')],
      because: 'Projects name their tracking servers, and are deployed later.',
    });
    eventRule(this, 'run-ended', context, {
      description: 'A run has ended, and its project may want it logged',
      eventBus: context.bus,
      pattern: domainEvents('RunFinished'),
      target: log,
    });
  }

  /** Apart from the registration, so that neither waits for the other or fails with it. */
  private recordLineage(context: PlatformContext): void {
    const { names } = context;
    const record = new PlatformFunction(this, 'record-lineage', context, {
      description: "Writes dataset version, run, model, package and endpoint to SageMaker's lineage",
      invokedBy: 'event',
      timeout: Duration.minutes(1),
    });
    bindCatalog(record, context, 'get');
    record.allow({
      sid: 'ReadPackages',
      actions: ['sagemaker:DescribeModelPackage'],
      resources: [names.arn('sagemaker', `model-package/driftless-${names.stage}-*`)],
      because: BECAUSE,
    });
    record.allow({
      sid: 'FindLineage',
      actions: [
        'sagemaker:ListActions',
        'sagemaker:ListArtifacts',
        'sagemaker:ListAssociations',
        'sagemaker:ListContexts',
      ],
      resources: ['*'],
      because: 'Lists of lineage entities have no resource type and no condition that narrows them.',
    });
    const artifacts = names.arn('sagemaker', 'artifact/*');
    const actions = names.arn('sagemaker', `action/driftless-${names.stage}-*`);
    const contexts = names.arn('sagemaker', `context/driftless-${names.stage}-*`);
    record.allow({
      sid: 'WriteLineage',
      actions: [
        'sagemaker:AddAssociation',
        'sagemaker:CreateAction',
        'sagemaker:CreateArtifact',
        'sagemaker:CreateContext',
      ],
      resources: [artifacts, actions, contexts],
      because: 'ARNs of artifacts are hashes of their sources; runs and endpoints are named later.',
    });
    eventRule(this, 'model-registered-or-promoted', context, {
      description: 'A model version was registered or promoted to its endpoint',
      eventBus: context.bus,
      pattern: domainEvents('ModelRegistered', 'ModelPromoted'),
      target: record,
    });
  }
}
