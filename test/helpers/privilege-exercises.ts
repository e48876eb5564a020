/**
 * What the loop does only when something goes wrong, done for real on a deployed stage: permissions for failures are
 * permissions too, and are needed by nothing else.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateModelPackageCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { readJson, requestMonitor, uploadFiles, uploadLabels } from '../../console/client/actions.ts';
import {
  getChampion,
  getProject,
  getRollout,
  listModels,
  listRuns,
  listUploads,
  listVersions,
  listWindows,
} from '../../console/client/catalog.ts';
import type { Connection } from '../../console/client/connect.ts';
import { forgetKeys } from '../../console/client/forget.ts';
import { PROJECT_RESOURCE_TYPE, type RegisterProjectProperties } from '../../lambdas/governance/contract.ts';
import { type ModelItem, projectPk, SK, type UploadItem } from '../../lambdas/shared/catalog-items.ts';
import { settingsKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import {
  addFault,
  atRest,
  clearFaults,
  countFailedInvocations,
  eventually,
  invokeAsync,
  type Stage,
  startRun,
} from './privilege-stage.ts';

/** Longer than the reconciler leaves a workflow to itself. */
const PAST_GRACE_SECONDS = 16 * 60;
/** Longer than Lambda's two retries, after one minute and after two. */
const PAST_RETRIES_SECONDS = 5 * 60;
/** Longer than a sweep takes to come, and than it leaves an upload to itself. */
const PAST_SWEEP_SECONDS = 7 * 60 * 60;
/** Longer than files wait for their marker, with the sweep that finds them and the night in which S3 removes them. */
const PAST_EXPIRY_SECONDS = 10 * 24 * 60 * 60;

/** Handlers that rules, schedules or CloudFormation invoke, each with an event that it cannot answer. */
const UNANSWERABLE: Readonly<Record<string, unknown>> = {
  'receive-upload': {},
  'receive-labels': {},
  'request-rollout': {},
  'run-monitor': {},
  'decide-retraining': {},
  'record-audit': {},
  'record-approval': {},
  'log-run': {},
  'record-lineage': {},
  'settle-run': { detail: { executionArn: 'arn:unknown', name: 'unknown', status: 'ABORTED' } },
  // nobody listens there
  'register-project': { RequestType: 'Create', ResponseURL: 'http://127.0.0.1:9/', ResourceProperties: {} },
  'empty-bucket': { RequestType: 'Create', ResponseURL: 'http://127.0.0.1:9/', ResourceProperties: {} },
};

/** Every function that is invoked asynchronously fails all its attempts, so that its event goes to the queue. */
export async function failEveryInvocation(stage: Stage): Promise<void> {
  const before = await countFailedInvocations(stage);
  const { names } = stage.connection;
  for (const [handler, event] of Object.entries(UNANSWERABLE)) {
    await invokeAsync(names.function(handler), event);
  }
  await stage.clock.advance(PAST_RETRIES_SECONDS);
  // these read no event
  const readsNone = ['reconcile', 'sweep-incoming', 'expire-approvals'];
  await addFault({ service: 'dynamodb', operation: 'Query', times: 100, code: 'ValidationException' });
  for (const handler of readsNone) await invokeAsync(names.function(handler), {});
  await stage.clock.advance(PAST_RETRIES_SECONDS);
  await clearFaults();
  const expected = Object.keys(UNANSWERABLE).length + readsNone.length;
  const found = (await countFailedInvocations(stage)) - before;
  if (found !== expected) throw new Error(`${found} failed invocations in the queue; expected ${expected}`);
}

/** Files that are no data: they go to `rejected/`. */
export async function uploadWhatIsRejected({ connection, clock, folder }: Stage): Promise<void> {
  await uploadFiles(connection, [writeFile(folder, 'no-target.csv', 'origin,destination\nATL,BOS\n')]);
  await uploadLabels(connection, writeFile(folder, 'no-labels.jsonl', 'this is no record\n'));
  await clock.advance(60);
  const uploads = await listUploads(connection);
  if (!uploads.some(({ outcome }) => outcome === 'rejected')) throw new Error('no upload was rejected');
}

