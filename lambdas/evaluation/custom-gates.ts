/** Asks the project's own gates: functions that answer a judgement. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { lambda } from '../shared/clients.ts';
import { isAwsError, RetryableError } from '../shared/errors.ts';
import type { CustomGateSettings } from '../shared/settings.ts';
import type { Judgement, Verdict } from '../shared/verdict.ts';
import type { Evaluation } from './contract.ts';

/** What a custom gate is invoked with. S3 objects are told by key or URI: the function's own role has to allow reading. */
export interface CustomGateInput
  extends Pick<Evaluation, 'project' | 'run' | 'datasetVersion' | 'datasetDigest' | 'problem'>,
    Pick<Evaluation, 'primaryMetric' | 'confidence' | 'holdout' | 'challenger' | 'champion' | 'difference'> {
  readonly format: 1;
  /** Name of the gate, the `rule` of its judgement. */
  readonly gate: string;
  readonly bucket: string;
  /** Verdicts of the gates before it. */
  readonly judgements: readonly Judgement[];
}

export interface CustomGatesOptions {
  readonly gates: readonly CustomGateSettings[];
  readonly input: Omit<CustomGateInput, 'format' | 'gate'>;
}

const VERDICTS: readonly string[] = [
  ...(['PASS', 'WARN', 'FAIL', 'NOT_APPLICABLE', 'INSUFFICIENT_DATA'] satisfies Verdict[]),
];

/**
 * One judgement for each gate, in their order, under the gate's name. A function that fails, or answers anything but a
 * judgement, is a FAIL with the reason.
 * @throws RetryableError when Lambda throttles or fails itself: the step is tried again.
 */
export async function runCustomGates({ gates, input }: CustomGatesOptions): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  for (const { name, functionArn } of gates) {
    judgements.push(await runCustomGate(name, functionArn, { format: 1, gate: name, ...input }));
  }
  return judgements;
}

async function runCustomGate(rule: string, functionArn: string, input: CustomGateInput): Promise<Judgement> {
  const failed = (reason: string): Judgement => ({ rule, verdict: 'FAIL', reason, inputs: { functionArn } });
  let payload: string;
  try {
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(input)) }),
    );
    payload = answer.Payload ? Buffer.from(answer.Payload).toString('utf8') : '';
    if (answer.FunctionError !== undefined) {
      return failed(`The gate's function ${functionArn} failed: ${errorMessage(payload)}`);
    }
  } catch (error) {
    if (isAwsError(error, 'TooManyRequestsException', 'ServiceException', 'ThrottlingException')) {
      throw new RetryableError(`gate ${rule} could not be asked`, { cause: error });
    }
    const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return failed(`The gate's function ${functionArn} could not be invoked: ${told}`);
  }
  const judgement = asJudgement(payload);
  if (typeof judgement === 'string') return failed(`The gate's function answered no judgement: ${judgement}`);
  return { ...judgement, rule };
}

/** The answer as a judgement, or what is wrong with it. */
function asJudgement(payload: string): Omit<Judgement, 'rule'> | string {
  let answer: unknown;
  try {
    answer = JSON.parse(payload);
  } catch {
    return 'the answer is not JSON';
  }
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer))
    return 'the answer is not an object';
  const { verdict, reason, inputs = {} } = answer as Readonly<Record<string, unknown>>;
  if (typeof verdict !== 'string' || !VERDICTS.includes(verdict)) {
    return `verdict is ${JSON.stringify(verdict)}, allowed are ${VERDICTS.join(', ')}`;
  }
  if (typeof reason !== 'string' || reason.trim() === '') return 'reason is not a sentence';
  if (inputs === null || typeof inputs !== 'object' || Array.isArray(inputs))
    return 'inputs is not an object';
  return { verdict: verdict as Verdict, reason, inputs: inputs as Judgement['inputs'] };
}

function errorMessage(payload: string): string {
  try {
    const { errorType, errorMessage: message } = JSON.parse(payload) as Readonly<Record<string, unknown>>;
    return [errorType, message].filter((part) => typeof part === 'string').join(': ') || 'no message';
  } catch {
    return 'no message';
  }
}
