/** Judges a challenger on its holdout, next to the champion on the same rows. */
import { recordDecision } from '../shared/decisions.ts';
import { withDuckDb } from '../shared/duckdb.ts';
import { baselineKey, biasReportKey, evaluationKey, modelQualityKey } from '../shared/keys.ts';
import { putJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { withTempDirectory } from '../shared/temp-directory.ts';
import type { EvaluateRunInput, EvaluateRunResult } from '../training/contract.ts';
import { writeBaseline, writeSmokeTest } from './evidence-store.ts';
import { judgeRun } from './judge-run.ts';
import { modelQualityDocuments } from './model-quality.ts';

/** Evaluates a run, writes its evidence and records each gate's verdict. */
export async function evaluateRun(
  settings: ProjectSettings,
  input: EvaluateRunInput,
): Promise<EvaluateRunResult> {
  const { run } = input.run;
  const bucket = settings.dataBucket;
  const { evaluation, biasReport } = await withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      const work = { settings, input, database, directory };
      const judged = await judgeRun(work);
      await writeBaseline(work, judged.evaluated);
      await writeSmokeTest(work, judged.evaluated);
      return judged;
    }),
  );
  const { statistics, constraints } = modelQualityDocuments(evaluation);
  await putJson(bucket, modelQualityKey(run, 'statistics'), statistics);
  await putJson(bucket, modelQualityKey(run, 'constraints'), constraints);
  if (biasReport) await putJson(bucket, biasReportKey(run), biasReport);
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