/** A folder that nobody commits: its files expire, and are let go. */
export async function abandonUpload(stage: Stage): Promise<void> {
  const { connection, clock } = stage;
  await put(connection, 'abandoned/part-0.csv', 'origin\nATL\n');
  await clock.advance(PAST_EXPIRY_SECONDS);
  const left = await connection.s3.send(
    new ListObjectsV2Command({ Bucket: connection.bucket, Prefix: 'incoming/abandoned/' }),
  );
  if (left.KeyCount !== 0) throw new Error('an abandoned upload is still there');
}

/** An ingest that could not be started is started by the sweep. */
export async function loseIngest(stage: Stage): Promise<void> {
  const { connection, clock } = stage;
  const machine = connection.names.arn('states', 'stateMachine:*-ingest');
  await addFault({
    service: 'states',
    operation: 'StartExecution',
    resource: machine,
    times: 3,
    code: 'StateMachineDoesNotExist',
  });
  // the list of its files is written, and nobody says so: the second attempt finds and reads it
  await addFault({
    service: 's3',
    operation: 'PutObject',
    resource: `arn:aws:s3:::${connection.bucket}/uploads/*`,
    times: 1,
    drop: 'answer',
  });
  await put(connection, 'lost.csv', 'origin,destination\nATL,BOS\n');
  await clock.advance(PAST_RETRIES_SECONDS);
  await clearFaults();
  await clock.advance(PAST_SWEEP_SECONDS);
  await expectOutcome(connection, 'lost.csv', 'rejected');
}

/** A key is forgotten, and a window that was judged is judged again without its rows. */
export async function forgetKey({ connection, clock }: Stage): Promise<void> {
  const answer = await forgetKeys(connection, ['nobody-has-this-key']);
  if (answer.keys !== 1) throw new Error(`${answer.keys} keys are forgotten; expected 1`);
  const [window] = await listWindows(connection);
  if (!window) throw new Error('no window was judged');
  await requestMonitor(connection, { window: window.window, force: true });
  await clock.advance(60);
}

/** The same label records under two names. */
export async function repeatLabels({ connection, clock, folder }: Stage): Promise<void> {
  const at = new Date(await clock.now()).toISOString();
  const record = {
    inferenceId: 'nobody-asked',
    row: 0,
    key: 'none',
    eventTime: at,
    label: 1,
    labelledAt: at,
  };
  for (const name of ['labels-once.jsonl', 'labels-twice.jsonl']) {
    await uploadLabels(connection, writeFile(folder, name, `${JSON.stringify(record)}\n`));
    await clock.advance(60);
  }
}

