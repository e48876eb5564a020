/** What a person is told who has to approve a model version. Pure. */
import type { Estimate, Evaluation } from '../evaluation/contract.ts';
import type { RunRequest } from '../shared/catalog-items.ts';
import type { Metric } from '../shared/settings.ts';
import { oneLine, shortNumber } from './plain-text.ts';

export interface ApprovalQuestion {
  readonly stage: string;
  readonly project: string;
  readonly modelVersion: number;
  /** ISO 8601; the version is rejected then. */
  readonly until: string;
  readonly request: RunRequest;
  readonly evaluation: Evaluation;
  /** A sentence without its full stop. */
  readonly data: string;
}

/** SNS takes 256 KiB; a person reads less. */
const LONGEST_MESSAGE = 6000;

/**
 * One line, because a rule writes it into a text: why the model was trained, its metrics with their intervals beside the
 * champion's, the gates, what changed in the data, and the commands that answer. Without quotation marks and
 * backslashes, which a rule's text would show escaped.
 */
export function approvalMessage(question: ApprovalQuestion): string {
  const { stage, project, modelVersion, until, request, evaluation, data } = question;
  const target = `${modelVersion} --stage ${stage} --project ${project}`;
  const text = [
    `Model version ${modelVersion} of project ${project} waits for your approval until ${until}; then it is rejected.`,
    `Trained because: ${request.reason} (${request.kind}${request.alarmName ? `, alarm ${request.alarmName}` : ''}).`,
    comparison(evaluation),
    `Gates: ${evaluation.judgements.map(({ rule, verdict, reason }) => `${rule} ${verdict} (${reason})`).join('; ')}.`,
    `Data: ${data}.`,
    `Look at it: driftless models show ${target}`,
    `Approve: driftless models approve ${target} --reason TEXT`,
    `Reject: driftless models reject ${target} --reason TEXT`,
  ].join(' ');
  return oneLine(text.replaceAll('"', "'").replaceAll('\\', '/'), LONGEST_MESSAGE);
}

function comparison(evaluation: Evaluation): string {
  const { champion, championSkipped, challenger, difference, primaryMetric, holdout } = evaluation;
  const metrics = Object.entries(challenger.metrics.values) as [Metric, Estimate][];
  // what counted comes first
  metrics.sort(([a], [b]) => Number(b === primaryMetric) - Number(a === primaryMetric));
  const against = champion
    ? `the champion (model version ${champion.modelVersion})`
    : `no champion (${championSkipped ?? 'there is none'})`;
  const lines = metrics.map(([metric, estimate]) => {
    const other = champion?.metrics.values[metric];
    const delta = difference?.metric === metric ? `, difference ${written(difference)}` : '';
    return `${metric} ${written(estimate)}${other ? ` against ${written(other)}` : ''}${delta}`;
  });
  return `On ${holdout.rows} held-out rows, compared with ${against}: ${lines.join('; ')}.`;
}

/** For example `0.6312 [0.62, 0.64]`. */
function written({ value, low, high }: Estimate): string {
  const bounds =
    low !== undefined && high !== undefined ? ` [${shortNumber(low)}, ${shortNumber(high)}]` : '';
  return `${shortNumber(value)}${bounds}`;
}
