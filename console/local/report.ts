/**
 * The closing summary of `npm run local`. Every figure carries the ARN or S3 key that it came from;
 * `test/local/verify-report.py` derives all of them again.
 */

import type { Evaluation, ModelMetrics } from '../../lambdas/evaluation/contract.ts';
import type { WindowReport } from '../../lambdas/monitoring/contract.ts';
import { projectPk, type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { evaluationKey, manifestKey } from '../../lambdas/shared/keys.ts';
import { table } from '../cli/output.ts';
import { readJson } from '../client/actions.ts';
import { getChampion, listDecisions, listRuns, listVersions, listWindows } from '../client/catalog.ts';
import type { Connection } from '../client/connect.ts';
import { type RunTimes, runTimes } from './run-times.ts';

/** A value and where it was read. */
export interface Figure<Value> {
  readonly value: Value;
  /** ARN or S3 URI; behind `#` the member of the document, the state, or the key of the item. */
  readonly source: string;
}

type MetricFigures = Record<'auc' | 'logLoss' | 'brier', Figure<number>>;

export type Report = Awaited<ReturnType<typeof makeReport>>;

/** What the report needs of a stage. */
export interface ReportContext {
  readonly connection: Connection;
  /** Turns a time of the cloud's clock into the data's own. */
  readonly calendar: { toCalendar(clockTime: string): string };
}

export async function makeReport(
  { connection, calendar }: ReportContext,
  { seconds }: { readonly seconds: number },
) {
  const [versions, runs, windows, decisions, champion] = await Promise.all([
    listVersions(connection),
    listRuns(connection),
    listWindows(connection),
    listDecisions(connection),
    getChampion(connection),
  ]);
  const item = (sk: string) =>
    `${connection.names.arn('dynamodb', `table/${connection.names.catalog()}`)}#${projectPk(connection.project)}/${sk}`;
  return {
    stage: connection.stage,
    project: connection.project,
    account: connection.account,
    region: connection.region,
    bucket: connection.bucket,
    wallSeconds: seconds,
    versions: versions.reverse().map((version) => ({
      version: version.version,
      digest: s3Figure(connection, manifestKey(version.version), 'files', version.digest),
      rows: s3Figure(connection, manifestKey(version.version), 'rows', version.rows),
      files: s3Figure(connection, manifestKey(version.version), 'files', version.files),
    })),
    runs: await Promise.all(runs.reverse().map((run) => reportRun(connection, run))),
    windows: await Promise.all(
      windows
        .sort((a, b) => a.window.localeCompare(b.window) || a.modelVersion - b.modelVersion)
        .map(async ({ reportKey }) => reportWindow(connection, reportKey, calendar)),
    ),
    decisions: decisions
      .filter(({ kind }) => kind === 'gate' || kind === 'guard' || kind === 'rollout')
      .reverse()
      .map(({ at, id, kind, subject, judgement }) => ({
        kind,
        rule: judgement.rule,
        subject,
        verdict: { value: judgement.verdict, source: item(SK.decision(at, id)) },
        reason: { value: judgement.reason, source: item(SK.decision(at, id)) },
      })),
    champion: champion && {
      modelVersion: { value: champion.modelVersion, source: champion.modelPackageArn },
      endpointConfig: {
        value: champion.endpointConfigName,
        source: connection.names.arn('sagemaker', `endpoint/${champion.endpointName}`),
      },
    },
  };
}

function s3Figure<Value>({ bucket }: Connection, key: string, member: string, value: Value): Figure<Value> {
  return { value, source: `s3://${bucket}/${key}#${member}` };
}

async function reportRun(connection: Connection, run: RunItem) {
  const times = await runTimes(connection, run);
  const judged = run.status === 'Registered' || run.status === 'RejectedByGate';
  const key = evaluationKey(run.run);
  const evaluation = judged ? await readJson<Evaluation>(connection, key) : undefined;
  const metrics = (of: 'challenger' | 'champion', { values }: ModelMetrics): MetricFigures => ({
    auc: s3Figure(connection, key, `${of}.metrics.values.auc.value`, values.auc!.value),
    logLoss: s3Figure(connection, key, `${of}.metrics.values.logLoss.value`, values.logLoss!.value),
    brier: s3Figure(connection, key, `${of}.metrics.values.brier.value`, values.brier!.value),
  });
  return {
    run: run.run,
    askedBy: run.request.kind,
    reason: run.request.reason,
    status: { value: run.status, source: run.executionArn },
    datasetVersion: run.datasetVersion,
    ...(evaluation && {
      holdoutRows: s3Figure(connection, key, 'holdout.rows', evaluation.holdout.rows),
      challenger: metrics('challenger', evaluation.challenger.metrics),
      ...(evaluation.champion && { champion: metrics('champion', evaluation.champion.metrics) }),
      ...(evaluation.difference && {
        difference: {
          value: s3Figure(connection, key, 'difference.value', evaluation.difference.value),
          low: s3Figure(connection, key, 'difference.low', evaluation.difference.low),
          high: s3Figure(connection, key, 'difference.high', evaluation.difference.high),
        },
      }),
    }),
    seconds: times,
  };
}

async function reportWindow(connection: Connection, key: string, calendar: ReportContext['calendar']) {
  const report = await readJson<WindowReport>(connection, key);
  const figure = <Value>(member: string, value: Value) => s3Figure(connection, key, member, value);
  return {
    modelVersion: report.modelVersion,
    window: report.window,
    from: calendar.toCalendar(report.start).slice(0, 10),
    verdict: figure('verdict', report.verdict),
    drift: figure('drift.verdict', report.drift.verdict),
    driftedFeatures: figure('drift.driftedFeatures', report.drift.driftedFeatures),
    predictionPsi: figure('drift.prediction.psi', report.drift.prediction.psi),
    quality: figure('quality.verdict', report.quality.verdict),
    rows: figure('rows', report.rows),
    labelledRows: figure('quality.labelledRows', report.quality.labelledRows),
    ...(report.quality.estimate && { auc: figure('quality.estimate.value', report.quality.estimate.value) }),
  };
}

/** The summary for people. */
export function summarize(report: Report): string {
  const number = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(4));
  const seconds = (value: Figure<number> | undefined) => (value === undefined ? '-' : value.value.toFixed(1));
  return [
    'Dataset versions',
    table(
      ['version', 'digest', 'rows'],
      report.versions.map(({ version, digest, rows }) => [version, digest.value.slice(0, 12), rows.value]),
    ),
    '',
    'Runs: AUC of challenger and champion on the same holdout; seconds of the cloud',
    table(
      [
        'run',
        'asked by',
        'status',
        'version',
        'challenger',
        'champion',
        'difference',
        'training',
        'scoring',
        'serving',
        'platform',
      ],
      report.runs.map((run) => [
        run.run,
        run.askedBy,
        run.status.value,
        run.datasetVersion,
        number(run.challenger?.auc.value),
        number(run.champion?.auc.value),
        run.difference
          ? `${number(run.difference.value.value)} [${number(run.difference.low.value)}, ${number(run.difference.high.value)}]`
          : '-',
        ...(['training', 'scoring', 'serving', 'platform'] as const).map((part: keyof RunTimes) =>
          seconds(run.seconds[part]),
        ),
      ]),
    ),
    '',
    'Windows of a week, by the day of 2001 that they begin on',
    table(
      [
        'flights from',
        'model',
        'verdict',
        'drifted features',
        'PSI of prediction',
        'AUC',
        'rows',
        'with labels',
      ],
      report.windows.map((window) => [
        window.from,
        window.modelVersion,
        window.verdict.value,
        window.driftedFeatures.value.join(' ') || '-',
        window.predictionPsi.value.toFixed(3),
        number(window.auc?.value),
        window.rows.value,
        window.labelledRows.value,
      ]),
    ),
    '',
    'What the guards answered',
    ...summarizeGuards(report),
    '',
    `In production: model version ${report.champion?.modelVersion.value ?? 'none'}. All in ${report.wallSeconds.toFixed(0)} s.`,
  ].join('\n');
}

/** A line for each request: what held it back, or that nothing did. */
function summarizeGuards({ decisions }: Report): string[] {
  const guards = decisions.filter(({ kind }) => kind === 'guard');
  return [...new Set(guards.map(({ subject }) => subject))].map((request) => {
    const answers = guards.filter(({ subject }) => subject === request);
    const failed = answers.filter(({ verdict }) => verdict.value === 'FAIL');
    const passed = answers.filter(({ verdict }) => verdict.value === 'PASS').map(({ rule }) => rule);
    const said = failed.map(({ rule, reason }) => `FAIL ${rule}: ${reason.value}`);
    return `  ${request}\n    ${[...said, `PASS ${passed.join(', ')}`].join('\n    ')}`;
  });
}
