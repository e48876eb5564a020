import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChecksDocument, Provenance } from '../../lambdas/datasets/contract.ts';
import { planScan } from '../../lambdas/datasets/scan/plan-scan.ts';
import { scanUpload } from '../../lambdas/datasets/scan/scan-upload.ts';
import { commitUpload } from '../../lambdas/datasets/upload/commit-upload.ts';
import { type DecisionItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { sha256 } from '../../lambdas/shared/digest.ts';
import { aCsv, aProject, BUCKET } from '../shared/project-fixture.ts';
import { Stage } from './upload-fixture.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.restore());

describe('an upload of one file', () => {
  it('becomes version 1 with its documents, and may leave incoming/ then', async () => {
    const result = await stage.play(stage.put('jan.csv', aCsv(40)));

    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    const manifest = stage.manifest(1);
    const content = sha256(aCsv(40));
    expect(manifest.rows).toBe(40);
    expect(manifest.files).toEqual([{ path: 'jan.csv', size: aCsv(40).length, sha256: content, rows: 40 }]);
    expect(stage.keys('objects/')).toEqual([`objects/${content}`]);
    const documents = ['checks', 'constraints', 'manifest', 'profile', 'provenance', 'sagemaker-manifest'];
    expect(stage.keys('datasets/')).toEqual(
      [...documents, 'schema', 'statistics'].map((name) => `datasets/1/${name}.json`),
    );
    expect(stage.tag('jan.csv')).toBe('committed');
    expect(stage.item(SK.head)).toMatchObject({ version: 1 });
    expect(stage.item(SK.version(1))).toMatchObject({ rows: 40, files: 1, schemaVersion: 1, labelFiles: [] });
    expect(stage.aws.events).toMatchObject([{ name: 'DatasetVersioned', detail: { version: 1, rows: 40 } }]);
    expect(stage.itemsBelow('DECISION#')).toHaveLength(1);
    stage.expectSound(1);
  });

  it('says where its bytes came from, and who put them', async () => {
    const event = stage.put('jan.csv', aCsv(40));
    await stage.play(event);

    const { etag, 'version-id': versionId } = event.detail.object;
    expect(stage.document<Provenance>('datasets/1/provenance.json')).toMatchObject({
      requester: '123456789012',
      sourceIp: '203.0.113.7',
      files: [{ path: 'jan.csv', readFrom: `s3://${BUCKET}/incoming/jan.csv`, versionId, etag: `"${etag}"` }],
    });
  });

  it('tells what it was accepted in spite of', async () => {
    await stage.play(stage.put('jan.csv', aCsv(40)));
    await stage.play(stage.put('jan.csv', aCsv(12)));

    const [first, second] = stage.aws.events.map(({ detail }) => detail as Record<string, string>);
    expect(first!.warnings).toBeUndefined();
    expect(second).toMatchObject({
      version: 2,
      warnings: expect.stringMatching(/^The upload has 12 rows, /),
    });
    const decisions = stage.itemsBelow('DECISION#') as unknown as DecisionItem[];
    expect(decisions.map(({ judgement }) => judgement.inputs.warnings)).toContain(second!.warnings);
  });

  it('is unchanged when the head has the same content', async () => {
    await stage.play(stage.put('jan.csv', aCsv(40)));
    const result = await stage.play(stage.put('jan.csv', aCsv(40)));

    expect(result).toMatchObject({
      outcome: 'unchanged',
      version: 1,
      reason: 'Upload "jan.csv" has the content of version 1: nothing changed.',
    });
    expect(stage.events()).toEqual(['DatasetVersioned', 'DatasetUnchanged']);
    expect(stage.tag('jan.csv')).toBe('committed');
    expect(stage.itemsBelow('DECISION#')).toHaveLength(2);
    stage.expectSound(1);
  });

  it('moves the head back when an older version had the same content', async () => {
    await stage.play(stage.put('d.csv', aCsv(40)));
    await stage.play(stage.put('d.csv', aCsv(41)));
    const result = await stage.play(stage.put('d.csv', aCsv(40)));

    expect(result).toMatchObject({ outcome: 'moved-back', version: 1 });
    expect(stage.item(SK.head)).toMatchObject({ version: 1 });
    expect(stage.itemsBelow('DECISION#')).toHaveLength(3);
    // and a newer one still gets the next number
    expect(await stage.play(stage.put('d.csv', aCsv(42)))).toMatchObject({ version: 3 });
    stage.expectSound(3);
  });

  it('reads gzip', async () => {
    expect(await stage.play(stage.put('jan.csv.gz', gzipSync(aCsv(40))))).toMatchObject({
      outcome: 'versioned',
    });
  });

  it('with a later row of the same key and event time counts that row only', async () => {
    const rows = aCsv(10).trim().split('\n');
    const again = rows[3]!.replace(/,[01]$/, ',1');
    const result = await stage.play(stage.put('a.csv', `${[...rows, again].join('\n')}\n`));

    expect(result).toMatchObject({ outcome: 'versioned' });
    const { rows: logical, droppedRows, files } = stage.manifest(1);
    expect({ logical, droppedRows, rows: files[0]!.rows }).toEqual({ logical: 10, droppedRows: 1, rows: 11 });
    expect(stage.document<{ rows: number }>('datasets/1/profile.json').rows).toBe(10);
    expect(stage.keys('datasets/1/dropped')).toEqual(['datasets/1/dropped.parquet']);
  });
});

describe('an upload folder', () => {
  it('waits for its marker and commits together', async () => {
    expect(await stage.play(stage.put('feb/one.csv', aCsv(20)))).toMatchObject({ outcome: 'ignored' });
    stage.put('feb/part/two é.csv', aCsv(20, { from: 20 }));
    const result = await stage.play(stage.put('feb/_SUCCESS'));

    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    expect(stage.manifest(1).files.map(({ path }) => path)).toEqual(['one.csv', 'part/two é.csv']);
    for (const name of ['one.csv', 'part/two é.csv', '_SUCCESS'])
      expect(stage.tag(`feb/${name}`)).toBe('committed');
  });

  it('keeps a content that two of its files have once', async () => {
    await stage.play(stage.putFolder('u', { 'a.csv': aCsv(20), 'b.csv': aCsv(20) }));
    expect(stage.manifest(1).files).toHaveLength(2);
    expect(stage.keys('objects/')).toHaveLength(1);
  });
});

describe('appending', () => {
  beforeEach(() => {
    stage.restore();
    stage = new Stage({ uploads: 'append' });
  });

  it('adds files and rows to the version before, and reads only the new ones', async () => {
    await stage.play(stage.put('a.csv', aCsv(40)));
    const read: unknown[] = [];
    stage.aws.before = (operation, { Key }) => {
      if (operation === 'GetObject') read.push(Key);
    };
    const result = await stage.play(stage.put('b.csv', aCsv(30, { from: 40 })));

    expect(result.reason).toContain('Only the new files were read');
    expect(read.filter((key) => String(key).startsWith('objects/'))).toEqual([]);
    const manifest = stage.manifest(2);
    expect(manifest.files.map(({ path, rows }) => [path, rows])).toEqual([
      ['a.csv', 40],
      ['b.csv', 30],
    ]);
    expect(manifest.rows).toBe(70);
    expect(stage.document<{ rows: number }>('datasets/2/profile.json').rows).toBe(70);
    expect(stage.document<Provenance>('datasets/2/provenance.json').base).toBe(1);
    stage.expectSound(2);
  });

  it('gives another content under a path that is taken a path of its own', async () => {
    await stage.play(stage.put('a.csv', aCsv(40)));
    const more = aCsv(30, { from: 40 });
    await stage.play(stage.put('a.csv', more));

    expect(stage.manifest(2).files.map(({ path }) => path)).toEqual([
      'a.csv',
      `a@${sha256(more).slice(0, 8)}.csv`,
    ]);
    expect(stage.manifest(2).rows).toBe(70);
  });

  it('adds nothing when the version has every content already', async () => {
    await stage.play(stage.put('a.csv', aCsv(40)));
    await stage.play(stage.put('b.csv', aCsv(30, { from: 40 })));
    expect(await stage.play(stage.put('c.csv', aCsv(40)))).toMatchObject({
      outcome: 'unchanged',
      version: 2,
    });
    stage.expectSound(2);
  });

  it('replaces rows of the version before that have the same key and event time', async () => {
    await stage.play(stage.put('a.csv', aCsv(40)));
    const result = await stage.play(stage.put('b.csv', aCsv(20, { from: 30 })));

    // ids 30 to 39 come again
    expect(result.reason).toContain('All rows of version 1 were read again, because new rows replace 10');
    const { rows, droppedRows } = stage.manifest(2);
    expect({ rows, droppedRows }).toEqual({ rows: 50, droppedRows: 10 });
    expect(stage.document<{ rows: number }>('datasets/2/profile.json').rows).toBe(50);
    // and the third still knows of them
    await stage.play(stage.put('c.csv', aCsv(10, { from: 50 })));
    expect(stage.manifest(3)).toMatchObject({ rows: 60, droppedRows: 10 });
  });
});

describe('a bad upload', () => {
  const without = (name: string) => {
    const [header, ...rows] = aCsv(10).trim().split('\n');
    const index = header!.split(',').indexOf(name);
    return [header!, ...rows].map((row) => row.split(',').toSpliced(index, 1).join(',')).join('\n');
  };
  const cases: [string, string, string | Uint8Array, string][] = [
    ['is empty', 'empty.csv', '', 'File "empty.csv" is empty (0 bytes).'],
    ['is binary', 'a.csv', new Uint8Array([1, 0, 2, 0]), 'a.csv'],
    ['has an unknown ending', 'a.xlsx', 'x', 'has none of the endings'],
    ['lacks the target', 'a.csv', without('late'), 'Target column "late" is missing'],
    ['has text in a number', 'a.csv', aCsv(10).replace(',100,', ',far,'), '"distance"'],
    ['has a target of 2', 'a.csv', aCsv(10).replace(/1\n/, '2\n'), '0/1'],
    ['has too few rows', 'a.csv', aCsv(4), 'at least 5 are needed'],
  ];
  it.each(cases)('that %s is kept under rejected/ with the reason', async (_case, name, content, reason) => {
    const result = await stage.play(stage.put(name, content));

    expect(result).toMatchObject({ outcome: 'rejected' });
    const { upload, reason: said } = result as { upload: string; reason: string };
    expect(said).toContain(reason);
    expect(stage.document<ChecksDocument>(`rejected/${upload}/checks.json`).verdict).toBe('FAIL');
    expect(stage.keys(`rejected/${upload}/`)).toEqual(
      [`rejected/${upload}/checks.json`, `rejected/${upload}/files/${name}`].sort(),
    );
    expect(stage.aws.objects.get(`${BUCKET}/rejected/${upload}/files/${name}`)!.bytes).toEqual(
      Buffer.from(content),
    );
    expect(stage.tag(name)).toBe('rejected');
    expect(stage.upload(upload)).toMatchObject({ checksKey: `rejected/${upload}/checks.json` });
    expect(stage.keys('datasets/')).toEqual([]);
    expect(stage.keys('objects/')).toEqual([]);
    expect(stage.aws.events).toMatchObject([
      { name: 'UploadRejected', detail: { reason: expect.stringContaining(reason) } },
    ]);
    expect(stage.item(SK.head)).toBeUndefined();
    expect(stage.itemsBelow('DECISION#')).toHaveLength(1);
  });

  it('names the one poisoned file among many', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`p${i}.csv`, aCsv(2, { from: 2 * i })]),
    );
    const poisoned = { ...files, 'p37.csv': `${files['p37.csv']}x,y\n` };
    const result = await stage.play(stage.putFolder('u', poisoned));
    expect(result).toMatchObject({ outcome: 'rejected' });
    expect(result.reason).toContain('"p37.csv"');
  });

  it('that is mended is committed whole when its marker is written again', async () => {
    const good = { 'a.csv': aCsv(20), 'b.csv': aCsv(20, { from: 20 }) };
    await stage.play(stage.putFolder('u', { ...good, 'b.csv': 'nonsense' }));
    const result = await stage.play(stage.putFolder('u', { 'b.csv': good['b.csv'] }));
    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    expect(stage.manifest(1).rows).toBe(40);
    expect(stage.tag('u/a.csv')).toBe('committed');
  });
});

