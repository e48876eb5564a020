/** Runs logged to MLflow: to a real server, read back by its own API; to a managed one as far as its signature goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../lambdas/registry/log-run.handler.ts';
import { signedHeaders } from '../../lambdas/registry/mlflow/signed-headers.ts';
import { trackingServer } from '../../lambdas/registry/mlflow/tracking-server.ts';
import { type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import { evaluationKey, modelCardKey } from '../../lambdas/shared/keys.ts';
import { INSTALL_MS, mlflowServer } from '../../localstack/testing/python-venv.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { aRequest, context, putCatalog, RUN } from '../training/run-fixture.ts';
import { anEvaluation } from './registry-fixture.ts';

const START_MS = 90_000;
let server: ChildProcess;
let directory: string;
let url: string;
let aws: FakeAws;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

beforeAll(async () => {
  const bin = await mlflowServer();
  directory = await mkdtemp(join(tmpdir(), 'mlflow-'));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const store = ['--backend-store-uri', `sqlite:///${directory}/runs.db`];
  const artifacts = ['--artifacts-destination', join(directory, 'artifacts')];
  const where = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  server = spawn(join(bin, 'mlflow'), ['server', ...where, ...store, ...artifacts], { detached: true });
  let said = '';
  for (const stream of [server.stdout!, server.stderr!])
    stream.on('data', (text) => {
      said += text;
    });
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    if (server.exitCode !== null || tries > START_MS / 250) throw new Error(`mlflow did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}, INSTALL_MS + START_MS);
afterAll(async () => {
  // the server has workers of its own
  if (server?.pid) process.kill(-server.pid);
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => {
  vi.unstubAllGlobals();
  aws.restore();
});

const finished = (run = RUN) => handler({ detail: { project: PROJECT, run } }, context);

/** A project that logs, and a run of it that has ended. */
function deploy(tracking: string | undefined, change: Partial<RunItem> = {}): void {
  const project = aProject();
  const hyperparameters = { max_depth: '6', eta: '0.3' };
  const settings = {
    ...project,
    trainer: { ...project.trainer, hyperparameters },
    ...(tracking && { mlflow: { tracking } }),
  };
  deployProject(aws, settings);
  const run = change.run ?? RUN;
  putCatalog(aws, SK.run(run), {
    ...{ run, status: 'Registered', request: aRequest(), executionArn: 'e', codeDigest: 'code' },
    settingsDigest: digestOf(settings),
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: '2026-03-01T10:05:00.000Z',
    modelVersion: 7,
    ...change,
  });
}
const call = async <Answer>(path: string, body?: object): Promise<Answer> => {
  const init = body && {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
  const response = await fetch(`${url}/api/2.0/${path}`, init);
  if (!response.ok) throw new Error(await response.text());
  return response.json() as Promise<Answer>;
};
interface Listed {
  readonly info: Record<string, unknown>;
  readonly data: Record<'metrics' | 'params' | 'tags', { key: string; value: unknown; timestamp?: number }[]>;
}
async function logged(experiment = PROJECT): Promise<Listed[]> {
  const path = `mlflow/experiments/get-by-name?experiment_name=${experiment}`;
  const found = await call<{ experiment: { experiment_id: string } }>(path);
  const { runs = [] } = await call<{ runs?: Listed[] }>('mlflow/runs/search', {
    experiment_ids: [found.experiment.experiment_id],
  });
  return runs;
}
const values = (listed: { key: string; value: unknown }[]) =>
  Object.fromEntries(listed.map(({ key, value }) => [key, value]));

describe('log-run', () => {
  it('logs a run with parameters, metrics, tags and artifacts, once however often it is told', async () => {
    deploy(`${url}/`);
    const evaluation = anEvaluation();
    aws.put(BUCKET, evaluationKey(RUN), JSON.stringify(evaluation));
    aws.put(BUCKET, modelCardKey(RUN), JSON.stringify({ model_overview: {} }));
    const first = await finished();
    expect(await finished()).toEqual(first);

    const [run, ...others] = await logged();
    expect(others).toEqual([]);
    expect(run!.info).toMatchObject({
      run_name: RUN,
      status: 'FINISHED',
      start_time: Date.parse('2026-03-01T10:00:00.000Z'),
      end_time: Date.parse('2026-03-01T10:05:00.000Z'),
    });
    const { params, metrics, tags } = run!.data;
    expect(values(params)).toMatchObject({
      max_depth: '6',
      eta: '0.3',
      'trainer.instance_type': 'ml.m5.large',
    });
    const { auc } = evaluation.challenger.metrics.values;
    expect(values(metrics)).toMatchObject({
      auc: auc!.value,
      'auc.low': auc!.low,
      'auc.high': auc!.high,
      holdout_rows: evaluation.holdout.rows,
    });
    expect(values(tags)).toMatchObject({
      'driftless.run': RUN,
      'driftless.status': 'Registered',
      'driftless.model_version': '7',
      'driftless.dataset_digest': evaluation.datasetDigest,
      'driftless.trigger_reason': 'dataset version 1',
    });
    const runId = String(run!.info.run_id);
    const { files } = await call<{ files: { path: string }[] }>(`mlflow/artifacts/list?run_id=${runId}`);
    expect(files.map(({ path }) => path).sort()).toEqual(['evaluation.json', 'model-card.json']);
    const kept = await fetch(`${url}/get-artifact?run_id=${runId}&path=evaluation.json`);
    expect(await kept.json()).toEqual(JSON.parse(JSON.stringify(evaluation)));
  });

  it('logs a run that failed before it was judged', async () => {
    deploy(url, { run: 'flights-failed-a1', status: 'Failed', failureReason: 'the script said no' });
    await finished('flights-failed-a1');
    const run = (await logged()).find(({ info }) => info.run_name === 'flights-failed-a1')!;
    expect(run.info.status).toBe('FAILED');
    expect(values(run.data.tags)).toMatchObject({ 'driftless.reason': 'the script said no' });
    expect(run.data.metrics ?? []).toEqual([]);
  });

  it('does nothing for a project without a server', async () => {
    deploy(undefined);
    vi.stubGlobal('fetch', () => Promise.reject(new Error('called')));
    expect(await finished()).toEqual({ skipped: 'the project has no mlflow.tracking' });
  });

  it.each([
    ['is not there', 'http://127.0.0.1:1', 'RetryableError', /127\.0\.0\.1:1 does not answer/],
    ['is none of MLflow', undefined, 'NonRetryableError', /refused GET mlflow\/experiments.*: HTTP 404/],
  ])('says so when the server %s', async (_what, tracking, name, message) => {
    // a path of the real server that is no API
    deploy(tracking ?? `${url}/elsewhere`);
    const failure = await finished().catch((error: Error) => error);
    expect(failure).toMatchObject({ name, message: expect.stringMatching(message) });
  });
});

describe('a managed server', () => {
  const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/team';
  afterEach(() => vi.useRealTimers());

  it('is found by its region, and refused where it is not known', () => {
    expect(trackingServer(arn)).toEqual({ url: 'https://eu-west-1.experiments.sagemaker.aws', arn });
    expect(() => trackingServer(arn.replace('arn:aws:', 'arn:aws-cn:'))).toThrow('partition aws-cn');
  });

  it('gets requests that are signed as botocore signs them, with the header that routes them', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-01T10:00:00Z'), toFake: ['Date'] });
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
    const server = new URL('https://eu-west-1.experiments.sagemaker.aws/api/2.0/mlflow/runs/create');
    const headers = await signedHeaders(arn, {
      method: 'POST',
      url: server,
      headers: { 'content-type': 'application/json' },
      body: '{"experiment_id":"1"}',
    });
    expect(headers['x-mlflow-sm-tracking-server-arn']).toBe(arn);
    expect(headers).not.toHaveProperty('host');
    expect(headers.authorization).toBe(BOTOCORE);
    vi.unstubAllEnvs();
  });
});

/** By botocore 1.44.5 for the same request, time and credentials. */
const BOTOCORE =
  'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/sagemaker-mlflow/aws4_request, ' +
  'SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-mlflow-sm-tracking-server-arn, ' +
  'Signature=0d6ba0b11bb2ed8764dda075c4fc376cdfc9d0c89c0aa0252a7832e7bfb8d308';
