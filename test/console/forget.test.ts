/** Forgetting keys: each reaches the function, and nothing else. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgottenText, readKeys, watchText } from '../../console/cli/forget.ts';
import { type Connection, patientLambda } from '../../console/client/connect.ts';
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

let lambda: ReturnType<typeof mockClient>;
let inputs: (ForgetKeysInput & { readonly name: string })[];

function answer(answers: readonly Partial<ForgetKeysResult>[]): void {
  lambda.on(InvokeCommand).callsFake(({ FunctionName, Payload, ...rest }) => {
    expect(rest).toEqual({});
    inputs.push({ name: FunctionName, ...JSON.parse(Payload) });
    return { Payload: Buffer.from(JSON.stringify({ ...NOTHING, ...answers[inputs.length - 1] })) };
  });
}

beforeEach(() => {
  lambda = mockClient(LambdaClient);
  inputs = [];
});
afterEach(() => lambda.restore());

describe('forgetting', () => {
  it('goes on until all versions were looked at, and adds the answers up', async () => {
    const content = { sha256: 'c', path: 'a.csv', rows: 1, versions: [7] };
    answer([
      { added: 2, keys: 9, versions: [{ version: 7, rows: 1, files: 1 }], contents: [content], next: 6 },
      {
        added: 0,
        keys: 9,
        versions: [{ version: 5, rows: 4, files: 2 }],
        // read again: what one call has looked at, the next does not know
        contents: [{ ...content, versions: [5] }],
      },
    ]);

    const told: unknown[] = [];
    const forgotten = await forgetKeys(connection, ['a', 'b'], (progress) => told.push(progress));

    const name = 'driftless-dev-forget-keys';
    const input = { name, project: 'flights', keys: ['a', 'b'], seconds: 240 };
    expect(told).toEqual([
      { keysDone: 0, next: undefined },
      { keysDone: 0, next: 6 },
    ]);
    expect(inputs).toEqual([input, { ...input, next: 6 }]);
    expect(forgotten).toMatchObject({
      added: 2,
      keys: 9,
      versions: [{ version: 7 }, { version: 5 }],
      contents: [{ sha256: 'c', rows: 1, versions: [7, 5] }],
    });
  });

  it('sends ten thousand keys at a time', async () => {
    const content = { sha256: 'c', path: 'a.csv', rows: 7, versions: [1] };
    answer([
      { added: 10_000, contents: [content] },
      { added: 5, contents: [{ ...content, rows: 2 }] },
    ]);
    const keys = Array.from({ length: 10_005 }, (_, index) => `k${index}`);
    // rows of other keys are other rows
    expect(await forgetKeys(connection, keys)).toMatchObject({ added: 10_005, contents: [{ rows: 9 }] });
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

describe('a call over the network', () => {
  let server: Server;
  let calls: string[];
  /** Answers of the function's service, one a call; undefined breaks the connection. */
  async function serve(answers: readonly ((response: ServerResponse) => void)[]): Promise<Connection> {
    calls = [];
    server = createServer((request, response) => {
      calls.push(request.url!);
      request.resume().on('end', () => answers[calls.length - 1]!(response));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const client = patientLambda({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    return { ...connection, lambda: client };
  }
  const breaks = (response: ServerResponse) => response.socket!.destroy();
  const isBusy = (response: ServerResponse) => {
    response.writeHead(429, { 'x-amzn-errortype': 'TooManyRequestsException' }).end('{}');
  };
  const answers = (response: ServerResponse) => response.end(JSON.stringify({ ...NOTHING, added: 1 }));
  beforeEach(() => lambda.restore());
  afterEach(() => server.close());

  it('is not made a second time while the function may still be at work', async () => {
    const failed = forgetKeys(await serve([breaks, answers]), ['secret-key']);
    await expect(failed).rejects.toThrow(
      /^no answer of driftless-dev-forget-keys arrived \(.*hang up\); it may still be at work, .* run the same command again$/,
    );
    expect(calls).toEqual(['/2015-03-31/functions/driftless-dev-forget-keys/invocations']);
  });

  it('is made again when it was turned away', async () => {
    expect(await forgetKeys(await serve([isBusy, isBusy, answers]), ['a'])).toMatchObject({ added: 1 });
    expect(calls).toHaveLength(3);
  });

  it('is waited for as long as a function may last', async () => {
    const { lambda: client } = await serve([answers]);
    const handler = client.config.requestHandler as { httpHandlerConfigs(): Record<string, number> };
    await forgetKeys({ ...connection, lambda: client }, ['a']);
    const { socketTimeout, requestTimeout = 0 } = handler.httpHandlerConfigs();
    expect(socketTimeout).toBeGreaterThan(15 * 60_000);
    // 0: none
    expect(requestTimeout).toBe(0);
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

it.each([
  [{ keysDone: 0 }, 'looking for rows of 20,000 keys, 2 min 5 s'],
  [
    { keysDone: 10_000, next: 7 },
    'looking for rows of 20,000 keys (10,000 done) in version 7 and older, 2 min 5 s',
  ],
])('shows where the search is: %j', (progress, text) => {
  expect(watchText(20_000, progress, 125)).toBe(text);
});
