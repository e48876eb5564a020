/** Judges a challenger on its holdout, next to the champion on the same rows. */
import { nowIso } from '../shared/clock.ts';
import { recordDecision } from '../shared/decisions.ts';
import { withDuckDb } from '../shared/duckdb.ts';
import { baselineKey, evaluationKey } from '../shared/keys.ts';
import { putJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { withTempDirectory } from '../shared/temp-directory.ts';
import { allowsToPass, type Judgement } from '../shared/verdict.ts';
import type { EvaluateRunInput, EvaluateRunResult } from '../training/contract.ts';
import { binaryMetrics, pairedDifference } from './binary-metrics.ts';
import type { Evaluation } from './contract.ts';
import { CHALLENGER_TABLE, type EvaluationWork, writeBaseline, writeSmokeTest } from './evidence-store.ts';
import { champion as championGate } from './gates/champion.ts';
import { quality } from './gates/quality.ts';
import { holdoutParts, readLabels, readScores } from './scores-store.ts';

/** Evaluates a run, writes its evidence and records each gate's verdict. */
export async function evaluateRun(
  settings: ProjectSettings,
  input: EvaluateRunInput,
): Promise<EvaluateRunResult> {
  const { run } = input.run;
  const bucket = settings.dataBucket;
  const evaluation = await withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      const work = { settings, input, database, directory };
      const judged = await judge(work);
      await writeBaseline(work, judged.evaluation.challenger.metrics);
      await writeSmokeTest(work, judged.scores);
      return judged.evaluation;
    }),
  );
  await putJson(bucket, evaluationKey(run), evaluation);
  for (const judgement of evaluation.judgements) {
    await recordDecision({
      project: settings.project,
      kind: 'gate',
      subject: run,
      by: 'evaluate-run',
      judgement,
    });
  }
  const { passed, judgements, reason } = evaluation;
  return { passed, judgements, reason, evaluationKey: evaluationKey(run), baselineKey: baselineKey(run) };
}

async function judge(work: EvaluationWork): Promise<{ evaluation: Evaluation; scores: Float64Array }> {
  const { settings, input, database, directory } = work;
  const { gates } = settings;
  const { dataset, split, plan } = input;
  const labels = await readLabels({ database, directory }, split.holdoutLabels);
  const rows = labels.length;
  const parts = holdoutParts(split, rows);
  const challenger = await readScores(work, input.challengerScores, { table: CHALLENGER_TABLE, parts });
  const metrics = binaryMetrics({ labels, scores: challenger.scores }, gates.confidence);

  const reigning =
    plan.champion && input.championScores
      ? {
          ...plan.champion,
          ...(await readScores(work, input.championScores, { table: 'champion', parts })),
        }
      : undefined;
  const difference =
    reigning &&
    pairedDifference(
      gates.primaryMetric,
      { labels, scores: challenger.scores },
      { champion: reigning.scores, confidence: gates.confidence },
    );
  const judgements = [
    quality({ settings: gates, metrics }),
    championGate({
      settings: gates,
      holdoutRows: rows,
      challenger: { datasetVersion: dataset.version },
      champion: plan.champion,
      championSkipped: plan.championSkipped,
      difference,
    }),
  ];
  const evaluation: Evaluation = {
    format: 1,
    project: settings.project,
    run: input.run.run,
    datasetVersion: dataset.version,
    datasetDigest: dataset.digest,
    splitDigest: split.splitDigest,
    confidence: gates.confidence,
    primaryMetric: gates.primaryMetric,
    holdout: {
      rows,
      positives: metrics.positives,
      features: split.holdoutParts ? split.holdout : `${split.holdout}${parts[0]!.name}`,
      labels: split.holdoutLabels,
    },
    challenger: { scores: challenger.uri, metrics },
    champion: reigning && {
      modelVersion: reigning.modelVersion,
      modelName: reigning.modelName,
      datasetVersion: reigning.datasetVersion,
      scores: reigning.uri,
      metrics: binaryMetrics({ labels, scores: reigning.scores }, gates.confidence),
    },
    championSkipped: plan.championSkipped,
    difference,
    judgements,
    passed: allowsToPass(judgements),
    reason: summary(judgements),
    evaluatedAt: nowIso(),
  };
  return { evaluation, scores: challenger.scores };
}

/** What stood in the way, else what was passed. */
function summary(judgements: readonly Judgement[]): string {
  const against = judgements.filter((judgement) => !allowsToPass([judgement]));
  const said = against.length > 0 ? against : judgements;
  return said.map(({ rule, verdict, reason }) => `${rule} ${verdict}: ${reason}`).join(' ');
}
