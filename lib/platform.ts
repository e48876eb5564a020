/** READ FIRST: a stage of Driftless is one platform stack and one stack for each project. */
import { type App, Aws, type Environment } from 'aws-cdk-lib';
import { Names } from '../lambdas/shared/names.ts';
import { ConfigError } from './config/load.ts';
import type { ResolvedConfig } from './config/schema.ts';
import { PlatformStack } from './stacks/platform-stack.ts';
import { ProjectStack } from './stacks/project-stack.ts';

export interface PlatformProps {
  readonly config: ResolvedConfig;
  /** Folder that the config file is in. */
  readonly directory: string;
  readonly stage: string;
  /** Folder of each handler's bundle. */
  readonly bundles: Readonly<Record<string, string>>;
}

/** Adds the stage's stacks to the app. @throws ConfigError when the config has no such stage. */
export function addPlatform(app: App, { config, directory, stage: stageName, bundles }: PlatformProps): void {
  const stage = config.stages[stageName];
  if (!stage) {
    throw new ConfigError([
      `stage: got "${stageName}"; allowed: ${Object.keys(config.stages).join(', ')}; pass -c stage=NAME or add it to stages`,
    ]);
  }
  const names = new Names(stageName, {
    account: Aws.ACCOUNT_ID,
    region: Aws.REGION,
    partition: Aws.PARTITION,
  });
  const env: Environment = {
    account: stage.account ?? process.env.CDK_DEFAULT_ACCOUNT,
    region: stage.region,
  };
  const tags = { 'driftless:stage': stageName };

  const platform = new PlatformStack(app, names.platformStack(), {
    env,
    names,
    stage,
    bundles,
    customGates: Object.values(config.projects).flatMap(
      ({ gates }) => gates.custom?.map(({ functionArn }) => functionArn) ?? [],
    ),
    tags,
    description: `Driftless, stage ${stageName}: what all projects share`,
  });
  for (const [project, projectConfig] of Object.entries(config.projects)) {
    const stack = new ProjectStack(app, names.projectStack(project), {
      env,
      names,
      stage,
      project,
      config: projectConfig,
      directory,
      tags: { ...tags, 'driftless:project': project },
      description: `Driftless, stage ${stageName}: project ${project}`,
    });
    // By order only: no exports, which would lock each other's keys and buckets.
    stack.addStackDependency(platform);
  }
}
