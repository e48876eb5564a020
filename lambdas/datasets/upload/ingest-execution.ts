/** Executions of the ingest workflow, named after the upload: however often one is asked for, it is one. */
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { stepFunctions } from '../../shared/clients.ts';
import { isAwsError } from '../../shared/errors.ts';
import { logger } from '../../shared/logger.ts';
import type { IngestInput } from '../contract.ts';

/**
 * Name of an execution: the upload's, without the points that a name may not have everywhere.
 * @param attempt from 1; the name of an execution that ended cannot be used again for 90 days.
 */
export function ingestName(upload: string, attempt: number): string {
  const name = upload.replaceAll('.', '-');
  return attempt === 1 ? name : `${name}-${attempt}`;
}

/**
 * Starts the workflow for an upload. Harmless when it was started before.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function startIngest(
  stateMachineArn: string,
  { project, upload }: IngestInput,
  attempt: number,
): Promise<void> {
  const input: IngestInput = { project, upload };
  const name = ingestName(upload, attempt);
  try {
    await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ExecutionAlreadyExists')) throw error;
    logger.info('the workflow was started before', { upload, attempt });
  }
}

/** Whether an execution of an upload is under way. */
export async function isIngestRunning(
  stateMachineArn: string,
  upload: string,
  attempt: number,
): Promise<boolean> {
  const machine = stateMachineArn.replace(':stateMachine:', ':execution:');
  const executionArn = `${machine}:${ingestName(upload, attempt)}`;
  try {
    const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' || status === 'PENDING_REDRIVE';
  } catch (error) {
    if (isAwsError(error, 'ExecutionDoesNotExist')) return false;
    throw error;
  }
}
