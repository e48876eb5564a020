import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler as assemble } from '../../lambdas/datasets/assemble-dataset.handler.ts';
import type { Manifest } from '../../lambdas/datasets/contract.ts';
import { countNewLabelledRows } from '../../lambdas/datasets/labels/count-new-labelled-rows.ts';
import { handler as receive } from '../../lambdas/datasets/receive-labels.handler.ts';
import { addTombstones } from '../../lambdas/datasets/versions/tombstones.ts';
import type { RunRequest } from '../../lambdas/shared/catalog-items.ts';
import { type LabelsItem, projectPk, SK, type VersionItem } from '../../lambdas/shared/catalog-items.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import { baselineKey, manifestKey, objectKey } from '../../lambdas/shared/keys.ts';
import type { TrainingRunInput } from '../../lambdas/training/contract.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCapture, aServedRow } from '../shared/capture-fixture.ts';
import {
  aCsv,
  anObjectCreated,
  aProject,
  BUCKET,
  deployProject,
  PROJECT,
} from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

const context = {} as Context;
const PK = projectPk(PROJECT);
let aws: FakeAws;
let sequence = 0;
beforeEach(async () => {
  aws = fakeAws();
  deployProject(aws, aProject());
  const { schema } = await putVersion(aws, aProject(), { files: { 'base.csv': aCsv(40) }, withIndex: true });
  aws.put(BUCKET, baselineKey('r1'), JSON.stringify({ schema }));
  aws.items.set(`${PK}|${SK.endpointConfig('cfg')}`, {
    endpointName: 'endpoint',
    modelVersion: 1,
    run: 'r1',
    capturePrefix: 'captures/1/cfg',
  });
  const lines = ['a', 'b'].map((id) =>
    aCapture(
      id,
      '2026-03-04T10:00:00Z',
      Array.from({ length: 5 }, (_, i) => aServedRow(i)),
    ),
  );
  aws.put(BUCKET, 'captures/1/cfg/endpoint/AllTraffic/2026/03/04/10/00-00-000-x.jsonl', lines.join('\n'));
  aws.events.length = 0;
});
afterEach(() => aws.restore());

const record = (inferenceId: string, row: number, more: Record<string, unknown> = {}) =>
  JSON.stringify({
    inferenceId,
    row,
    key: `${inferenceId}${row}`,
    eventTime: '2026-03-04T10:00:00Z',
    label: row % 2,
    labelledAt: '2026-03-05T00:00:00Z',
    ...more,
  });
async function upload(name: string, lines: readonly string[]) {
  aws.put(BUCKET, `labels/${name}`, lines.join('\n'));
  const event = anObjectCreated(aws, `labels/${name}`, String(sequence++));
  return { event, result: await receive(event, context) };
}
const run = (name: string, kind: RunRequest['kind'] = 'alarm'): TrainingRunInput => ({
  project: PROJECT,
  run: name,
  settingsDigest: digestOf(aProject()),
  codeDigest: 'c',
  request: { id: name, kind, reason: '', requestedAt: '' },
  addLabelledRows: true,
});
const labels = () => [...aws.items.keys()].filter((key) => key.startsWith(`${PK}|LABELS#`));
const manifest = (version: number) => aws.json<Manifest>(BUCKET, manifestKey(version));
const labelledRows = (version: number) => {
  const file = manifest(version).files.find(({ path }) => path.startsWith('labelled/'))!;
  return aws.objects
    .get(`${BUCKET}/${objectKey(file.sha256)}`)!
    .bytes.toString()
    .trim()
    .split('\n');
};

describe('receive-labels', () => {
  it('counts valid records and says what is wrong with the others', async () => {
    const { result } = await upload('l.jsonl', [
      record('a', 0),
      record('a', 1),
      'not json',
      record('', 2),
      record('a', -1),
      record('a', 2, { label: 'late' }),
      record('a', 3, { labelledAt: 'yesterday' }),
      '',
    ]);
    expect(result).toMatchObject({
      outcome: 'received',
      rows: 2,
      badLines: {
        'not JSON': 1,
        'no inferenceId': 1,
        'row is no index from 0': 1,
        'label is neither 0 nor 1': 1,
        'labelledAt is no time': 1,
      },
    });
    expect(aws.events).toMatchObject([
      { name: 'LabelsReceived', detail: { rows: 2, key: 'labels/l.jsonl' } },
    ]);
    expect(labels()).toHaveLength(1);
  });

  it('changes nothing for the same content under another name', async () => {
    await upload('l.jsonl', [record('a', 0)]);
    expect((await upload('copy.jsonl', [record('a', 0)])).result.outcome).toBe('duplicate');
    expect(labels()).toHaveLength(1);
    expect(aws.events).toHaveLength(1);
  });

  it('keeps what it received when the name is written again', async () => {
    await upload('l.jsonl', [record('a', 0)]);
    await upload('l.jsonl', [record('a', 1)]);
    expect(labels()).toHaveLength(2);
    const known = aws.items.get(labels()[0]!) as unknown as LabelsItem;
    expect(aws.objects.has(`${BUCKET}/${objectKey(known.sha256)}`)).toBe(true);
  });

  it.each([
    ['no valid line', ['x', 'y']],
    ['nothing', ['']],
  ])('rejects a file with %s', async (_case, lines) => {
    const { result } = await upload('l.jsonl', lines);
    expect(result.outcome).toBe('rejected');
    expect(aws.events.map(({ name }) => name)).toEqual(['UploadRejected']);
    expect(labels()).toEqual([]);
    expect(aws.keys(`${BUCKET}/rejected/`)).toHaveLength(2);
  });

  it.each([
    ['latin.jsonl', Buffer.from([0xe9, 0x0a]), 'it is not text in UTF-8 with one record a line'],
    ['plain.jsonl.gz', record('a', 0), 'it is not gzip-compressed, though its name ends in .gz'],
  ])('rejects %s, which cannot be read at all, and says why', async (name, content, why) => {
    aws.put(BUCKET, `labels/${name}`, content);
    const result = await receive(anObjectCreated(aws, `labels/${name}`, String(sequence++)), context);

    expect(result).toMatchObject({ outcome: 'rejected', rows: 0 });
    const reason = `File "${name}" has no valid label record: ${why}.`;
    expect(aws.events).toMatchObject([
      {
        name: 'UploadRejected',
        detail: { reasons: [reason], reason },
      },
    ]);
  });
});

