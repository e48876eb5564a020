/** `driftless runs ...` and `driftless models ...` against a cloud of the test's own, as a person calls them. */
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../../console/local/deploy.ts';
import { type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { evaluationKey, manifestKey, modelCardKey, settingsKey } from '../../lambdas/shared/keys.ts';
import { runScript } from '../../localstack/testing/run-command.ts';
import { aProject } from '../shared/project-fixture.ts';
import { aRequest, aVersion } from '../training/run-fixture.ts';
import { type CloudConnection, PROJECT, startCloudConnection } from './cloud-connection.ts';
import { anEvaluation, anOlderEvaluation } from './evaluation-fixture.ts';

const FIRST = 'flights-aaaaaaaaaa-a1';
const SECOND = 'flights-bbbbbbbbbb-a1';
const GROUP = '/aws/sagemaker/TrainingJobs';
let cloud: CloudConnection;
let executionArn: string;

const run = (name: string, change: Partial<RunItem> = {}): RunItem => ({
  run: name,
  status: 'Registered',
  request: aRequest(),
  executionArn,
  startedAt: '2026-03-01T10:00:00.000Z',
  finishedAt: '2026-03-01T10:40:00.000Z',
  datasetVersion: 1,
  settingsDigest: 'settings-1',
  codeDigest: 'code',
  trainingJobName: `local-${name}`,
  ...change,
});
const driftless = (...args: string[]) =>
  runScript('bin/driftless.ts', args, { env: awsEnvironment(cloud.endpoint) });
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await driftless(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};
const refusal = async (...args: string[]) => {
  const { code, stdout, stderr } = await driftless(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr;
};

beforeAll(async () => {
  cloud = await startCloudConnection(['logs', 'cloudwatch', 'stepfunctions', 'sagemaker', 'ecr']);
  const { sagemaker, stepFunctions, names } = cloud.connection;
  const iam = new IAMClient({
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'workflow',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    }),
  );
  const { stateMachineArn } = await stepFunctions.send(
    new CreateStateMachineCommand({
      name: 'training',
      roleArn: Role!.Arn!,
      definition: JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'Train',
        States: { Train: { Type: 'Wait', Seconds: 86_400, End: true } },
      }),
    }),
  );
  executionArn = (await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, name: SECOND })))
    .executionArn!;

  const settings = aProject();
  const deeper = { ...settings, trainer: { ...settings.trainer, hyperparameters: { max_depth: '6' } } };
  await cloud.putItem(SK.project, { project: PROJECT, settingsDigest: 'settings-1' });
  await cloud.putObject(settingsKey('settings-1'), JSON.stringify(settings));
  await cloud.putObject(settingsKey('settings-2'), JSON.stringify(deeper));
  for (const version of [1, 2]) {
    await cloud.putItem(SK.version(version), aVersion(version, { rows: version * 1000 }));
    const added = version === 2 ? [{ name: 'delay', type: 'double', role: 'feature' }] : [];
    const schema = { columns: [{ name: 'id', type: 'string', role: 'key' }, ...added] };
    await cloud.putObject(manifestKey(version), JSON.stringify({ schema, files: [] }));
  }
  await cloud.putItem(SK.run(FIRST), run(FIRST, { modelVersion: 1 }));
  const own = { overrides: { 'trainer.hyperparameters.max_depth': '6' } };
  await cloud.putItem(
    SK.run(SECOND),
    run(SECOND, {
      status: 'InProgress',
      startedAt: '2026-03-02T10:00:00.000Z',
      finishedAt: undefined as never,
      datasetVersion: 2,
      settingsDigest: 'settings-2',
      request: aRequest({ kind: 'manual', reason: 'deeper', ...own }),
    }),
  );
  await cloud.putObject(evaluationKey(FIRST), JSON.stringify(anOlderEvaluation(FIRST)));
  await cloud.putObject(evaluationKey(SECOND), JSON.stringify(anEvaluation(SECOND, { datasetVersion: 2 })));

  const group = names.modelPackageGroup(PROJECT);
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: group }));
  for (const [version, name] of [
    [1, FIRST],
    [2, SECOND],
  ] as const) {
    const { ModelPackageArn } = await sagemaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: group,
        ModelApprovalStatus: version === 1 ? 'Approved' : 'PendingManualApproval',
        InferenceSpecification: {
          Containers: [
            {
              Image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
              ModelDataUrl: `s3://${cloud.connection.bucket}/model.tar.gz`,
            },
          ],
          SupportedContentTypes: ['text/csv'],
          SupportedResponseMIMETypes: ['text/csv'],
        },
      }),
    );
    await cloud.putItem(SK.model(version), {
      modelVersion: version,
      modelPackageArn: ModelPackageArn,
      run: name,
      datasetVersion: version,
      registeredAt: '2026-03-02T11:00:00.000Z',
    });
  }
  await cloud.putItem(SK.champion, { modelVersion: 1, run: FIRST });
}, 60_000);
afterAll(() => cloud.stop());

