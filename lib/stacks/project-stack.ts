/** One per project: its data, its registry group, the role that its code runs under, its alarms and schedule. */
import { join } from 'node:path';
import { CustomResource, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { PROJECT_RESOURCE_TYPE, type RegisterProjectProperties } from '../../lambdas/governance/contract.ts';
import type { Names } from '../../lambdas/shared/names.ts';
import type { ProjectConfig, StageConfig } from '../config/schema.ts';
import { projectSettings } from '../config/settings.ts';
import { dataLifecycle } from '../datasets/data-lifecycle.ts';
import { monitorSchedule } from '../monitoring/monitor-schedule.ts';
import { projectAlarms } from '../monitoring/project-alarms.ts';
import { projectTriggers } from '../retraining/project-triggers.ts';
import { secureBucket } from '../shared/secure-bucket.ts';
import { executionRole } from '../training/execution-role.ts';
import { sourceArchive } from '../training/source-archive.ts';

export interface ProjectStackProps extends StackProps {
  readonly project: string;
  readonly names: Names;
  readonly stage: StageConfig;
  readonly config: ProjectConfig;
  /** Folder that the config file is in. */
  readonly directory: string;
}

export class ProjectStack extends Stack {
  constructor(scope: Construct, id: string, props: ProjectStackProps) {
    super(scope, id, props);
    const { project, names, stage, config } = props;
    const removal = stage.removal === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
    const keyArn = ssm.StringParameter.valueForStringParameter(this, names.keyArnParameter());
    const key = kms.Key.fromKeyArn(this, 'Key', keyArn);

    const bucket = secureBucket(
      this,
      'data',
      { key, names, removal },
      { bucketName: names.dataBucket(project), lifecycleRules: [...dataLifecycle] },
    );
    // The L2 setting would add a custom resource to do what this property does.
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    const group = new sagemaker.CfnModelPackageGroup(this, 'Models', {
      modelPackageGroupName: names.modelPackageGroup(project),
      modelPackageGroupDescription: `Model versions of ${project}`,
    });
    group.applyRemovalPolicy(removal);
    const { trainer } = config;
    const built =
      trainer.kind === 'image' && trainer.dockerfile !== undefined
        ? new DockerImageAsset(this, 'TrainerImage', { directory: join(props.directory, trainer.dockerfile) })
        : undefined;
    const settings = projectSettings(project, config, { names, stage, keyArn, builtImage: built?.imageUri });
    const { imageUri, servingImageUri } = settings.trainer;
    const role = executionRole(this, {
      ...{ project, names, bucket, keyArn },
      imageUris: built ? [] : [imageUri, ...(servingImageUri === undefined ? [] : [servingImageUri])],
      builtRepositoryArn: built?.repository.repositoryArn,
      inVpc: trainer.vpc !== undefined,
      keepsCheckpoints: trainer.spot?.checkpoints === true,
    });

    const code = new Asset(this, 'Trainer', {
      path: sourceArchive(project, props.directory, trainer.kind === 'script' ? trainer.source : undefined),
    });
    const properties: RegisterProjectProperties = {
      Project: project,
      DataBucket: bucket.bucketName,
      Settings: this.toJsonString(settings),
      CodeBucket: code.s3BucketName,
      CodeKey: code.s3ObjectKey,
      RemoveRuntimeResources: stage.removal === 'destroy' ? 'true' : 'false',
    };
    const registration = new CustomResource(this, 'Project', {
      resourceType: PROJECT_RESOURCE_TYPE,
      serviceToken: names.arn('lambda', `function:${names.function('register-project')}`),
      serviceTimeout: Duration.minutes(15),
      properties,
    });
    // Deleted before what it refers to: packages before their group, endpoints before their role.
    registration.node.addDependency(bucket, group, role);

    projectAlarms(this, { project, names, settings, maximumLatencyMs: config.serving.maximumLatencyMs });
    monitorSchedule(this, props);
    projectTriggers(this, props);
  }
}