function writeFile(folder: string, name: string, content: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** A run is aborted while its training job runs, another while its transform job does; the reconciler finds both. */
export async function abortRuns(stage: Stage): Promise<void> {
  await abortRun(stage, isTraining);
  await abortRun(stage, isScoring);
}

async function abortRun(stage: Stage, isThere: (connection: Connection, run: string) => Promise<boolean>) {
  const { connection, clock } = stage;
  const run = await startRun(stage, 'to be aborted');
  await eventually(`a job of ${run.run}`, () => isThere(connection, run.run));
  await connection.stepFunctions.send(new StopExecutionCommand({ executionArn: run.executionArn }));
  await clock.advance(PAST_GRACE_SECONDS);
  await invokeAsync(connection.names.function('reconcile'), {});
  await clock.advance(60);
  const ended = (await listRuns(connection)).find((each) => each.run === run.run);
  if (ended?.status !== 'Failed') throw new Error(`${run.run} is ${ended?.status} after it was aborted`);
}

async function isTraining({ sagemaker }: Connection, run: string): Promise<boolean> {
  const { TrainingJobSummaries = [] } = await sagemaker.send(
    new ListTrainingJobsCommand({ NameContains: run, StatusEquals: 'InProgress' }),
  );
  return TrainingJobSummaries.length > 0;
}

async function isScoring({ sagemaker }: Connection, run: string): Promise<boolean> {
  const { TransformJobSummaries = [] } = await sagemaker.send(
    new ListTransformJobsCommand({ NameContains: run, StatusEquals: 'InProgress' }),
  );
  return TransformJobSummaries.length > 0;
}

/** An older model version is approved; its rollout is aborted and found. Then again, with another that has to wait. */
export async function abortAndQueueRollouts(stage: Stage): Promise<void> {
  const { connection, clock } = stage;
  const champion = (await getChampion(connection))!.modelPackageArn;
  const older = await anotherPackage(connection, champion);
  await approve(connection, older);
  const begun = await eventually('a rollout', () => runningRollout(connection));
  await connection.stepFunctions.send(new StopExecutionCommand({ executionArn: begun }));
  await clock.advance(PAST_GRACE_SECONDS);
  await invokeAsync(connection.names.function('reconcile'), {});
  await clock.advance(60);
  if ((await getRollout(connection))?.executionArn) throw new Error('the aborted rollout was not found');

  await approve(connection, older);
  const first = await eventually(
    'the next rollout',
    async () => (await getRollout(connection))?.executionArn,
  );
  await approve(connection, champion);
  await eventually('the end of the waiting rollout', async () => {
    await clock.advance(60);
    const [rollout, now] = await Promise.all([getRollout(connection), getChampion(connection)]);
    return rollout?.executionArn === undefined && now?.modelPackageArn === champion;
  });
  const { status } = await connection.stepFunctions.send(
    new DescribeExecutionCommand({ executionArn: first }),
  );
  if (status !== 'SUCCEEDED') throw new Error(`the rollout that another waited for ended ${status}`);
}

/** The rollout's execution, once it is there: its ARN is recorded before it is started. */
async function runningRollout(connection: Connection): Promise<string | undefined> {
  const executionArn = (await getRollout(connection))?.executionArn;
  if (!executionArn) return undefined;
  try {
    await connection.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    return executionArn;
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/** The oldest version that is not the champion. */
async function anotherPackage({ sagemaker, names, project }: Connection, champion: string): Promise<string> {
  const { ModelPackageSummaryList = [] } = await sagemaker.send(
    new ListModelPackagesCommand({
      ModelPackageGroupName: names.modelPackageGroup(project),
      SortBy: 'CreationTime',
      SortOrder: 'Ascending',
    }),
  );
  const other = ModelPackageSummaryList.find(({ ModelPackageArn }) => ModelPackageArn !== champion);
  if (!other) throw new Error('there is no second model version to roll out');
  return other.ModelPackageArn!;
}

/** Approves a package that was approved before: a new approval needs another status in between. */
export async function approve({ sagemaker }: Connection, ModelPackageArn: string): Promise<void> {
  for (const ModelApprovalStatus of ['Rejected', 'Approved'] as const) {
    await sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus }));
  }
}

/** A version that waits for an approval past its time: the sweep rejects it, and says so. */
export async function letApprovalExpire({ connection, clock }: Stage): Promise<void> {
  const { sagemaker, documents, names, project } = connection;
  const champion = (await getChampion(connection))!;
  const { InferenceSpecification } = await sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: champion.modelPackageArn }),
  );
  const { ModelPackageArn } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: names.modelPackageGroup(project),
      InferenceSpecification,
      ModelApprovalStatus: 'PendingManualApproval',
    }),
  );
  const modelVersion = Number(ModelPackageArn!.split('/').at(-1));
  const at = new Date(await clock.now()).toISOString();
  const model: ModelItem = {
    modelVersion,
    modelPackageArn: ModelPackageArn!,
    run: champion.run,
    datasetVersion: champion.datasetVersion,
    registeredAt: at,
    approval: { status: 'Pending', by: 'register-model', reason: 'by test', at, until: at },
  };
  const key = { pk: projectPk(project), sk: SK.model(modelVersion) };
  await documents.send(
    new PutCommand({ TableName: names.catalog(), Item: { ...model, ...key, revision: 1 } }),
  );
  await clock.advance(60);
  await invokeAsync(names.function('expire-approvals'), {});
  await eventually('the rejection', async () => {
    await clock.advance(10);
    const found = (await listModels(connection)).find((each) => each.modelVersion === modelVersion);
    return found?.approval?.status === 'Rejected';
  });
}