describe('assemble-dataset', () => {
  it('joins labels with captures into a new version that has both', async () => {
    await upload('l.jsonl', [record('a', 0), record('a', 1), record('b', 4), record('gone', 0)]);
    const result = await assemble(run('run-a1'), context);

    expect(result).toMatchObject({ version: 2, rows: 43 });
    expect(labelledRows(2)).toEqual([
      'id,at,distance,delay,origin,late',
      'a0,2026-03-04 10:00:00,100,-1.5,A,0',
      'a1,2026-03-04 10:00:00,162,-0.5,B,1',
      'b4,2026-03-04 10:00:00,154,2.5,B,0',
    ]);
    expect(aws.items.get(`${PK}|${SK.version(2)}`)).toMatchObject({
      source: { kind: 'labels', run: 'run-a1' },
      labelFiles: [expect.stringMatching(/^[0-9a-f]{64}$/)],
    });
    expect(aws.events.at(-1)).toMatchObject({
      name: 'DatasetVersioned',
      detail: { version: 2, run: 'run-a1' },
    });
    expect(
      aws.json<{ checks: { reason: string }[] }>(BUCKET, 'datasets/2/checks.json').checks[0]!.reason,
    ).toContain('3 of 4 labelled rows joined; left out: 1 without capture');
    expect(aws.json<{ rows: number }>(BUCKET, 'datasets/2/profile.json').rows).toBe(43);
  });

  it('gives the same version when the step is retried', async () => {
    await upload('l.jsonl', [record('a', 0)]);
    const first = await assemble(run('run-a1'), context);
    expect(await assemble(run('run-a1'), context)).toMatchObject({
      version: first.version,
      digest: first.digest,
    });
    expect(aws.items.get(`${PK}|${SK.version(3)}`)).toBeUndefined();
  });

  it('replaces a row whose label was corrected, the later one winning whatever the order of files', async () => {
    await upload('l1.jsonl', [record('a', 0), record('a', 1)]);
    await assemble(run('run-a1'), context);
    await upload('l2.jsonl', [record('a', 0, { label: 1, labelledAt: '2026-03-06T00:00:00Z' })]);
    await upload('l3.jsonl', [record('a', 0, { label: 0, labelledAt: '2026-03-04T00:00:00Z' })]);
    const result = await assemble(run('run-b1'), context);

    expect(result).toMatchObject({ version: 3, rows: 42 });
    expect(labelledRows(3)[1]).toBe('a0,2026-03-04 10:00:00,100,-1.5,A,1');
    expect(manifest(3).files).toHaveLength(2);
  });

  it('leaves out a row whose key came by an upload, and one without key', async () => {
    await upload('l.jsonl', [
      record('a', 0, { key: 'f3' }),
      record('a', 1),
      record('a', 2, { key: undefined }),
    ]);
    expect(await assemble(run('run-a1'), context)).toMatchObject({ rows: 41 });
  });

  it('refuses a run by an alarm when nothing is new, and lets a person have the head', async () => {
    await upload('l.jsonl', [record('gone', 0)]);
    await expect(assemble(run('run-a1'), context)).rejects.toMatchObject({ code: 'NoNewLabelledRows' });
    expect(await assemble(run('run-m1', 'manual'), context)).toMatchObject({ version: 1, rows: 40 });
  });
});

