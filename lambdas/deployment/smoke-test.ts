/** Replays evaluated rows against the endpoint while the old fleet still stands. */
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import type { SmokeTest } from '../evaluation/contract.ts';
import { type AnswerForm, parseAnswers } from '../shared/answers.ts';
import { cloudWatch, sagemakerRuntime } from '../shared/clients.ts';
import { METRIC, METRIC_NAMESPACE } from '../shared/contract.ts';
import { isAwsError } from '../shared/errors.ts';
import { logger } from '../shared/logger.ts';
import { getJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { compareAnswers } from './compare-answers.ts';
import { SMOKE_TEST_INFERENCE_ID, type SmokeTestInput, type SmokeTestResult } from './contract.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 2000;
/** What an endpoint answers while it is not quite there; anything else is an answer. */
const PASSING_ERRORS = [
  'ServiceUnavailable',
  'InternalFailure',
  'ModelNotReadyException',
  'ThrottlingException',
];

export interface SmokeTestPorts {
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
}

/**
 * Tests and publishes the outcome, 0 as well as 1: the deployment's alarm watches the metric, so a test that cannot be
 * made counts as failed rather than as silent.
 */
export async function smokeTest(
  settings: ProjectSettings,
  { rollout, plan }: SmokeTestInput,
  ports: SmokeTestPorts,
): Promise<SmokeTestResult> {
  const { smokeTest: limits, endpointName } = settings.serving;
  let rows: SmokeTest['rows'] = [];
  const id = `${SMOKE_TEST_INFERENCE_ID}${rollout.modelVersion}-${rollout.attempt}`;
  let result: SmokeTestResult;
  try {
    const document = await getJson<SmokeTest>(settings.dataBucket, plan.smokeTestKey);
    rows = (document?.rows ?? []).slice(0, limits.rows);
    const ask = async (csv: string) => {
      const body = await invoke(endpointName, { csv, accept: document!.output.contentType, id }, ports);
      return parseAnswers(body, document as AnswerForm);
    };
    result = await replay(rows, limits.tolerance, ask);
  } catch (error) {
    const reason = `the test could not be made: ${(error as Error).message}`;
    result = { passed: false, reason, maximumDifference: 1, rows: rows.length };
  }
  await publishOutcome(settings, result.passed, ports.now());
  logger.info('smoke test', { ...result });
  return result;
}

/** One row alone and all rows in one request: a model that mixes up rows answers one of them differently. */
async function replay(
  rows: SmokeTest['rows'],
  tolerance: number,
  ask: (csv: string) => Promise<number[][]>,
): Promise<SmokeTestResult> {
  const first = rows.slice(0, 1);
  if (first.length === 0) return compareAnswers(rows, [], tolerance);
  const single = compareAnswers(first, await ask(first[0]!.request), tolerance);
  if (!single.passed) return { ...single, reason: `one row alone: ${single.reason}` };
  const answer = await ask(rows.map(({ request }) => request).join('\n'));
  return compareAnswers(rows, answer, tolerance);
}

async function invoke(
  endpointName: string,
  { csv, accept, id }: Record<'csv' | 'accept' | 'id', string>,
  { sleep }: SmokeTestPorts,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { Body } = await sagemakerRuntime.send(
        new InvokeEndpointCommand({
          EndpointName: endpointName,
          ContentType: 'text/csv',
          Accept: accept,
          InferenceId: id,
          Body: csv,
        }),
      );
      return new TextDecoder().decode(Body);
    } catch (error) {
      if (attempt === ATTEMPTS || !isAwsError(error, ...PASSING_ERRORS)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function publishOutcome(
  { stage, project }: ProjectSettings,
  passed: boolean,
  Timestamp: Date,
): Promise<void> {
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: METRIC_NAMESPACE,
      MetricData: [
        {
          MetricName: METRIC.smokeTestFailure,
          Dimensions: [
            { Name: 'Stage', Value: stage },
            { Name: 'Project', Value: project },
          ],
          Timestamp,
          Value: passed ? 0 : 1,
          Unit: 'Count',
        },
      ],
    }),
  );
}
