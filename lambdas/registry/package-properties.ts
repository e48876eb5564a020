/** What a version's entry in the registry says of where it comes from, within SageMaker's limits. Pure. */
import type { Evaluation } from '../evaluation/contract.ts';
import { baselineKey, evaluationKey, modelCardKey, s3Uri } from '../shared/keys.ts';
import type { RegisterModelInput } from '../training/contract.ts';
import { METADATA_LIMITS, metadataText } from './plain-text.ts';

export interface Provenance {
  readonly input: RegisterModelInput;
  readonly evaluation: Evaluation;
  readonly dataBucket: string;
  /** SHA-256 of the version's schema. */
  readonly schemaDigest: string;
}

/**
 * Run, trigger, data, code, settings, the number that counted with its interval, the model compared with, each gate's
 * verdict. Characters that metadata cannot hold become spaces. Gates beyond the 50 entries are left out: the evaluation
 * that `evaluation` points at has them all.
 */
export function packageProperties(provenance: Provenance): Record<string, string> {
  const { input, evaluation, dataBucket, schemaDigest } = provenance;
  const { run, dataset } = input;
  const uri = (key: string) => s3Uri(dataBucket, key);
  const facts: Record<string, string | number | undefined> = {
    run: run.run,
    trigger: run.request.kind,
    reason: run.request.reason,
    alarm: run.request.alarmName,
    datasetVersion: dataset.version,
    datasetDigest: dataset.digest,
    datasetRows: dataset.rows,
    schemaDigest,
    splitDigest: evaluation.splitDigest,
    codeDigest: run.codeDigest,
    settingsDigest: run.settingsDigest,
    image: input.image,
    trainingJob: input.trainingJobName,
    evaluation: uri(evaluationKey(run.run)),
    baseline: uri(baselineKey(run.run)),
    modelCard: uri(modelCardKey(run.run)),
    ...numbers(evaluation),
  };
  const gates = evaluation.judgements.map(({ rule, verdict }): [string, string] => [`gate ${rule}`, verdict]);
  const entries = [...Object.entries(facts), ...gates]
    .map(([key, value]): [string, string] => [
      metadataText(key, METADATA_LIMITS.key),
      metadataText(String(value ?? '')),
    ])
    .filter(([, value]) => value !== '');
  return Object.fromEntries(entries.slice(0, METADATA_LIMITS.entries));
}

function numbers(evaluation: Evaluation): Record<string, string | number | undefined> {
  const { primaryMetric, challenger, champion, championSkipped, difference } = evaluation;
  const estimate = challenger.metrics.values[primaryMetric];
  return {
    primaryMetric,
    primaryMetricValue: estimate?.value,
    primaryMetricLow: estimate?.low,
    primaryMetricHigh: estimate?.high,
    champion: champion ? `model version ${champion.modelVersion}` : championSkipped,
    difference: difference?.value,
    differenceLow: difference?.low,
    differenceHigh: difference?.high,
  };
}