describe('assemble-dataset on a version with rows that do not count', () => {
  const dropped = async () => {
    const files = { 'base.csv': aCsv(40), 'more.csv': aCsv(3, { from: 3 }) };
    // f3, f4 and f5 come twice; the later file wins
    const rows = [4, 5, 6].map((row) => ['base.csv', row] as const);
    await putVersion(aws, aProject(), { files, dropped: rows, withIndex: true });
  };

  it('keeps the dropped rows dropped, and counts and profiles without them', async () => {
    await dropped();
    await upload('l.jsonl', [record('a', 0), record('a', 1)]);
    expect(await assemble(run('run-a1'), context)).toMatchObject({ version: 2, rows: 42 });

    expect(manifest(2)).toMatchObject({ rows: 42, droppedRows: 3, fileCount: 3 });
    expect(aws.json<{ rows: number }>(BUCKET, 'datasets/2/profile.json').rows).toBe(42);
    const bytes = (version: number) => aws.objects.get(`${BUCKET}/datasets/${version}/dropped.parquet`);
    expect(bytes(2)!.bytes.equals(bytes(1)!.bytes)).toBe(true);
  });

  it('has an index of the labelled rows beside that of the upload, and replaces it the next time', async () => {
    await upload('l1.jsonl', [record('a', 0)]);
    await assemble(run('run-a1'), context);
    const first = manifest(2).indexes!;
    expect(first).toHaveLength(2);
    expect(first[0]).toBe(manifest(1).indexes![0]);
    await upload('l2.jsonl', [record('a', 1)]);
    await assemble(run('run-b1'), context);
    const second = manifest(3).indexes!;
    expect(second).toHaveLength(2);
    expect(second[0]).toBe(first[0]);
    expect(second[1]).not.toBe(first[1]);
    for (const key of [...first, ...second]) expect(aws.objects.has(`${BUCKET}/${key}`)).toBe(true);
  });
});

describe('forgotten keys', () => {
  const forget = (...keys: string[]) => addTombstones(PROJECT, BUCKET, { keys, keyType: 'string' });

  it('are in no version that is assembled later: neither of uploads nor of labels', async () => {
    await upload('l.jsonl', [record('a', 0), record('a', 1), record('b', 4)]);
    await forget('a1', 'f7');
    expect(await assemble(run('run-a1'), context)).toMatchObject({ version: 2, rows: 41 });

    expect(
      labelledRows(2)
        .slice(1)
        .map((line) => line.split(',')[0]),
    ).toEqual(['a0', 'b4']);
    const { tombstones, rows } = manifest(2);
    expect(rows).toBe(41);
    expect(tombstones).toMatch(/^[0-9a-f]{64}$/);
    expect(aws.json<{ rows: number }>(BUCKET, 'datasets/2/profile.json').rows).toBe(41);
    expect(
      aws.json<{ checks: { reason: string }[] }>(BUCKET, 'datasets/2/checks.json').checks[0]!.reason,
    ).toContain('2 of 2 labelled rows joined');
  });

  it('are not replaced by an earlier record of the same row that has no key or another', async () => {
    await upload('l1.jsonl', [record('a', 0, { key: 'before' }), record('a', 1)]);
    await upload('l2.jsonl', [record('a', 0, { labelledAt: '2026-03-06T00:00:00Z' })]);
    await forget('a0');
    await assemble(run('run-a1'), context);
    expect(
      labelledRows(2)
        .slice(1)
        .map((line) => line.split(',')[0]),
    ).toEqual(['a1']);
  });

  it('are no new labelled rows', async () => {
    await upload('l1.jsonl', [record('a', 0), record('a', 1)]);
    const count = () => countNewLabelledRows({ project: PROJECT, bucket: BUCKET, knownLabelFiles: [] });
    expect((await count()).newRows).toBe(2);
    await forget('a1');
    expect((await count()).newRows).toBe(1);
  });

  it('end a run by an alarm when nothing else is new', async () => {
    await upload('l.jsonl', [record('a', 0)]);
    await forget('a0');
    await expect(assemble(run('run-a1'), context)).rejects.toMatchObject({
      code: 'NoNewLabelledRows',
      message: expect.stringContaining('1 more are of keys to forget'),
    });
  });
});

describe('countNewLabelledRows', () => {
  const count = (knownLabelFiles: readonly string[]) =>
    countNewLabelledRows({ project: PROJECT, bucket: BUCKET, knownLabelFiles });

  it('counts rows that are new or corrected since the version', async () => {
    await upload('l1.jsonl', [record('a', 0), record('a', 1)]);
    await assemble(run('run-a1'), context);
    const { labelFiles } = aws.items.get(`${PK}|${SK.version(2)}`) as unknown as VersionItem;
    expect(await count(labelFiles)).toEqual({ newRows: 0, labelledRows: 2, labelFiles: 1 });

    // one repeated, one corrected, one new
    const later = { labelledAt: '2026-03-06T00:00:00Z' };
    await upload('l2.jsonl', [
      record('a', 0, later),
      record('a', 1, { ...later, label: 0 }),
      record('b', 0, later),
    ]);
    expect(await count(labelFiles)).toEqual({ newRows: 2, labelledRows: 3, labelFiles: 2 });
    expect(await count([])).toMatchObject({ newRows: 3 });
  });

  it('is zero without labels', async () => {
    expect(await count([])).toEqual({ newRows: 0, labelledRows: 0, labelFiles: 0 });
  });
});