/** The project is registered with other settings, under which an upload adds rows, and then with its own again. */
export async function changeSettings(stage: Stage): Promise<void> {
  const { connection, folder } = stage;
  const properties = await registeredProperties(connection);
  const settings = JSON.parse(properties.Settings) as ProjectSettings;
  const changed: ProjectSettings = {
    ...settings,
    dataset: { ...settings.dataset, uploads: 'append' },
    // what is looked at here is versions; runs are counted by the day
    retraining: { ...settings.retraining, onDataset: false },
    trainer: { ...settings.trainer, hyperparameters: { ...settings.trainer.hyperparameters, rounds: '20' } },
  };
  const before = (await listRuns(connection)).length;
  await register(connection, { ...properties, Settings: JSON.stringify(changed) });
  await atRest(stage);
  if ((await listRuns(connection)).length === before) throw new Error('changed settings started no run');
  const csv = (key: string) => {
    const header = settings.dataset.columns.map(({ name }) => name).join(',');
    return `${header}\n${key},2001-03-01T12:00:00Z,ATL,BOS,946,720,4,0\n`;
  };
  await uploadFiles(connection, [writeFile(folder, 'one-more.csv', csv('by-test'))]);
  await atRest(stage);
  const added = (await listVersions(connection)).find(
    ({ source }) => source.kind === 'upload' && source.upload.startsWith('one-more'),
  );
  if (!added || added.files < 2) throw new Error(`the upload was not added: ${JSON.stringify(added)}`);
  // a row that is there already is replaced: the version is read again
  await put(connection, 'one-again.csv', csv('by-test').replace(',946,', ',945,'));
  await atRest(stage);
  await expectOutcome(connection, 'one-again.csv', 'versioned');
  await interruptCommits(stage, csv);

  const { dataset } = changed;
  const distributed = {
    ...changed,
    dataset: { ...dataset, scan: { ...dataset.scan, route: 'distributed' } },
  };
  await register(connection, { ...properties, Settings: JSON.stringify(distributed) });
  await atRest(stage);
  // new rows, then one that replaces a row of the version, then nothing new
  for (const [name, content, outcome] of [
    ['by-many', csv('by-many'), 'versioned'],
    ['by-many-again', csv('by-test').replace(',946,', ',947,'), 'versioned'],
    ['by-many-known', csv('by-many'), 'unchanged'],
  ] as const) {
    await put(connection, `${name}.csv`, content);
    await atRest(stage);
    await expectOutcome(connection, `${name}.csv`, outcome);
  }
  await failShard(stage, csv('by-many-failing'));
  await register(connection, properties);
  await atRest(stage);
}

/** A shard that cannot keep what it found: the outcome says that, and not only that a shard failed. */
async function failShard(stage: Stage, content: string): Promise<void> {
  const { connection } = stage;
  await addFault({
    service: 's3',
    operation: 'PutObject',
    resource: `arn:aws:s3:::${connection.bucket}/uploads/*/shards/look-0.json`,
    times: 1,
    code: 'AccessDenied',
  });
  await put(connection, 'by-many-failing.csv', content);
  await atRest(stage);
  await clearFaults();
  const found = await expectOutcome(connection, 'by-many-failing.csv', 'failed');
  if (!found.reason.includes('shard 1 (file 1 by name) could not be looked at: AccessDenied')) {
    throw new Error(`the shard's error is not told: ${found.reason}`);
  }
}

