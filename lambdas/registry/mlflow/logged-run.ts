/** A run in MLflow's words: parameters, metrics, tags. Pure. */
import type { Estimate, Evaluation, ModelMetrics } from '../../evaluation/contract.ts';
import type { RunItem } from '../../shared/catalog-items.ts';
import type { ProjectSettings } from '../../shared/settings.ts';

/** @see https://mlflow.org/docs/latest/api_reference/rest-api.html (limits of LogBatch and of keys and values) */
const LONGEST_PARAM = 6000;
const LONGEST_TAG = 5000;
const MOST_PARAMS = 100;

export interface LoggedRun {
  readonly name: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** FAILED for a run without a verdict; a challenger that a gate refused was trained and judged. */
  readonly status: 'FINISHED' | 'FAILED';
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RunFacts {
  readonly run: RunItem;
  readonly settings: ProjectSettings;
  /** Absent for a run that failed before. */
  readonly evaluation?: Evaluation | undefined;
}

/** Tag by which a run is found again. */
export const RUN_TAG = 'driftless.run';

export function loggedRun({ run, settings, evaluation }: RunFacts): LoggedRun {
  const { startedAt, finishedAt = startedAt, status } = run;
  return {
    name: run.run,
    startedAtMs: Date.parse(startedAt),
    finishedAtMs: Date.parse(finishedAt),
    status: status === 'Failed' ? 'FAILED' : 'FINISHED',
    params: cut(paramsOf(settings), LONGEST_PARAM, MOST_PARAMS),
    metrics: evaluation ? metricsOf(evaluation) : {},
    tags: cut(tagsOf(run, settings, evaluation), LONGEST_TAG),
  };
}

function paramsOf({ trainer, tuning, split }: ProjectSettings): Record<string, unknown> {
  return {
    ...trainer.hyperparameters,
    'trainer.kind': trainer.kind,
    'trainer.image': trainer.imageUri,
    'trainer.instance_type': trainer.instanceType,
    'trainer.instance_count': trainer.instanceCount,
    'split.by': split.by,
    'split.holdout_fraction': split.holdoutFraction,
    'tuning.jobs': tuning && 'search',
  };
}

function tagsOf(
  run: RunItem,
  { project, stage }: ProjectSettings,
  evaluation: Evaluation | undefined,
): Record<string, unknown> {
  const { request } = run;
  return {
    [RUN_TAG]: run.run,
    'driftless.project': project,
    'driftless.stage': stage,
    'driftless.status': run.status,
    'driftless.reason': run.failureReason ?? evaluation?.reason,
    'driftless.trigger': request.kind,
    'driftless.trigger_reason': request.reason,
    'driftless.dataset_version': evaluation?.datasetVersion ?? run.datasetVersion,
    'driftless.dataset_digest': evaluation?.datasetDigest,
    'driftless.settings_digest': run.settingsDigest,
    'driftless.code_digest': run.codeDigest,
    'driftless.training_job': run.trainingJobName,
    'driftless.reused_from': run.reusedFrom,
    'driftless.model_version': run.modelVersion,
    'driftless.model_package': run.modelPackageArn,
    'driftless.champion_version': evaluation?.champion?.modelVersion,
    ...Object.fromEntries(
      (evaluation?.judgements ?? []).map(({ rule, verdict, reason }) => [
        `driftless.gate.${rule}`,
        `${verdict}: ${reason}`,
      ]),
    ),
  };
}

function metricsOf({ challenger, champion, difference, holdout }: Evaluation): Record<string, number> {
  return {
    holdout_rows: holdout.rows,
    ...flat(challenger.metrics),
    ...(champion && flat(champion.metrics, 'champion.')),
    ...(difference && bounds(`difference.${difference.metric}`, difference)),
  };
}

const flat = ({ values }: ModelMetrics, prefix = '') =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, estimate]) =>
      Object.entries(bounds(`${prefix}${name}`, estimate!)),
    ),
  );

/** The value under the metric's name, its interval under `.low` and `.high`. */
function bounds(name: string, { value, low, high }: Estimate): Record<string, number> {
  return {
    [name]: value,
    ...(low !== undefined && { [`${name}.low`]: low }),
    ...(high !== undefined && { [`${name}.high`]: high }),
  };
}

/** As text, without what is absent; MLflow refuses longer values and more of them. */
function cut(values: Record<string, unknown>, longest: number, most = Infinity): Record<string, string> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(
    entries.slice(0, most).map(([key, value]) => [key, String(value).slice(0, longest)]),
  );
}
