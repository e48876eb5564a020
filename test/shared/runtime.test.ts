import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCapture } from '../../lambdas/shared/captures.ts';
import { createItem, getItem, putItem, queryItems, replaceItem } from '../../lambdas/shared/catalog.ts';
import { ENV, ERROR } from '../../lambdas/shared/contract.ts';
import { recordDecision } from '../../lambdas/shared/decisions.ts';
import { requireEnv } from '../../lambdas/shared/env.ts';
import { NonRetryableError, RetryableError } from '../../lambdas/shared/errors.ts';
import { publish } from '../../lambdas/shared/events.ts';
import { makeHandler } from '../../lambdas/shared/make-handler.ts';
import { copyObject, findObject, putJson } from '../../lambdas/shared/objects.ts';
import { loadProject, loadSettings } from '../../lambdas/shared/project-settings.ts';
import { chiSquareQuantile } from '../../lambdas/shared/statistics/chi-square.ts';
import { normalCdf, normalQuantile } from '../../lambdas/shared/statistics/normal.ts';
import { type FakeAws, fakeAws } from './aws-fakes.ts';
import { aCapture } from './capture-fixture.ts';

let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => {
  aws.restore();
  vi.useRealTimers();
});

describe('catalog', () => {
  it('lets one of two writers win who read the same revision', async () => {
    await putItem('p', 's', { value: 1 });
    const read = await getItem<{ value: number }>('p', 's');
    expect(read).toEqual({ item: { value: 1 }, sk: 's', revision: 1 });
    const won = await Promise.all([2, 3].map((value) => replaceItem('p', 's', { value }, read!.revision)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await getItem('p', 's'))!.revision).toBe(2);
  });
  it('creates an item once', async () => {
    expect(await createItem('p', 's', { value: 1 })).toBe(true);
    expect(await createItem('p', 's', { value: 2 })).toBe(false);
    expect(await replaceItem('p', 's', { value: 2 }, undefined)).toBe(false);
    expect((await getItem<{ value: number }>('p', 's'))!.item.value).toBe(1);
  });
  it('finds by prefix, in order, newest first when asked', async () => {
    for (const sk of ['A#1', 'A#2', 'A#3', 'B#1']) await putItem('p', sk, { sk });
    expect((await queryItems('p', 'A#')).map(({ sk }) => sk)).toEqual(['A#1', 'A#2', 'A#3']);
    const newest = await queryItems('p', 'A#', { newestFirst: true, limit: 1 });
    expect(newest.map(({ sk }) => sk)).toEqual(['A#3']);
  });
});

describe('decisions', () => {
  const decision = {
    project: 'p',
    kind: 'gate',
    subject: 'run',
    by: 'test',
    judgement: { rule: 'quality', verdict: 'PASS', reason: 'r', inputs: {} },
  } as const;
  const count = () => [...aws.items.keys()].filter((key) => key.includes('|DECISION#')).length;

  it('are recorded once, under the time of the first attempt', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000 });
    const id = await recordDecision(decision);
    vi.setSystemTime(9_000);
    expect(await recordDecision(decision)).toBe(id);
    expect(count()).toBe(1);
  });
  it('of another occasion are others', async () => {
    await recordDecision(decision);
    await recordDecision({ ...decision, occasion: 'asked again' });
    expect(count()).toBe(2);
  });
  it('whose recording was killed half way are finished by the retry', async () => {
    aws.before = (operation, input) => {
      const { sk } = (input.Item ?? {}) as { sk?: string };
      if (operation === 'PutItem' && sk?.startsWith('DECISION#')) throw new Error('killed');
    };
    await expect(recordDecision(decision)).rejects.toThrow('killed');
    aws.before = () => {};
    await recordDecision(decision);
    expect(count()).toBe(1);
  });
});

describe('events', () => {
  it('that the bus did not take are a retryable error, though the call succeeded', async () => {
    mockClient(EventBridgeClient)
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] });
    const detail = { project: 'p', what: 'w', repaired: false };
    await expect(publish('DifferenceFound', detail)).rejects.toMatchObject({
      name: ERROR.retryable,
      message: expect.stringContaining('ThrottlingException'),
    });
  });
});

describe('errors and environment', () => {
  it('keep name, code, details and cause', () => {
    const cause = new Error('c');
    const error = new NonRetryableError('m', { cause, code: 'Code', details: { a: 1 } });
    expect(error).toMatchObject({ name: ERROR.nonRetryable, code: 'Code', details: { a: 1 }, cause });
    expect(new RetryableError('m')).toMatchObject({ name: ERROR.retryable, details: {} });
  });
  it('an absent or empty variable is a deployment mistake', () => {
    for (const value of [undefined, '']) {
      if (value === undefined) delete process.env[ENV.stage];
      else process.env[ENV.stage] = value;
      expect(() => requireEnv(ENV.stage)).toThrow(/DRIFTLESS_STAGE is not set/);
    }
  });
  it('a handler passes on what its inner function throws', async () => {
    const handler = makeHandler({ name: 'x', run: async () => Promise.reject(new RetryableError('busy')) });
    await expect(handler({}, {} as Context)).rejects.toMatchObject({ name: ERROR.retryable });
  });
  it.each([
    ['a connection that broke', { name: 'TimeoutError', message: 'write EPIPE' }, ERROR.retryable],
    ['a throttle', { name: 'ThrottlingException', message: 'slow down' }, ERROR.retryable],
    ['a mistake', { name: 'ValidationException', message: 'no such thing' }, 'ValidationException'],
  ])('%s gets the name that workflows go by', async (_what, thrown, name) => {
    const error = Object.assign(new Error(thrown.message), { name: thrown.name });
    const handler = makeHandler({ name: 'x', run: async () => Promise.reject(error) });
    await expect(handler({}, {} as Context)).rejects.toMatchObject({ name, message: thrown.message });
  });
});

