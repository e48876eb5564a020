/**
 * Plays the ingest workflow in process: the same handlers in the same order, with its retries, its loop on a stale scan
 * and its catch. What the state machine itself does is tested on the local cloud.
 */
import type { Context } from 'aws-lambda';
import { handler as commit } from '../../lambdas/datasets/commit-upload.handler.ts';
import type { IngestInput, ScanPlan } from '../../lambdas/datasets/contract.ts';
import { handler as fail } from '../../lambdas/datasets/fail-upload.handler.ts';
import { handler as plan } from '../../lambdas/datasets/plan-scan.handler.ts';
import { handler as receive } from '../../lambdas/datasets/receive-upload.handler.ts';
import type { ShardLimits } from '../../lambdas/datasets/scan/plan-shards.ts';
import { handler as scan } from '../../lambdas/datasets/scan-upload.handler.ts';
import type { CommitUploadResult } from '../../lambdas/datasets/upload/commit-upload.ts';
import type { ReceiveUploadResult } from '../../lambdas/datasets/upload/receive-upload.ts';
import { playShards } from './shards-driver.ts';
import type { FakeStates } from './states-fake.ts';

const context = {} as Context;
/** Rounds of the loop on a stale scan before a test is taken to hang. */
const ROUNDS = 30;

export interface PlayOptions {
  /** How often a step is tried, as `Retry` does. @default 1 */
  readonly tries?: number;
  /** Of shards, on the distributed route. */
  readonly limits?: ShardLimits;
  /** Runs after each step, by its name. */
  readonly after?: (step: string) => Promise<void> | void;
}

/** Runs one execution to its end. */
export async function playIngest(
  input: IngestInput,
  { tries = 1, after = () => {}, limits }: PlayOptions = {},
): Promise<CommitUploadResult> {
  const step = async <Result>(name: string, run: () => Promise<Result>): Promise<Result> => {
    const result = await repeatedly(tries, run);
    await after(name);
    return result;
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const planned: ScanPlan = await step('plan', () => plan(input, context));
      const scanned = await step('scan', async () =>
        planned.route === 'distributed' ? (await playShards(planned, limits)).result : scan(planned, context),
      );
      const committed = await step('commit', () => commit(scanned, context));
      if (committed.outcome !== 'stale') return committed;
    }
    throw new Error(`still stale after ${ROUNDS} rounds`);
  } catch (error) {
    const { name, message } = error as Error;
    const Cause = JSON.stringify({ errorMessage: message });
    const { reason } = await fail({ ...input, error: { Error: name, Cause } }, context);
    return { upload: input.upload, outcome: 'failed', reason };
  }
}

/** Delivers an event and plays the execution that it started, if it started one. */
export async function playEvent(
  states: FakeStates,
  event: unknown,
  options?: PlayOptions,
): Promise<ReceiveUploadResult | CommitUploadResult> {
  const received = await repeatedly(options?.tries ?? 1, () => receive(event, context));
  if (received.outcome !== 'received') return received;
  const found = [...states.executions.values()].find(
    ({ input, status }) => (input as IngestInput).upload === received.upload && status === 'RUNNING',
  );
  if (!found) return received;
  const result = await playIngest(found.input as IngestInput, options);
  found.status = result.outcome === 'rejected' || result.outcome === 'failed' ? 'FAILED' : 'SUCCEEDED';
  return result;
}

async function repeatedly<Result>(tries: number, run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= tries) throw error;
    }
  }
}