/**
 * Commits that are announced and then interrupted: the step that records the failure finishes one, the plan of the next
 * upload another, somebody who has a key forgotten a third, and the sweep a fourth.
 */
async function interruptCommits(stage: Stage, csv: (key: string) => string): Promise<void> {
  const { connection, clock } = stage;
  for (const [finisher, failures] of [
    ['failure', 1],
    ['plan', 2],
    ['forget', 2],
    ['sweep', 2],
  ] as const) {
    const before = (await listVersions(connection)).length;
    await addFault({
      service: 's3',
      operation: 'CopyObject',
      resource: `arn:aws:s3:::${connection.bucket}/datasets/*`,
      times: failures,
      code: 'AccessDenied',
    });
    await put(connection, `stopped-${finisher}.csv`, csv(finisher));
    await clock.advance(60);
    await clearFaults();
    if (finisher === 'forget') await forgetKeys(connection, ['nobody-has-this-key-either']);
    if (finisher === 'plan') await put(connection, 'after-it.csv', 'origin,destination\nATL,BOS\n');
    await clock.advance(finisher === 'sweep' ? PAST_SWEEP_SECONDS : 60);
    await atRest(stage);
    if ((await listVersions(connection)).length === before) {
      throw new Error(`${finisher}: the commit was not finished`);
    }
  }
}

async function expectOutcome(
  connection: Connection,
  name: string,
  outcome: UploadItem['outcome'],
): Promise<UploadItem> {
  const found = (await listUploads(connection)).find(({ key }) => key === `incoming/${name}`);
  if (found?.outcome !== outcome) throw new Error(`${name} is ${found?.outcome}: ${found?.reason}`);
  return found;
}

/** Puts a file below `incoming/` as any client does. */
async function put({ s3, bucket }: Connection, name: string, content: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `incoming/${name}`, Body: content }));
}

/** What the template gives to `register-project`: the settings in force, and the trainer's asset. */
async function registeredProperties(connection: Connection): Promise<RegisterProjectProperties> {
  const { account, region, bucket, names, project } = connection;
  const { TemplateBody = '{}' } = await new CloudFormationClient({}).send(
    new GetTemplateCommand({ StackName: names.projectStack(project) }),
  );
  const { Resources } = JSON.parse(TemplateBody) as {
    Resources: Record<string, { Type: string; Properties: RegisterProjectProperties }>;
  };
  const resource = Object.values(Resources).find(({ Type }) => Type === PROJECT_RESOURCE_TYPE)!;
  const { settingsDigest } = (await getProject(connection))!;
  return {
    Project: project,
    DataBucket: bucket,
    Settings: JSON.stringify(await readJson(connection, settingsKey(settingsDigest))),
    CodeBucket: `cdk-hnb659fds-assets-${account}-${region}`,
    CodeKey: resource.Properties.CodeKey,
    RemoveRuntimeResources: 'true',
  };
}

/** Invokes `register-project` as CloudFormation does on an update. @throws Error with the reason of its failure */
async function register(connection: Connection, properties: RegisterProjectProperties): Promise<void> {
  let answered: (answer: { Status: string; Reason?: string }) => void = () => undefined;
  const answer = new Promise<{ Status: string; Reason?: string }>((resolve) => {
    answered = resolve;
  });
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      response.end();
      answered(JSON.parse(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await invokeAsync(connection.names.function('register-project'), {
    RequestType: 'Update',
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    StackId: connection.names.projectStack(connection.project),
    RequestId: 'by-test',
    LogicalResourceId: 'Project',
    PhysicalResourceId: connection.project,
    ResourceProperties: properties,
  });
  const { Status, Reason } = await answer;
  server.close();
  if (Status !== 'SUCCESS') throw new Error(`register-project answered ${Status}: ${Reason}`);
}
