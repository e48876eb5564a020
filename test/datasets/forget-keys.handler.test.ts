import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForgetKeysResult, Manifest } from '../../lambdas/datasets/contract.ts';
import { handler } from '../../lambdas/datasets/forget-keys.handler.ts';
import { handler as receiveLabels } from '../../lambdas/datasets/receive-labels.handler.ts';
import { type DecisionItem, projectPk, SK, type TombstonesItem } from '../../lambdas/shared/catalog-items.ts';
import { sha256 } from '../../lambdas/shared/digest.ts';
import { manifestKey } from '../../lambdas/shared/keys.ts';
import { logger } from '../../lambdas/shared/logger.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import {
  aCsv,
  anObjectCreated,
  aProject,
  BUCKET,
  deployProject,
  PROJECT,
} from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

const context = { getRemainingTimeInMillis: () => 900_000 } as Context;
const PK = projectPk(PROJECT);
let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
  deployProject(aws, aProject());
});
afterEach(() => aws.restore());

const [OLD, BOTH, NEW] = [aCsv(10), aCsv(10, { from: 10 }), aCsv(10, { from: 20 })];
/** f0 to f9 in old.csv, f10 to f19 in both.csv, f20 to f29 in new.csv. */
async function twoVersions(withIndex: boolean, settings: ProjectSettings = aProject()) {
  await putVersion(aws, settings, { version: 1, files: { 'old.csv': OLD, 'both.csv': BOTH }, withIndex });
  await putVersion(aws, settings, { version: 2, files: { 'both.csv': BOTH, 'new.csv': NEW }, withIndex });
}
const forget = (...keys: string[]) => handler({ project: PROJECT, keys }, context);
const decisions = () =>
  [...aws.items.values()].filter(({ sk }) => String(sk).startsWith('DECISION#')) as unknown as DecisionItem[];