describe('objects', () => {
  it('are written once when asked to', async () => {
    expect(await putJson('b', 'k', { v: 1 }, { ifAbsent: true })).toBe(true);
    expect(await putJson('b', 'k', { v: 2 }, { ifAbsent: true })).toBe(false);
    expect(aws.json('b', 'k')).toEqual({ v: 1 });
  });
  it('are copied only as the bytes that were read, and above 5 GiB not at all', async () => {
    aws.put('b', 'source é.csv', 'one');
    const read = (await findObject('b', 'source é.csv'))!;
    aws.put('b', 'source é.csv', 'two!');
    await expect(copyObject('b', read, 'target')).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const now = (await findObject('b', 'source é.csv'))!;
    expect(await copyObject('b', now, 'target')).toEqual({ copied: true });
    expect(await copyObject('b', now, 'target')).toEqual({ copied: false });
    await expect(copyObject('b', { ...now, size: 6e9 }, 'other')).rejects.toMatchObject({
      code: 'ObjectTooLarge',
    });
  });
  it('and projects that do not exist are named', async () => {
    await expect(loadProject('nobody')).rejects.toThrow('project "nobody" is not in the catalog');
    await expect(loadSettings('b', 'none')).rejects.toMatchObject({ code: 'SettingsMissing' });
  });
});

describe('captures', () => {
  const rows = [{ features: ['1', 'a,b'], score: 0.5 }];
  const line = aCapture('i', '2026-03-04T10:00:00Z', rows);
  it('are read with their row index, quoted fields whole', () => {
    const quoted = line.replace('1,a,b', '1,\\"a,b\\"');
    expect(readCapture(quoted, 2)).toEqual({
      malformedRows: 0,
      rows: [
        {
          inferenceId: 'i',
          row: 0,
          inferenceTime: '2026-03-04T10:00:00Z',
          prediction: '0.5',
          features: '1,"a,b"',
        },
      ],
    });
  });
  it('end with the last line that is not empty, whether or not a line ends it', () => {
    for (const end of ['', '\\n', '\\n\\n', '\\r\\n']) {
      const ended = line.replace('1,a,b\\n', `1,a,b${end}`);
      expect(readCapture(ended, 3)).toMatchObject({ malformedRows: 0, rows: [{ features: '1,a,b' }] });
    }
  });
  it('count a line of another number of fields, and keep the numbers of the others', () => {
    const three = line
      .replace('1,a,b\\n', '1,a\\n2,a,b\\n3,a,b,c\\n')
      .replace('0.5\\n', '0.5\\n0.6\\n0.7\\n');
    expect(readCapture(three, 3)).toMatchObject({ malformedRows: 2, rows: [{ row: 1, features: '2,a,b' }] });
  });
  it('in Base64 are read too', () => {
    const record = JSON.parse(line);
    for (const side of Object.values(record.captureData) as { data: string; encoding: string }[]) {
      side.data = Buffer.from(side.data).toString('base64');
      side.encoding = 'BASE64';
    }
    expect(readCapture(JSON.stringify(record), 3)).toMatchObject({ rows: [{ prediction: '0.5' }] });
  });
  it('without the caller’s id go by the event’s', () => {
    const record = JSON.parse(line);
    delete record.eventMetadata.inferenceId;
    expect(readCapture(JSON.stringify(record), 3)).toMatchObject({ rows: [{ inferenceId: 'event-i' }] });
  });
  it.each([
    ['not JSON', 'x'],
    ['without input or output', '{}'],
    [
      'without input or output',
      JSON.stringify({ captureData: { endpointInput: { data: '', encoding: 'CSV' } } }),
    ],
    ['without id or time', line.replace('2026-03-04T10:00:00Z', 'yesterday')],
    ['not CSV', line.replace('"encoding":"CSV"', '"encoding":"JSON"')],
    ['with another number of answers than rows', line.replace('0.5\\n', '0.5\\n0.6\\n')],
  ])('that are %s tell nothing', (problem, text) => {
    expect(readCapture(text, 3)).toEqual({ problem });
  });
});

describe('distributions', () => {
  // R: qnorm, pnorm, qchisq
  it.each([
    [0.975, 1.959963984540054],
    [0.5, 0],
    [0.025, -1.959963984540054],
    [1e-9, -5.997807015007686],
  ])('normal quantile of %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 10);
    expect(normalCdf(z)).toBeCloseTo(p, 12);
  });
  it.each([
    [0.95, 1, 3.841458820694124],
    [0.999, 9, 27.877164871256568],
    [0.5, 2, 1.386294361119891],
  ])('χ² quantile of %d with %d degrees', (p, degrees, x) => {
    expect(chiSquareQuantile(p, degrees)).toBeCloseTo(x, 8);
  });
});