describe('contents above the limit of one copy', () => {
  it('are kept under their tree hash, copied in parts that S3 verifies', async () => {
    const content = aCsv(40);
    const { upload } = await stage.receive(stage.put('a.csv', content));
    const settings = aProject();
    const hashLimits = { treeAbove: 1000, chunkSize: 600 };
    const scan = await scanUpload(settings, await planScan(settings, upload!), { hashLimits });
    expect(await commitUpload(settings, scan)).toMatchObject({ outcome: 'versioned' });

    const bytes = Buffer.from(content);
    const chunks = [];
    for (let at = 0; at < bytes.length; at += 600) {
      chunks.push(Buffer.from(sha256(bytes.subarray(at, at + 600)), 'hex'));
    }
    expect(chunks.length).toBeGreaterThan(2);
    const tree = sha256(Buffer.concat(chunks));
    expect(stage.manifest(1).files).toEqual([
      { path: 'a.csv', size: bytes.length, sha256: tree, chunkSize: 600, rows: 40 },
    ]);
    expect(stage.aws.objects.get(`${BUCKET}/objects/${tree}`)!.bytes).toEqual(bytes);
  });
});

describe('the plan of a scan', () => {
  const planOf = async (files: readonly { path: string; size: number }[], dataset = {}) => {
    const settings = aProject(dataset);
    const { upload } = await stage.receive(stage.put('a.csv', 'x'));
    const lines = files.map(({ path, size }) => JSON.stringify({ path, size, key: path, versionId: 'v' }));
    stage.aws.put(BUCKET, `uploads/${upload}/listing.jsonl`, `${lines.join('\n')}\n`);
    return planScan(settings, upload!);
  };

  it.each([
    ['2 GB of text', [{ path: 'a.csv', size: 2_000_000_000 }], 'one-function'],
    ['a byte more', [{ path: 'a.csv', size: 2_000_000_001 }], 'distributed'],
    ['400 MB of gzip', [{ path: 'a.csv.gz', size: 400_000_000 }], 'one-function'],
    ['more gzip, which is five times as much text', [{ path: 'a.csv.gz', size: 400_000_001 }], 'distributed'],
    [
      'much in several files',
      Array.from({ length: 5 }, (_, i) => ({ path: `${i}.csv`, size: 5e8 })),
      'distributed',
    ],
  ])('of %s', async (_what, files, route) => {
    expect(await planOf(files)).toMatchObject({ route });
  });

  it('is what the project asks for', async () => {
    const [small, large] = [
      { path: 'a.csv', size: 10 },
      { path: 'a.csv', size: 5e9 },
    ];
    expect(await planOf([small], { scan: { route: 'distributed' } })).toMatchObject({
      route: 'distributed',
      shardsKey: expect.stringContaining('shards.jsonl'),
    });
    expect(await planOf([large], { scan: { route: 'one-function' } })).toMatchObject({
      route: 'one-function',
    });
  });

  it('has a place of its own for each head and settings', async () => {
    const { upload } = await stage.receive(stage.put('a.csv', aCsv(40)));
    const first = await planScan(aProject(), upload!);
    expect(await planScan(aProject(), upload!)).toEqual(first);
    expect((await planScan(aProject({ minimumRows: 7 }), upload!)).workPrefix).not.toBe(first.workPrefix);
    await stage.play(stage.put('b.csv', aCsv(30)));
    expect(await planScan(aProject(), upload!)).toMatchObject({ headVersion: 1 });
  });
});

describe('the workflow', () => {
  it('ends an upload whose scan keeps failing, and leaves its files where they are', async () => {
    const event = stage.put('a.csv', aCsv(40));
    stage.aws.before = (operation, { Key }) => {
      if (operation === 'GetObject' && Key === 'incoming/a.csv') throw new Error('no such luck');
    };
    const result = await stage.play(event, { tries: 3 });
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.reason).toContain('no such luck');
    expect(stage.events()).toEqual(['UploadFailed']);
    expect(stage.tag('a.csv')).toBeUndefined();
    expect(stage.itemsBelow('DECISION#')).toHaveLength(1);
  });

  it('does not understand an event that is none of S3', async () => {
    await expect(stage.receive({ detail: {} })).rejects.toMatchObject({ name: 'NonRetryableError' });
  });
});
