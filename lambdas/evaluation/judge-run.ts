/** The evaluation document: metrics of challenger and champion on the same rows, and the gates' verdicts. */
import { answerForm } from '../shared/answers.ts';
import { nowIso } from '../shared/clock.ts';
import { biasReportKey } from '../shared/keys.ts';
import { allowsToPass, type Judgement } from '../shared/verdict.ts';
import type { BiasReport } from './bias/report.ts';
import type { Evaluation } from './contract.ts';
import { runCustomGates } from './custom-gates.ts';
import type { Evaluated, EvaluationWork } from './evidence-store.ts';
import { champion as championGate } from './gates/champion.ts';
import { quality } from './gates/quality.ts';
import { judgeGroups } from './judge-groups.ts';
import { calibrationBins, thresholdTable } from './metrics/calibration.ts';
import { modelMetrics, pairedDifference } from './metrics/model-metrics.ts';
import { type Reading, readingOf, type ScoredRows } from './metrics/scored-rows.ts';
import { holdoutParts, readLabels, readScores, type Scores } from './scores-store.ts';

export interface JudgedRun {
  readonly evaluation: Evaluation;
  /** The challenger's answers, for what is made of them. */
  readonly evaluated: Evaluated;
  /** Absent without sensitive columns. */
  readonly biasReport?: BiasReport;
}

/** The document, and what else is written beside it. */
export async function judgeRun(work: EvaluationWork): Promise<JudgedRun> {
  const { settings, input } = work;
  const { gates } = settings;
  const { dataset, split, plan } = input;
  const form = answerForm(settings);
  const reading = readingOf(form, gates.confidence);
  const labels = await readLabels(work, split.holdoutLabels);
  const parts = holdoutParts(split, labels.length);
  const challenger = await readScores(work, input.challengerScores, { form, parts });
  const rows = { labels, scores: challenger.scores };
  const metrics = modelMetrics(rows, reading);
  const reigning = await scoreChampion(work, labels, parts);
  const difference =
    reigning &&
    pairedDifference(gates.primaryMetric, rows, reigning.rows, {
      challenger: reading,
      champion: reigning.reading,
    });
  const groups = await judgeGroups(work, { rows, reading });
  const judgements = [
    quality({ settings: gates, metrics }),
    ...groups.judgements,
    championGate({
      settings: gates,
      holdoutRows: labels.length,
      challenger: { datasetVersion: dataset.version },
      champion: plan.champion,
      championSkipped: plan.championSkipped,
      difference,
    }),
  ];
  const evaluated: Omit<Evaluation, 'judgements' | 'passed' | 'reason'> = {
    format: 2,
    project: settings.project,
    run: input.run.run,
    datasetVersion: dataset.version,
    datasetDigest: dataset.digest,
    splitDigest: split.splitDigest,
    problem: reading.problem.type,
    confidence: gates.confidence,
    primaryMetric: gates.primaryMetric,
    holdout: {
      rows: labels.length,
      ...balanceOf(labels, reading),
      features: split.holdoutParts ? split.holdout : `${split.holdout}${parts[0]!.name}`,
      labels: split.holdoutLabels,
    },
    challenger: { scores: challenger.uri, metrics },
    champion: reigning && {
      modelVersion: reigning.modelVersion,
      modelName: reigning.modelName,
      datasetVersion: reigning.datasetVersion,
      scores: reigning.uri,
      metrics: modelMetrics(reigning.rows, reigning.reading),
    },
    championSkipped: plan.championSkipped,
    difference,
    slices: groups.slices,
    ...(groups.findings &&
      groups.report && { bias: { report: biasReportKey(input.run.run), findings: groups.findings } }),
    ...(reading.problem.type === 'binary' && reading.areProbabilities
      ? { calibration: calibrationBins(rows), thresholds: thresholdTable(rows) }
      : {}),
    evaluatedAt: nowIso(),
  };
  const all = [...judgements, ...(await askCustomGates(work, evaluated, judgements))];
  return {
    evaluation: { ...evaluated, judgements: all, passed: allowsToPass(all), reason: summary(all) },
    evaluated: { metrics, scores: challenger.scores, labels, reading },
    biasReport: groups.report,
  };
}

/** The project's own gates come last: they are told what the others said. */
function askCustomGates(
  { settings }: EvaluationWork,
  evaluated: Omit<Evaluation, 'judgements' | 'passed' | 'reason'>,
  judgements: readonly Judgement[],
): Promise<Judgement[]> {
  const { project, run, datasetVersion, datasetDigest, problem, primaryMetric, confidence } = evaluated;
  const { holdout, challenger, champion, difference } = evaluated;
  return runCustomGates({
    gates: settings.gates.custom ?? [],
    input: {
      bucket: settings.dataBucket,
      judgements,
      ...{ project, run, datasetVersion, datasetDigest, problem, primaryMetric, confidence },
      ...{ holdout, challenger, champion, difference },
    },
  });
}

type Reigning = NonNullable<EvaluationWork['input']['plan']['champion']> &
  Scores & { readonly rows: ScoredRows; readonly reading: Reading };

/** The champion's answers to the same rows; undefined when it was not scored. */
async function scoreChampion(
  work: EvaluationWork,
  labels: Float64Array,
  parts: Parameters<typeof readScores>[2]['parts'],
): Promise<Reigning | undefined> {
  const { settings, input } = work;
  const { champion } = input.plan;
  if (!champion || !input.championScores) return undefined;
  const own = answerForm(settings);
  const form = { ...own, output: champion.output ?? own.output };
  const read = await readScores(work, input.championScores, { form, parts });
  const rows = { labels, scores: read.scores };
  return { ...champion, ...read, rows, reading: readingOf(form, settings.gates.confidence) };
}

/** Rows of each class. */
function balanceOf(labels: Float64Array, { problem }: Reading): Pick<Evaluation['holdout'], 'balance'> {
  if (problem.type === 'regression') return {};
  const balance = Object.fromEntries(problem.classes.map((name) => [name, 0]));
  for (const code of labels) balance[problem.classes[code]!]! += 1;
  return { balance };
}

/** What stood in the way, else what was passed. */
function summary(judgements: readonly Judgement[]): string {
  const against = judgements.filter((judgement) => !allowsToPass([judgement]));
  const said = against.length > 0 ? against : judgements;
  return said.map(({ rule, verdict, reason }) => `${rule} ${verdict}: ${reason}`).join(' ');
}
