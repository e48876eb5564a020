/** A deployed stage, looked at from outside: nothing is made but one run of what people do every day. */
import { CloudWatchClient, GetDashboardCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeArchiveCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetBucketEncryptionCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { Names } from '../../lambdas/shared/names.ts';
import type { Account } from '../account.ts';
import type { Assumption } from '../assumption.ts';
import { assume } from '../assumption.ts';

const namesOf = ({ stage, accountId, region }: Account): Names =>
  new Names(stage, { account: accountId, region });

export const STAGE: readonly Assumption[] = [
  {
    id: 'stage-functions',
    statement:
      'Every function of the stage is active, and the reconciler, which asks every service, ends without an error.',
    where: ['lib/shared/platform-function.ts', 'lambdas/governance/reconcile.handler.ts'],
    creates: [],
    usd: 0,
    minutes: 3,
    needsStage: true,
    async check(account) {
      const lambda = account.client(LambdaClient);
      const names = namesOf(account);
      const FunctionName = names.function('reconcile');
      const { State, Runtime } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      assume('state', State, 'Active');
      assume('runtime', Runtime, 'nodejs24.x');
      const { FunctionError, Payload } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: '{}' }),
      );
      assume(`error, with ${Buffer.from(Payload ?? []).toString()}`, FunctionError, undefined);
    },
  },
  {
    id: 'stage-archive',
    statement: "The stage's bus, which is under the stage's key, has an archive that is enabled.",
    where: ['lib/stacks/platform-stack.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    needsStage: true,
    async check(account) {
      const events = account.client(EventBridgeClient);
      const { State } = await events.send(
        new DescribeArchiveCommand({ ArchiveName: namesOf(account).bus() }),
      );
      assume('state', State, 'ENABLED');
    },
  },
  {
    id: 'stage-encryption',
    statement: "Data bucket and workflows' logs are encrypted under the stage's key.",
    where: ['lib/shared/stage-key.ts', 'lib/shared/secure-bucket.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    needsStage: true,
    async check(account) {
      const names = namesOf(account);
      const { ServerSideEncryptionConfiguration } = await account
        .client(S3Client)
        .send(new GetBucketEncryptionCommand({ Bucket: names.dataBucket(account.project) }));
      const rule = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
      assume('encryption of the data bucket', rule?.SSEAlgorithm, 'aws:kms');
      const { loggingConfiguration } = await account.client(SFNClient).send(
        new DescribeStateMachineCommand({
          stateMachineArn: names.arn('states', `stateMachine:${names.stateMachine('training')}`),
        }),
      );
      assume('log level of the workflow', loggingConfiguration?.level, 'ALL');
    },
  },
  {
    id: 'stage-dashboard',
    statement: "Every search of the overview's graphs is taken by GetMetricData.",
    where: ['lib/governance/notifications.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    needsStage: true,
    async check(account) {
      const cloudwatch = account.client(CloudWatchClient);
      const DashboardName = `driftless-${account.stage}-overview`;
      const { DashboardBody = '' } = await cloudwatch.send(new GetDashboardCommand({ DashboardName }));
      const searches = [...DashboardBody.matchAll(/"expression":("SEARCH(?:[^"\\]|\\.)*")/g)].map(
        ([, expression]) => JSON.parse(expression!) as string,
      );
      assume('it searches', searches.length > 0, true);
      const now = new Date();
      const { Messages } = await cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(now.getTime() - 86_400_000),
          EndTime: now,
          MetricDataQueries: searches.map((Expression, index) => ({ Id: `q${index}`, Expression })),
        }),
      );
      assume('messages', Messages ?? [], []);
    },
  },
  {
    id: 'stage-loop',
    statement:
      'A run and a rollout of the stage have succeeded: DuckDB counted in its layer, the live model answered as it was scored, and its configuration was read back.',
    where: ['lib/shared/duckdb-layer.ts', 'lambdas/deployment/smoke-test.handler.ts', 'lib/config/schema.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    needsStage: true,
    async check(account) {
      const names = namesOf(account);
      for (const workflow of ['training', 'rollout'] as const) {
        const { executions = [] } = await account.client(SFNClient).send(
          new ListExecutionsCommand({
            stateMachineArn: names.arn('states', `stateMachine:${names.stateMachine(workflow)}`),
            statusFilter: 'SUCCEEDED',
          }),
        );
        assume(`a succeeded ${workflow}`, executions.length > 0, true);
      }
    },
  },
];
