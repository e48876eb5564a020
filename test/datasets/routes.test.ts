/** Both routes come to the same documents, whatever the shards. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { handler as forgetKeys } from '../../lambdas/datasets/forget-keys.handler.ts';
import type { ShardLimits } from '../../lambdas/datasets/scan/plan-shards.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';
import { aCsv, aProject, BUCKET, PROJECT } from '../shared/project-fixture.ts';
import { Stage } from './upload-fixture.ts';

/** Small enough to cut what tests upload: about three files, or one row group, to a shard. */
const LIMITS: ShardLimits = {
  bytes: 4_000,
  files: 3,
  hash: { treeAbove: 1e9, chunkSize: 1e9 },
  hashedBytes: 1e9,
};
/** Values that any order of additions may round otherwise. */
const ADDED_UP = new Set(['sum', 'sums', 'mean', 'm2', 'm3', 'm4', 'stddev', 'std_dev']);
/** Of the moment and of the S3 version; and what a mean is off by as a double. */
const VOLATILE = new Set(['meanLow', 'versionId', 'lastModified', 'receivedAt', 'createdAt']);
/** Digests of lists of keys to forget: each project draws a salt. */
const TOMBSTONES_DIGEST = /(?<="tombstones":")[0-9a-f]{64}(?=")|(?<=-without-)[0-9a-f]{16}/g;