describe('runs', () => {
  it('show tells the steps at work, the values of the run alone, and its gates', async () => {
    const { code, stdout } = await driftless('runs', 'show', 'bbbb');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^run flights-bbbbbbbbbb-a1\n {2}status +InProgress\n {2}asked for +deeper \(manual\)\n/,
    );
    expect(stdout).toMatch(/\n {2}own values +trainer\.hyperparameters\.max_depth=6\n/);
    expect(stdout).toMatch(/\nTrain +running +\d\d:\d\d:\d\d +\d+ s +1\n/);
    expect(stdout).toMatch(/\n {2}✗ champion: auc is below the champion\n$/);
  });

  it('logs says that there is nothing, then gives the end of the newest attempt', async () => {
    expect(await json('runs', 'logs', 'last')).toEqual({ run: SECOND, lines: [] });
    const { logs } = cloud.connection;
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    const timestamp = Date.now();
    const streams = [
      `local-${SECOND}-a1/algo-1-1`,
      `local-${SECOND}-a2/algo-1-2`,
      // another run's, whose name begins as this one's
      `local-${SECOND}-a2x/algo-1-3`,
    ];
    for (const logStreamName of streams) {
      await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
      const logEvents = [1, 2, 3].map((n) => ({
        timestamp: timestamp + n,
        message: `${logStreamName} ${n}`,
      }));
      await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName, logEvents }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { stream, lines } = await json('runs', 'logs', 'last', '--lines', '2');
    expect(stream).toBe(streams[1]);
    expect(lines.map(({ message }: { message: string }) => message)).toEqual([
      `${streams[1]} 2`,
      `${streams[1]} 3`,
    ]);
  });

  it('compare tells metrics, settings and data', async () => {
    const { stdout } = await driftless('runs', 'compare', 'aaaa', 'bbbb');
    expect(stdout).toMatch(/\nauc +0\.7 \[0\.68, 0\.72\] +0\.73 \[0\.71, 0\.75\] +\+0\.03\n/);
    expect(stdout).toMatch(/\non different holdout rows: /);
    expect(stdout).toMatch(/\ntrainer\.hyperparameters\.max_depth +- +"6"\n/);
    expect(stdout).toMatch(
      /\ndata: version 1 \(1,000 rows\) before, version 2 \(2,000 rows, \+1,000\) after\n {2}delay: added, is double feature\n/,
    );
  });

  it('stop ends the execution with who and why, and only one that runs', async () => {
    expect(await refusal('runs', 'stop', 'last', '--reason', ' ')).toMatch(
      /^driftless: --reason: got nothing/,
    );
    const { cause } = await json('runs', 'stop', 'last', '--reason', 'wrong data');
    expect(cause).toBe('stopped by arn:aws:iam::000000000000:root: wrong data');
    const describe = new DescribeExecutionCommand({ executionArn });
    await expect
      .poll(() => cloud.connection.stepFunctions.send(describe))
      .toMatchObject({ status: 'ABORTED', error: 'StoppedByPerson', cause });
    expect(await refusal('runs', 'stop', 'last', '--reason', 'again')).toBe(
      `driftless: run ${SECOND} is not in progress: ABORTED (InProgress)\n`,
    );
  });

  it.each([
    [
      ['show', 'flights'],
      /^driftless: run: got "flights", which 2 runs have in its name; allowed: last, or a run such as /,
    ],
    [['show', 'nothing'], /^driftless: run: got "nothing", which no run has in its name; /],
    [
      ['logs', 'last', '--lines', '0'],
      /^driftless: --lines: got "0"; allowed: a whole number from 1 to 10000\n$/,
    ],
  ])('%j says what is allowed', async (args, message) => {
    expect(await refusal('runs', ...args)).toMatch(message);
  });
});

