/** Which shard failed and why: of a distributed Map the workflow itself is told no more than that too many did. */
import { DescribeExecutionCommand, ListExecutionsCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn';
import { stepFunctions } from '../../shared/clients.ts';
import { logger } from '../../shared/logger.ts';
import type { ShardPass, ShardTask } from '../scan/contract.ts';

/** What Step Functions says of an error. */
export interface WorkflowError {
  readonly Error?: string;
  readonly Cause?: string;
}

export interface FailedShard {
  /** What could not be done with which files, as the beginning of a sentence. */
  readonly what: string;
  readonly error: WorkflowError;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const TOO_MANY_FAILED = 'States.ExceedToleratedFailureThreshold';

const COULD_NOT: Readonly<Record<ShardPass, string>> = {
  look: 'looked at',
  stage: 'read',
  sample: 'sampled',
  count: 'counted',
};

/**
 * The failed shard behind an error of the ingest workflow; undefined for an error of another kind, and when it cannot be
 * found out, which must keep nobody from recording the failure.
 * @param executionArn of the workflow.
 */
export async function findFailedShard(
  { Error: name }: WorkflowError,
  executionArn: string,
): Promise<FailedShard | undefined> {
  if (name !== TOO_MANY_FAILED) return undefined;
  try {
    return await lookForShard(executionArn);
  } catch (error) {
    logger.warn('the failed shard was not found', error as Error);
    return undefined;
  }
}

async function lookForShard(executionArn: string): Promise<FailedShard | undefined> {
  const { mapRuns = [] } = await stepFunctions.send(new ListMapRunsCommand({ executionArn }));
  // the last one is the one that ended the workflow; those before went well
  const run = mapRuns.toSorted((a, b) => b.startDate!.getTime() - a.startDate!.getTime())[0];
  if (!run) return undefined;
  const { executions = [] } = await stepFunctions.send(
    new ListExecutionsCommand({ mapRunArn: run.mapRunArn, statusFilter: 'FAILED', maxResults: 1 }),
  );
  const [failed] = executions;
  if (!failed) return undefined;
  const { error, cause, input } = await stepFunctions.send(
    new DescribeExecutionCommand({ executionArn: failed.executionArn }),
  );
  const { pass, shard } = JSON.parse(input!) as ShardTask;
  const first = shard.firstFile + 1;
  const last = shard.firstFile + shard.files;
  const files = last > first ? `files ${first} to ${last}` : `file ${first}`;
  const of = shard.kind === 'head' ? 'of the version that it adds to' : 'by name';
  const what = `shard ${shard.shard + 1} (${files} ${of}) could not be ${COULD_NOT[pass]}`;
  return { what, error: { Error: error, Cause: cause } };
}