describe('forget-keys', () => {
  it.each([
    ['from their indexes', true],
    ['by reading the files', false],
  ])('says which versions and contents hold the keys, %s', async (_case, withIndex) => {
    await twoVersions(withIndex);
    const read: string[] = [];
    aws.before = (operation, { Key }) => {
      if (operation === 'GetObject') read.push(String(Key));
    };
    const result = await forget('f3', 'f12', 'f13', 'f25', 'nobody');

    expect(result).toMatchObject({ project: PROJECT, added: 5, keys: 5 });
    expect(result.versions).toEqual([
      { version: 2, rows: 3, files: 2 },
      { version: 1, rows: 3, files: 2 },
    ]);
    const contents = [
      { sha256: sha256(OLD), path: 'old.csv', rows: 1, versions: [1] },
      { sha256: sha256(BOTH), path: 'both.csv', rows: 2, versions: [2, 1] },
      { sha256: sha256(NEW), path: 'new.csv', rows: 1, versions: [2] },
    ];
    expect(result.contents).toEqual(contents.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)));
    expect(result.indexes).toHaveLength(withIndex ? 2 : 0);
    // each content once, or none at all
    expect(read.filter((key) => key.startsWith('objects/'))).toHaveLength(withIndex ? 0 : 3);
    expect(result.next).toBeUndefined();
  });

  it('finds rows that the version had dropped: the bytes still hold them', async () => {
    await putVersion(aws, aProject(), {
      files: { 'a.csv': aCsv(10), 'b.csv': aCsv(1, { from: 3 }) },
      dropped: [['a.csv', 4]],
    });
    expect((await forget('f3')).versions).toEqual([{ version: 1, rows: 2, files: 2 }]);
  });

  it.each([
    ['with indexes', true],
    ['without', false],
  ])('says that nothing is left once contents and indexes were removed, %s', async (_case, withIndex) => {
    await twoVersions(withIndex);
    const { contents, indexes } = await forget('f12');
    for (const { sha256: digest } of contents) aws.objects.delete(`${BUCKET}/objects/${digest}`);
    expect((await forget('f12')).versions).toEqual([]);
    for (const key of indexes) aws.objects.delete(`${BUCKET}/${key}`);
    expect(await forget('f12')).toMatchObject({ versions: [], contents: [], indexes: [] });
    // what is left is still found
    expect((await forget('f3')).versions).toEqual([{ version: 1, rows: 1, files: 1 }]);
  });

  it('does not take an error for a removed file', async () => {
    await twoVersions(false);
    aws.before = (operation, { Key }) => {
      if (operation === 'GetObject' && String(Key).startsWith('objects/')) {
        throw Object.assign(new Error('no'), { name: 'AccessDenied' });
      }
    };
    await expect(forget('f12')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('reads the files of a version whose index leaves the keys out because they were forgotten before', async () => {
    await forget('f3');
    const { digest } = aws.items.get(`${PK}|${SK.tombstones}`)! as unknown as TombstonesItem;
    // as a commit does it then: an index without f3 over a file with f3
    const [without, withIt] = ['b', 'a'].map((name) => ({
      [`${name}.csv`]: aCsv(2, { from: name === 'a' ? 3 : 9 }),
    }));
    await putVersion(aws, aProject(), { files: without!, withIndex: true });
    const { indexes } = aws.json<Manifest>(BUCKET, manifestKey(1));
    await putVersion(aws, aProject(), { version: 2, files: withIt!, indexes, tombstones: digest });

    expect((await forget('f3')).versions).toEqual([{ version: 2, rows: 1, files: 1 }]);
    // f4 was not on the list then, so the index is believed
    expect((await forget('f4')).versions).toEqual([]);
  });

  it('names models that were trained on such a version, and label files with records of the keys', async () => {
    await twoVersions(true);
    const model = (modelVersion: number, datasetVersion: number) => {
      const item = {
        modelVersion,
        datasetVersion,
        run: `r${modelVersion}`,
        modelPackageArn: `arn:${modelVersion}`,
      };
      aws.items.set(`${PK}|${SK.model(modelVersion)}`, item);
      return item;
    };
    const onFirst = model(1, 1);
    model(2, 2);
    const records = ['f3', 'f3', 'f4'].map((key, row) =>
      JSON.stringify({ inferenceId: 'a', row, key, label: 1, labelledAt: '2026-03-05T00:00:00Z' }),
    );
    aws.put(BUCKET, 'labels/l.jsonl', records.join('\n'));
    await receiveLabels(anObjectCreated(aws, 'labels/l.jsonl', '1'), context);

    const result = await forget('f3');
    expect(result.models).toEqual([onFirst]);
    expect(result.labelFiles).toEqual([
      { sha256: sha256(records.join('\n')), key: 'labels/l.jsonl', rows: 2 },
    ]);
  });

  it('stops in time and goes on where it is told to', async () => {
    await twoVersions(false);
    const hurried = { getRemainingTimeInMillis: () => 60_000 } as Context;
    const first: ForgetKeysResult = await handler({ project: PROJECT, keys: ['f12'] }, hurried);
    expect(first.versions.map(({ version }) => version)).toEqual([2]);
    expect(first.next).toBe(1);
    const rest = await handler({ project: PROJECT, keys: ['f12'], next: first.next }, context);
    expect(rest.versions.map(({ version }) => version)).toEqual([1]);
    expect(rest.added).toBe(0);
    expect(rest.next).toBeUndefined();
  });

  it('begins no further version once the caller wants to hear of it', async () => {
    await twoVersions(false);
    const early: ForgetKeysResult = await handler(
      { project: PROJECT, keys: ['f12'], seconds: 1e-6 },
      context,
    );
    expect(early).toMatchObject({ versions: [{ version: 2 }], next: 1 });
    expect((await handler({ project: PROJECT, keys: ['f12'], seconds: 600 }, context)).next).toBeUndefined();
  });

  it('takes a key in any form that is the same value', async () => {
    const columns = aProject().dataset.columns.map((column) =>
      column.role === 'key' ? { ...column, type: 'integer' as const } : column,
    );
    const settings = aProject({ columns });
    deployProject(aws, settings);
    await putVersion(aws, settings, { files: { 'a.csv': aCsv(5).replaceAll(/^f/gm, '') } });
    expect((await forget('3.0')).versions).toEqual([{ version: 1, rows: 1, files: 1 }]);
    await expect(forget('4', 'f5', '3.5')).rejects.toMatchObject({
      code: 'KeyNotOfType',
      message:
        '2 of 3 keys are no value of type integer, which the key column has: number 2, 3 of those given; nothing was forgotten',
    });
  });

  it('records the decision without the data, once', async () => {
    await twoVersions(true);
    await forget('f3', 'person-of-interest');
    await forget('person-of-interest', 'f3');
    expect(decisions()).toHaveLength(1);
    expect(decisions()[0]).toMatchObject({
      kind: 'erasure',
      by: 'forget-keys',
      judgement: { rule: 'forget-keys', verdict: 'PASS', inputs: { keys: 2 } },
    });
    expect(JSON.stringify(decisions())).not.toContain('person-of-interest');
    expect(aws.events).toEqual([]);
  });

  it('works before the first version', async () => {
    expect(await forget('f3')).toMatchObject({
      added: 1,
      versions: [],
      contents: [],
      models: [],
      labelFiles: [],
    });
  });

  it('refuses a project without key column', async () => {
    deployProject(aws, aProject({ key: undefined }));
    await expect(forget('f3')).rejects.toMatchObject({ code: 'NoKeyColumn' });
    expect(aws.items.has(`${PK}|${SK.tombstones}`)).toBe(false);
  });

  it.each([
    ['no keys', []],
    ['an empty key', ['secret-key', '']],
    ['too many keys', Array.from({ length: 10_001 }, (_, i) => `secret-key-${i}`)],
  ])('refuses %s without saying any', async (_case, keys) => {
    const error = await forget(...keys).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: 'EventNotUnderstood' });
    expect(error!.message).not.toContain('secret-key');
    expect(error!.message).toContain('keys');
  });

  it('logs no key, not even at debug', async () => {
    await twoVersions(true);
    const lines: string[] = [];
    const streams = [process.stdout, process.stderr].map((stream) => [stream, stream.write] as const);
    const consoles = (['debug', 'info', 'log', 'warn', 'error'] as const).map(
      (name) => [name, console[name]] as const,
    );
    for (const [name] of consoles)
      console[name] = (...parts: unknown[]) => void lines.push(JSON.stringify(parts));
    for (const [stream] of streams) stream.write = ((text: string) => lines.push(String(text)) > 0) as never;
    logger.setLogLevel('DEBUG');
    try {
      await forget('f3', 'secret-key');
    } finally {
      logger.setLogLevel('SILENT');
      for (const [name, original] of consoles) console[name] = original;
      for (const [stream, write] of streams) stream.write = write;
    }
    expect(lines.join()).toContain('decision');
    expect(lines.join()).not.toContain('secret-key');
  });
});