describe('models', () => {
  it('show tells approval, until when it waits, and how to answer', async () => {
    const { stdout } = await driftless('models', 'show', '2');
    expect(stdout).toMatch(/^model 2\n {2}approval +pending, until 2026-03-16 11:00 UTC\n/);
    expect(stdout).toMatch(/\napprove it: driftless models approve 2 --reason TEXT\n/);
    expect(await json('models', 'show', 'champion')).toMatchObject({
      model: { modelVersion: 1 },
      isChampion: true,
      approval: { status: 'Approved' },
      evaluation: { isOlder: true, metrics: { auc: { value: 0.7 } } },
    });
  });

  it('compare tells their runs apart', async () => {
    expect(await json('models', 'compare', '1', '2')).toMatchObject({
      models: [{ modelVersion: 1 }, { modelVersion: 2 }],
      isSameCode: true,
      settings: [{ path: 'trainer.hyperparameters.max_depth', after: '6' }],
    });
  });

  it('card prints what was registered, and says when nothing was', async () => {
    await cloud.putObject(modelCardKey(SECOND), JSON.stringify({ model_overview: { model_version: 2 } }));
    expect(await json('models', 'card', '2')).toEqual({ model_overview: { model_version: 2 } });
    expect(await refusal('models', 'card', '1')).toMatch(/^driftless: model 1 has no card: /);
  });

  it('approve and reject leave who and why in the registry', async () => {
    const status = async () => {
      const name = `arn:aws:sagemaker:us-east-1:000000000000:model-package/driftless-local-${PROJECT}/2`;
      const described = await cloud.connection.sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: name }),
      );
      return [described.ModelApprovalStatus, described.ApprovalDescription];
    };
    expect(await json('models', 'reject', '2', '--reason', 'too slow')).toMatchObject({
      modelVersion: 2,
      before: 'PendingManualApproval',
      status: 'Rejected',
    });
    expect(await status()).toEqual(['Rejected', 'too slow (arn:aws:iam::000000000000:root)']);
    const { stdout } = await driftless('models', 'approve', '2', '--reason', 'fast enough');
    expect(stdout).toBe('model 2 is approved (was Rejected); its rollout starts: driftless status --watch\n');
    expect(await status()).toEqual(['Approved', 'fast enough (arn:aws:iam::000000000000:root)']);
    expect(await refusal('models', 'approve', '2', '--reason', 'again')).toBe(
      'driftless: model 2 is approved already: fast enough (arn:aws:iam::000000000000:root)\n',
    );
    expect(await refusal('models', 'reject', '1', '--reason', 'old')).toMatch(
      /^driftless: model 1 is in production, and a rejection does not take it away; /,
    );
  });

  it.each([
    ['9', 'driftless: model: got 9; allowed: last, champion, 2, 1; see them with: driftless models\n'],
    ['best', 'driftless: model: got "best"; allowed: a version from 1, champion, or last\n'],
  ])('show %s says what is allowed', async (text, message) => {
    expect(await refusal('models', 'show', text)).toBe(message);
  });
});
