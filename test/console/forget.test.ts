/** Forgetting keys: each reaches the function, and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgottenText, readKeys } from '../../console/cli/forget.ts';
import type { Connection } from '../../console/client/connect.ts';
import { forgetKeys } from '../../console/client/forget.ts';
import type { ForgetKeysInput, ForgetKeysResult } from '../../lambdas/datasets/contract.ts';
import { Names } from '../../lambdas/shared/names.ts';

const connection = {
  project: 'flights',
  bucket: 'data',
  names: new Names('dev', { account: '111122223333', region: 'eu-west-1' }),
  lambda: new LambdaClient({ region: 'eu-west-1' }),
} as unknown as Connection;
const NOTHING: ForgetKeysResult = {
  project: 'flights',
  added: 0,
  keys: 0,
  digest: 'd',
  contents: [],
  indexes: [],
  versions: [],
  models: [],
  labelFiles: [],
};

const lambda = mockClient(LambdaClient);
let inputs: (ForgetKeysInput & { readonly name: string })[];

function answer(answers: readonly Partial<ForgetKeysResult>[]): void {
  lambda.on(InvokeCommand).callsFake(({ FunctionName, Payload, ...rest }) => {
    expect(rest).toEqual({});
    inputs.push({ name: FunctionName, ...JSON.parse(Payload) });
    return { Payload: Buffer.from(JSON.stringify({ ...NOTHING, ...answers[inputs.length - 1] })) };
  });
}

beforeEach(() => {
  lambda.reset();
  inputs = [];
});

describe('forgetting', () => {
  it('goes on until all versions were looked at, and adds the answers up', async () => {
    const content = { sha256: 'c', path: 'a.csv', rows: 1, versions: [7] };
    answer([
      { added: 2, keys: 9, versions: [{ version: 7, rows: 1, files: 1 }], contents: [content], next: 6 },
      {
        added: 0,
        keys: 9,
        versions: [{ version: 5, rows: 4, files: 2 }],
        contents: [{ ...content, rows: 0, versions: [5] }],
      },
    ]);

    const forgotten = await forgetKeys(connection, ['a', 'b']);

    const input = { name: 'driftless-dev-forget-keys', project: 'flights', keys: ['a', 'b'] };
    expect(inputs).toEqual([input, { ...input, next: 6 }]);
    expect(forgotten).toMatchObject({
      added: 2,
      keys: 9,
      versions: [{ version: 7 }, { version: 5 }],
      contents: [{ sha256: 'c', rows: 1, versions: [7, 5] }],
    });
  });

  it('sends ten thousand keys at a time', async () => {
    answer([{ added: 10_000 }, { added: 5 }]);
    const keys = Array.from({ length: 10_005 }, (_, index) => `k${index}`);
    expect(await forgetKeys(connection, keys)).toMatchObject({ added: 10_005 });
    expect(inputs.map((input) => input.keys.length)).toEqual([10_000, 5]);
    expect(inputs.flatMap((input) => input.keys)).toEqual(keys);
  });

  it('says what failed, without the keys', async () => {
    const Payload = Buffer.from(JSON.stringify({ errorMessage: 'the list is contended' }));
    lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: Payload as never });
    const failed = forgetKeys(connection, ['secret-key']);
    await expect(failed).rejects.toThrow(
      /^driftless-dev-forget-keys failed: the list is contended; .*again$/,
    );
    await expect(failed).rejects.not.toThrow(/secret-key/);
  });
});

describe('keys', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'driftless-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('come from the command line and from a file, each once', () => {
    const file = join(folder, 'keys.txt');
    writeFileSync(file, '\ufeffa\r\nb b\r\n\r\n"c"\n');
    expect(readKeys(['z', 'a'], file)).toEqual(['z', 'a', 'b b', '"c"']);
  });

  it.each([
    [[], /^no keys; pass --key KEY, or --keys-file FILE with one a line$/],
    [[''], /^--key: got an empty key/],
  ])('%j are none', (keys, says) => {
    expect(() => readKeys(keys, undefined)).toThrow(says);
  });
});

it('tells what still holds the keys, and how to remove it, and no key', () => {
  const text = forgottenText({ bucket: 'data' }, 3, {
    ...NOTHING,
    added: 2,
    keys: 5,
    versions: [{ version: 4, rows: 6, files: 2 }],
    contents: [{ sha256: 'abc', path: 'a.csv', rows: 6, versions: [4] }],
    models: [{ modelVersion: 8, datasetVersion: 4, run: 'run-1', modelPackageArn: 'arn' }],
    indexes: ['indexes/x/y.parquet'],
  });
  expect(text.split('\n').slice(0, 2)).toEqual([
    '2 keys put on the list, 1 had been on it; it holds 5 keys (tombstones/d.json)',
    'later versions, splits, runs and monitors leave their rows out',
  ]);
  expect(text).toMatch(/version {2}rows {2}files\n─+ +─+ +─+\n {6}4 +6 +2/);
  expect(text).toContain('s3://data/objects/abc');
  expect(text).toContain('s3://data/indexes/x/y.parquet');
  expect(text).toMatch(/for good, .*: docs\/erasure\.md$/);
});