/** Ends of upload ids, which are made of S3's version ids. */
const UPLOAD_ID = /-[0-9a-f]{12}(?=")/g;

interface Upload {
  /** Keys that are forgotten before it. */
  readonly forget?: readonly string[];
  readonly folder: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

let stage: Stage | undefined;
afterEach(() => {
  stage?.restore();
  stage = undefined;
});

/** Plays uploads one after the other. @returns outcomes and every document that is kept of them. */
async function play(
  dataset: Partial<DatasetSettings>,
  route: 'one-function' | 'distributed',
  uploads: readonly Upload[],
) {
  stage = new Stage({ ...dataset, scan: { route } });
  const outcomes: unknown[] = [];
  for (const { folder, files, forget } of uploads) {
    const context = { getRemainingTimeInMillis: () => 900_000 } as Context;
    if (forget) await forgetKeys({ project: PROJECT, keys: forget }, context);
    const result = await stage.play(stage.putFolder(folder, files), { limits: LIMITS });
    outcomes.push(result.outcome, result.reason);
  }
  const documents: Record<string, unknown> = {};
  for (const key of ['datasets/', 'rejected/', 'indexes/'].flatMap((prefix) => stage!.keys(prefix))) {
    const name = key.replace(/^rejected\/[^/]+\//, 'rejected/').replace(TOMBSTONES_DIGEST, '');
    const { bytes } = stage.aws.objects.get(`${BUCKET}/${key}`)!;
    if (key.endsWith('.parquet')) documents[name] = (await rowsOf(bytes)).map(orderless).sort();
    else if (key.endsWith('.json'))
      documents[name] = JSON.parse(
        bytes.toString('utf8').replaceAll(UPLOAD_ID, '').replaceAll(TOMBSTONES_DIGEST, ''),
      );
    else documents[name] = bytes.toString('hex');
  }
  const objects = stage.keys('objects/');
  stage.restore();
  stage = undefined;
  return { outcomes, objects, documents };
}

async function rowsOf(bytes: Uint8Array): Promise<unknown[]> {
  return inFolder(async (folder) => {
    const file = join(folder, 'read.parquet');
    writeFileSync(file, bytes);
    return withDuckDb(folder, (database) => database.rows(`FROM read_parquet('${file}')`));
  });
}

/** Rows of an index come in the order of the shards. */
const orderless = (row: unknown) =>
  JSON.stringify(row, (_name, value) => (typeof value === 'bigint' ? String(value) : value));

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'routes-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compares to the letter, and what is added up to 1e-12 of its size. */
function expectSame(actual: unknown, expected: unknown, path: string, scale = 0): void {
  const name = path.split('.').findLast((part) => !/^\d+$/.test(part))!;
  if (VOLATILE.has(name)) return;
  if (typeof actual === 'number' && typeof expected === 'number' && ADDED_UP.has(name)) {
    expect(Math.abs(actual - expected), path).toBeLessThanOrEqual(
      1e-12 * Math.max(scale, Math.abs(expected)),
    );
  } else if (Array.isArray(actual) && Array.isArray(expected)) {
    expect(actual.length, `${path} ${JSON.stringify(actual).slice(0, 300)}`).toBe(expected.length);
    actual.forEach((each, at) => {
      expectSame(each, expected[at], `${path}.${at}`, scale);
    });
  } else if (isRecord(actual) && isRecord(expected)) {
    expect(Object.keys(actual).sort(), path).toEqual(Object.keys(expected).sort());
    for (const key of Object.keys(actual)) expectSame(actual[key], expected[key], `${path}.${key}`, scale);
  } else {
    expect(actual, path).toEqual(expected);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function expectSameByBothRoutes(dataset: Partial<DatasetSettings>, uploads: readonly Upload[]) {
  const one = await play(dataset, 'one-function', uploads);
  const many = await play(dataset, 'distributed', uploads);
  expect(many.outcomes).toEqual(one.outcomes);
  expect(many.objects).toEqual(one.objects);
  expect(Object.keys(many.documents)).toEqual(Object.keys(one.documents));
  for (const name of Object.keys(one.documents)) {
    expectSame(many.documents[name], one.documents[name], name);
  }
  return one;
}

const UNDECLARED = { columns: [] };
const UNIQUE_DISTANCE = {
  columns: aProject().dataset.columns.map((column) =>
    column.name === 'distance' ? { ...column, unique: true } : column,
  ),
};

/** Parts of the fixture's rows, some of them twice: the later file's stay. */
function csvParts(count: number, rows: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, part) => [
      `part-${String(part).padStart(3, '0')}.csv`,
      aCsv(rows, { from: part * (rows - 3) }),
    ]),
  );
}

function jsonLines(csv: string): string {
  const [header, ...lines] = csv.trimEnd().split('\n');
  const names = header!.split(',');
  return lines
    .map((line) => {
      const values = line.split(',');
      const [id, at, distance, delay, origin, late] = values;
      const row = { id, at, distance: Number(distance), delay: Number(delay), origin, late: Number(late) };
      return `${JSON.stringify(Object.fromEntries(names.map((name) => [name, row[name as keyof typeof row]])))}\n`;
    })
    .join('');
}

async function parquetOf(csv: string, rowGroups: number): Promise<Buffer> {
  return inFolder(async (folder) => {
    const [from, to] = [join(folder, 'rows.csv'), join(folder, 'rows.parquet')];
    writeFileSync(from, csv);
    await withDuckDb(folder, (database) =>
      database.run(
        `COPY (FROM read_csv('${from}')) TO '${to}' (FORMAT parquet, ROW_GROUP_SIZE ${rowGroups})`,
      ),
    );
    return readFileSync(to);
  });
}

describe('both routes come to the same', () => {
  it('of CSV with declared columns, where later rows replace earlier ones', async () => {
    const { documents, outcomes } = await expectSameByBothRoutes({}, [
      { folder: 'jan', files: csvParts(10, 40) },
    ]);

    expect(outcomes[0]).toBe('versioned');
    // 10 parts of 40 rows, each but the first begins with three of the one before
    expect(documents['datasets/1/dropped.parquet']).toHaveLength(9 * 3);
    expect(documents['datasets/1/manifest.json']).toMatchObject({ rows: 10 * 40 - 9 * 3, droppedRows: 27 });
  });

  it('of CSV whose types are inferred, and are not the same in all parts', async () => {
    const files = csvParts(6, 40);
    files['part-006.csv'] = aCsv(40, { from: 5000 }).replaceAll(/,(\d+),(-?[\d.]+),([ABC])/g, ',$1.5,$2,$3');
    const { documents } = await expectSameByBothRoutes(UNDECLARED, [{ folder: 'jan', files }]);

    const { columns } = documents['datasets/1/schema.json'] as { columns: { name: string; type: string }[] };
    expect(columns.find(({ name }) => name === 'distance')).toMatchObject({ type: 'double' });
  });

  it('of JSON Lines', async () => {
    const files = Object.fromEntries(
      Object.entries(csvParts(7, 30)).map(([name, csv]) => [name.replace('.csv', '.jsonl'), jsonLines(csv)]),
    );
    await expectSameByBothRoutes({ ...UNDECLARED, format: 'jsonl' }, [{ folder: 'jan', files }]);
  });

  it('of Parquet that is cut by row groups', async () => {
    const files = {
      'a.parquet': await parquetOf(aCsv(9_000), 2_048),
      'b.parquet': await parquetOf(aCsv(5_000, { from: 8_990 }), 2_048),
      'c.parquet': await parquetOf(aCsv(20, { from: 50_000 }), 2_048),
    };
    const { documents } = await expectSameByBothRoutes({ ...UNDECLARED, format: 'parquet' }, [
      { folder: 'jan', files },
    ]);

    expect(documents['datasets/1/dropped.parquet']).toHaveLength(10);
    expect(documents['datasets/1/manifest.json']).toMatchObject({ rows: 14_010 });
  });

  it('of uploads that add: the same file, other content under its name, and rows that replace older ones', async () => {
    const first = csvParts(4, 40);
    await expectSameByBothRoutes({ uploads: 'append' }, [
      { folder: 'jan', files: first },
      { folder: 'feb', files: { ...first, 'new.csv': aCsv(60, { from: 1000 }) } },
      { folder: 'mar', files: { 'part-000.csv': aCsv(30, { from: 100 }) } },
      { folder: 'apr', files: { 'part-000.csv': first['part-000.csv']! } },
    ]);
  });

  it('of an upload that is refused: every finding with its rows', async () => {
    const files = csvParts(8, 40);
    files['part-005.csv'] = files['part-005.csv']!.replace(',100,', ',many,').replace(/,1\n/, ',7\n');
    files['part-006.csv'] = 'id,at\n"unfinished';
    files['part-007.csv'] = '';
    const { outcomes, documents } = await expectSameByBothRoutes({}, [{ folder: 'jan', files }]);

    expect(outcomes[0]).toBe('rejected');
    expect(JSON.stringify(documents['rejected/checks.json'])).toContain('part-006.csv');
  });

  it('of rows whose keys were forgotten before they came, and of some that were there', async () => {
    const parts = csvParts(8, 40);
    const { documents, outcomes } = await expectSameByBothRoutes({ uploads: 'append' }, [
      // f38 is in two parts
      { forget: ['f3', 'f38', 'f200'], folder: 'jan', files: parts },
      { forget: ['f50'], folder: 'feb', files: { 'more.csv': aCsv(40, { from: 500 }) } },
      { forget: ['f501'], folder: 'mar', files: { 'again.csv': aCsv(10, { from: 495 }) } },
    ]);
    expect(outcomes.filter((_, at) => at % 2 === 0)).toEqual(['versioned', 'versioned', 'versioned']);
    // f0 to f298, less three; of f38 no row is left to be replaced
    expect(documents['datasets/1/manifest.json']).toMatchObject({ rows: 299 - 3, droppedRows: 7 * 3 - 1 });
    expect(documents['datasets/2/manifest.json']).toMatchObject({ rows: 299 - 4 + 40 });
    // f495 to f499 are new, f500 to f504 come again, and f501 is forgotten
    expect(documents['datasets/3/profile.json']).toMatchObject({ rows: 299 - 4 + 40 + 5 - 1 });
  });

  it('of values of a unique column that come again in another file, far from the first', async () => {
    const { outcomes } = await expectSameByBothRoutes(UNIQUE_DISTANCE, [
      {
        folder: 'jan',
        files: {
          ...Object.fromEntries([0, 10, 20, 30].map((from) => [`p${from}.csv`, aCsv(10, { from })])),
          // i and i + 50 have one distance
          'q.csv': aCsv(5, { from: 50 }),
        },
      },
    ]);
    expect(outcomes).toEqual([
      'rejected',
      '5 of 45 values of "distance" repeat an earlier one, but the column is declared unique, first in "q.csv" row 1.',
    ]);
  });

  it.each([
    ['with a key', UNIQUE_DISTANCE],
    ['without', { key: undefined, columns: UNIQUE_DISTANCE.columns.slice(1) }],
  ])('of values of a unique column that the version has already, %s', async (_case, dataset) => {
    const { outcomes } = await expectSameByBothRoutes({ uploads: 'append', minimumRows: 1, ...dataset }, [
      { folder: 'jan', files: csvParts(1, 30) },
      { folder: 'feb', files: { 'new.csv': aCsv(5, { from: 30 }) } },
      { folder: 'mar', files: { 'bad.csv': aCsv(10, { from: 83 }) } },
    ]);
    expect(outcomes.slice(-2)).toEqual([
      'rejected',
      // 133 and 134 of f83 and f84 are in the second version
      '2 of 10 values of "distance" repeat an earlier one, but the column is declared unique, first in "bad.csv" row 1.',
    ]);
  });

  it('of unique values of rows that the version does not have: replaced, or forgotten', async () => {
    const { outcomes, documents } = await expectSameByBothRoutes(
      { ...UNIQUE_DISTANCE, uploads: 'append', minimumRows: 1 },
      [
        // f27 to f39 twice, of which one stays
        { folder: 'jan', files: { 'a.csv': aCsv(40), 'b.csv': aCsv(13, { from: 27 }) } },
        { folder: 'feb', files: { 'again.csv': aCsv(3, { from: 5 }).replace(',105,', ',105 ,') } },
        { forget: ['f9'], folder: 'mar', files: { 'heir.csv': aCsv(1, { from: 59 }) } },
        { folder: 'apr', files: { 'second.csv': aCsv(1, { from: 109 }) } },
      ],
    );
    expect(outcomes.filter((_, at) => at % 2 === 0)).toEqual([
      'versioned',
      'versioned',
      'versioned',
      'rejected',
    ]);
    expect(documents['datasets/3/manifest.json']).toMatchObject({ rows: 40 - 1 + 1 });
  });

  it('of folders without any data', async () => {
    await expectSameByBothRoutes({}, [
      { folder: 'empty', files: {} },
      { folder: 'hidden', files: { _committed_1: 'x', '.part.crc': 'y' } },
    ]);
  });
});
