/** Logs a run that has ended to the project's MLflow server. */
import type { Evaluation } from '../../evaluation/contract.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { evaluationKey, modelCardKey, s3Uri } from '../../shared/keys.ts';
import { logger } from '../../shared/logger.ts';
import { getJson } from '../../shared/objects.ts';
import { loadProject, loadSettings } from '../../shared/project-settings.ts';
import { readRun } from '../../training/run-store.ts';
import { type LoggedRun, loggedRun, RUN_TAG } from './logged-run.ts';
import { callTracking, TrackingRefused, type TrackingServer, trackingServer } from './tracking-server.ts';

export type LogRunResult = { readonly runId: string } | { readonly skipped: string };

interface MlflowRun {
  readonly info: { readonly run_id: string; readonly artifact_uri: string };
}

/**
 * Harmless twice: the run is found again by its tag, and what is logged is the same each time. Nothing waits for it: a
 * server that does not answer costs the record there and nothing here.
 */
export async function logRun(project: string, run: string): Promise<LogRunResult> {
  const { dataBucket: bucket, settingsDigest: deployed } = await loadProject(project);
  const item = await readRun(project, run);
  const settings = await loadSettings(bucket, item?.settingsDigest ?? deployed);
  const { mlflow } = settings;
  if (!mlflow) return { skipped: 'the project has no mlflow.tracking' };
  if (!item) throw new NonRetryableError(`run ${run} is not recorded`, { code: 'RunUnknown' });
  const evaluation = await getJson<Evaluation>(bucket, evaluationKey(run));
  const logged = loggedRun({ run: item, settings, evaluation });
  const server = trackingServer(mlflow.tracking);
  const experiment = await experimentOf(server, mlflow.experiment ?? project);
  const { info } = (await findLogged(server, experiment, run)) ?? (await create(server, experiment, logged));
  const card = await getJson(bucket, modelCardKey(run));
  const documents = { 'evaluation.json': evaluation, 'model-card.json': card };
  const kept = await logArtifacts(server, info.artifact_uri, documents);
  const links: Record<string, string> = kept
    ? {}
    : { 'driftless.evaluation': s3Uri(bucket, evaluationKey(run)) };
  await logBatch(server, info.run_id, logged, links);
  await callTracking(
    server,
    'POST',
    'mlflow/runs/update',
    json({
      run_id: info.run_id,
      status: logged.status,
      end_time: logged.finishedAtMs,
    }),
  );
  logger.info('run logged to MLflow', { run, runId: info.run_id });
  return { runId: info.run_id };
}

const json = (content: object) => JSON.stringify(content);

async function experimentOf(server: TrackingServer, name: string): Promise<string> {
  const find = async () => {
    const path = `mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const { experiment } = await callTracking<{ experiment: { experiment_id: string } }>(server, 'GET', path);
    return experiment.experiment_id;
  };
  try {
    return await find();
  } catch (error) {
    if (!isRefusal(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
  }
  try {
    const path = 'mlflow/experiments/create';
    const made = await callTracking<{ experiment_id: string }>(server, 'POST', path, json({ name }));
    return made.experiment_id;
  } catch (error) {
    // another run's end came first
    if (isRefusal(error, 'RESOURCE_ALREADY_EXISTS')) return find();
    throw error;
  }
}

const isRefusal = (error: unknown, code: string) =>
  error instanceof TrackingRefused && error.errorCode === code;

async function findLogged(
  server: TrackingServer,
  experiment: string,
  run: string,
): Promise<MlflowRun | undefined> {
  const filter = `tags.\`${RUN_TAG}\` = '${run}'`;
  const body = json({ experiment_ids: [experiment], filter, max_results: 1 });
  const { runs = [] } = await callTracking<{ runs?: MlflowRun[] }>(
    server,
    'POST',
    'mlflow/runs/search',
    body,
  );
  return runs[0];
}

async function create(server: TrackingServer, experiment: string, run: LoggedRun): Promise<MlflowRun> {
  const body = {
    experiment_id: experiment,
    run_name: run.name,
    start_time: run.startedAtMs,
    tags: [{ key: RUN_TAG, value: run.name }],
  };
  const made = await callTracking<{ run: MlflowRun }>(server, 'POST', 'mlflow/runs/create', json(body));
  return made.run;
}

async function logBatch(
  server: TrackingServer,
  runId: string,
  { params, metrics, tags, finishedAtMs }: LoggedRun,
  links: Readonly<Record<string, string>>,
): Promise<void> {
  const pairs = (values: object) => Object.entries(values).map(([key, value]) => ({ key, value }));
  // JSON has no word for what is not finite
  const finite = pairs(metrics).filter(({ value }) => Number.isFinite(value));
  const stamped = finite.map((metric) => ({ ...metric, timestamp: finishedAtMs, step: 0 }));
  const body = { run_id: runId, params: pairs(params), metrics: stamped, tags: pairs({ ...tags, ...links }) };
  await callTracking(server, 'POST', 'mlflow/runs/log-batch', json(body));
}

/**
 * Hands documents to the server, when it keeps artifacts itself (`mlflow-artifacts:`). Others keep them in a store that
 * we have no permission for: there the run carries links.
 * @returns whether they were kept.
 */
async function logArtifacts(
  server: TrackingServer,
  artifactUri: string,
  documents: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const root = /^mlflow-artifacts:\/+(.*)$/.exec(artifactUri)?.[1];
  if (root === undefined) return false;
  for (const [name, document] of Object.entries(documents)) {
    if (document === undefined) continue;
    const path = `mlflow-artifacts/artifacts/${root}/${name}`;
    await callTracking(server, 'PUT', path, JSON.stringify(document, null, 2));
  }
  return true;
}
