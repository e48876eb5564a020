/** Why a job failed, in the words and the length of a FailureReason. */
import { existsSync, readFileSync } from 'node:fs';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { OptMl } from './opt-ml.ts';

const MAXIMUM_LENGTH = 1024;

export const INTERNAL_FAILURE = 'InternalServerError: We encountered an internal error. Please try again.';

/** Ends a job as Failed with this message as its FailureReason. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';

  constructor(reason: string) {
    super(reason.slice(0, MAXIMUM_LENGTH));
  }
}

/** Whether an error is the cloud's and not the customer's. */
export function isInternal(error: unknown): boolean {
  return error instanceof AwsError && error.status >= 500 && !(error instanceof NotImplementedByLocalCloud);
}

/** A handler that rethrows whatever it catches as a failure of the customer's making. */
export function clientFailure(): (error: unknown) => never {
  return (error) => {
    // a fault of the cloud's own, which is nobody's mistake
    if (isInternal(error)) throw error;
    const text = error instanceof AwsError ? `${error.code}: ${error.message}` : (error as Error).message;
    throw new JobFailure(`ClientError: ${text}`);
  };
}

/** Runs a step whose refusal is a failure of the customer's making. */
clientFailure.on = async (step: () => Promise<unknown> | unknown): Promise<void> => {
  await Promise.resolve().then(step).catch(clientFailure());
};

/** Command, exit code and last words of a process that failed. */
export interface FailedProcess {
  readonly exitCode: number;
  readonly command: string;
  /** The last lines of stderr. */
  readonly errorLines: readonly string[];
  /** Class that the toolkit gives the failure. @default ExecuteUserScriptError */
  readonly errorClass?: string;
  /** Whether the image has the toolkit, which writes a failure file when the script does not. @default true */
  readonly hasToolkit?: boolean;
}

/** `AlgorithmError: <failure file>, exit code: N`; without a file, what the toolkit would have written into it. */
export function algorithmFailure(tree: OptMl, failed: FailedProcess): string {
  const suffix = `, exit code: ${failed.exitCode}`;
  const room = MAXIMUM_LENGTH - 'AlgorithmError: '.length - suffix.length;
  const text = existsSync(tree.failureFile)
    ? readFileSync(tree.failureFile, 'utf8').slice(0, room)
    : failed.hasToolkit === false
      ? ''
      : toolkitMessage(failed, room);
  return `AlgorithmError: ${text}${suffix}`;
}

function toolkitMessage(failed: FailedProcess, room: number): string {
  const { exitCode, command, errorLines, errorClass = 'ExecuteUserScriptError' } = failed;
  const head = `${errorClass}:\nExitCode ${exitCode}\nErrorMessage "`;
  const tail = `"\nCommand "${command.slice(0, 300)}"`;
  const start = errorLines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'));
  const words = errorLines.slice(Math.max(start, 0)).join('\n');
  const space = room - head.length - tail.length;
  // the exception is in the last line: cut from the front
  return `${head}${words.length > space ? `...${words.slice(3 - space)}` : words}${tail}`;
}
