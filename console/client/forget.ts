/** Asks for keys to be forgotten. Keys go to the function that needs them and nowhere else: no event, no log, no file. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  FORGET_LIMIT,
  type ForgetKeysInput,
  type ForgetKeysResult,
} from '../../lambdas/datasets/contract.ts';
import { type Connection, UsageError } from './connect.ts';
import { mayPass, withRetries } from './retry.ts';

/** What all calls together answered. */
export type Forgotten = Omit<ForgetKeysResult, 'next'>;

/** Where the work is, before each call. */
export interface ForgetProgress {
  /** Keys that all versions were looked through for. */
  readonly keysDone: number;
  /** Version that the call begins with; absent for the newest. */
  readonly next?: number;
}

/** A call looks at no further version after so long: shorter than the idle times after which firewalls drop connections. */
const CALL_SECONDS = 240;

/**
 * Puts keys on the tombstone list and finds what still holds them. Repeating it changes nothing.
 * @param onCall before each call: batches of `FORGET_LIMIT` keys, each as often as the versions need.
 * @throws UsageError when the function fails or its answer does not arrive; its message has no key in it.
 */
export async function forgetKeys(
  connection: Connection,
  keys: readonly string[],
  onCall?: (progress: ForgetProgress) => void,
): Promise<Forgotten> {
  const batches: Forgotten[] = [];
  for (let from = 0; from < keys.length; from += FORGET_LIMIT) {
    const batch = keys.slice(from, from + FORGET_LIMIT);
    const answers: ForgetKeysResult[] = [];
    let next: number | undefined;
    do {
      onCall?.({ keysDone: from, next });
      const { project } = connection;
      answers.push(await invoke(connection, { project, keys: batch, next, seconds: CALL_SECONDS }));
      next = answers.at(-1)!.next;
    } while (next !== undefined);
    // a later call may look again at a content that two versions have: the same rows, not more of them
    batches.push(together(answers, Math.max));
  }
  return together(batches, (a, b) => a + b);
}

async function invoke({ lambda, names }: Connection, input: ForgetKeysInput): Promise<ForgetKeysResult> {
  const FunctionName = names.function('forget-keys');
  // without LogType: the tail of the log is not asked for
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) });
  const { FunctionError, Payload } = await withRetries(() => lambda.send(command), isBusy).catch((cause) => {
    if (isBusy(cause) || !mayPass(cause)) throw cause;
    const { name, message } = cause as Error;
    throw new UsageError(
      `no answer of ${FunctionName} arrived (${name}: ${message.replaceAll(/\s+/g, ' ')}); it may still be at work, and what it put on the list stays there; run the same command again`,
      { cause },
    );
  });
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError === undefined) return answer as ForgetKeysResult;
  throw new UsageError(
    `${FunctionName} failed: ${answer.errorMessage ?? FunctionError}; nothing was taken off the list: run the same command again`,
  );
}

/** Whether Lambda turned the call away before the function saw it: the only failure after which it surely does not run. */
const isBusy = (error: unknown) =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 429;

/** One answer from several. @param rowsOf what two answers about the same content, version or file come to. */
function together(answers: readonly Forgotten[], rowsOf: (a: number, b: number) => number): Forgotten {
  const last = answers.at(-1)!;
  const contents = new Map<string, Forgotten['contents'][number]>();
  const versions = new Map<number, Forgotten['versions'][number]>();
  const models = new Map<number, Forgotten['models'][number]>();
  const labelFiles = new Map<string, Forgotten['labelFiles'][number]>();
  for (const answer of answers) {
    for (const content of answer.contents) {
      const known = contents.get(content.sha256);
      const numbers = new Set([...(known?.versions ?? []), ...content.versions]);
      contents.set(content.sha256, {
        ...content,
        rows: rowsOf(content.rows, known?.rows ?? 0),
        versions: [...numbers].sort((a, b) => b - a),
      });
    }
    for (const version of answer.versions) {
      const known = versions.get(version.version);
      versions.set(version.version, {
        ...version,
        rows: rowsOf(version.rows, known?.rows ?? 0),
        // batches of keys may be in the same files: the contents say how many there are
        files: Math.max(version.files, known?.files ?? 0),
      });
    }
    for (const model of answer.models) models.set(model.modelVersion, model);
    for (const file of answer.labelFiles) {
      const known = labelFiles.get(file.sha256);
      labelFiles.set(file.sha256, { ...file, rows: rowsOf(file.rows, known?.rows ?? 0) });
    }
  }
  return {
    project: last.project,
    added: answers.reduce((sum, { added }) => sum + added, 0),
    keys: last.keys,
    digest: last.digest,
    contents: [...contents.values()],
    indexes: [...new Set(answers.flatMap(({ indexes }) => indexes))],
    versions: [...versions.values()].sort((a, b) => b.version - a.version),
    models: [...models.values()].sort((a, b) => b.modelVersion - a.modelVersion),
    labelFiles: [...labelFiles.values()],
  };
}
