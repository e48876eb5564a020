/** Asks for keys to be forgotten. Keys go to the function that needs them and nowhere else: no event, no log, no file. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  FORGET_LIMIT,
  type ForgetKeysInput,
  type ForgetKeysResult,
} from '../../lambdas/datasets/contract.ts';
import { type Connection, UsageError } from './connect.ts';

/** What all calls together answered. */
export type Forgotten = Omit<ForgetKeysResult, 'next'>;

/**
 * Puts keys on the tombstone list and finds what still holds them. Repeating it changes nothing.
 * @param onCall before each call: batches of `FORGET_LIMIT` keys, each as often as the versions need.
 * @throws UsageError when the function fails; its message has no key in it.
 */
export async function forgetKeys(
  connection: Connection,
  keys: readonly string[],
  onCall?: (keysDone: number) => void,
): Promise<Forgotten> {
  const answers: ForgetKeysResult[] = [];
  for (let from = 0; from < keys.length; from += FORGET_LIMIT) {
    let next: number | undefined;
    do {
      onCall?.(from);
      const answer = await invoke(connection, {
        project: connection.project,
        keys: keys.slice(from, from + FORGET_LIMIT),
        next,
      });
      answers.push(answer);
      next = answer.next;
    } while (next !== undefined);
  }
  return together(answers);
}

async function invoke({ lambda, names }: Connection, input: ForgetKeysInput): Promise<ForgetKeysResult> {
  const FunctionName = names.function('forget-keys');
  const { FunctionError, Payload } = await lambda.send(
    // without LogType: the tail of the log is not asked for
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError === undefined) return answer as ForgetKeysResult;
  throw new UsageError(
    `${FunctionName} failed: ${answer.errorMessage ?? FunctionError}; nothing was taken off the list: run the same command again`,
  );
}

/** One answer from several: each version was looked at for each batch of keys. */
function together(answers: readonly ForgetKeysResult[]): Forgotten {
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
        rows: content.rows + (known?.rows ?? 0),
        versions: [...numbers].sort((a, b) => b - a),
      });
    }
    for (const version of answer.versions) {
      const known = versions.get(version.version);
      versions.set(version.version, {
        ...version,
        rows: version.rows + (known?.rows ?? 0),
        // batches of keys may be in the same files: the contents say how many there are
        files: Math.max(version.files, known?.files ?? 0),
      });
    }
    for (const model of answer.models) models.set(model.modelVersion, model);
    for (const file of answer.labelFiles) {
      const known = labelFiles.get(file.sha256);
      labelFiles.set(file.sha256, { ...file, rows: file.rows + (known?.rows ?? 0) });
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
