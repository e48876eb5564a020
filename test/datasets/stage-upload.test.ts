/** Uploads of more files than are read together: their types are guessed from the first, and the guess is checked. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PositionSet } from '../../lambdas/datasets/scan/position-set.ts';
import { stageUpload } from '../../lambdas/datasets/scan/stage-upload.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { aProject } from '../shared/project-fixture.ts';

/** One more than are read together. */
const FILES = 2_001;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stage-upload-'));
  mkdirSync(join(directory, 'files'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Types, rows and the sum of the column `n`, of files that all have one row but the last one, which is given. */
async function stage(last: string) {
  const lines = Array.from({ length: FILES }, (_, index) => {
    const text = index === FILES - 1 ? last : `id,n\nk${index},${index}\n`;
    writeFileSync(join(directory, 'files', String(index)), text);
    const path = `${String(index).padStart(5, '0')}.csv`;
    const object = { path, key: `incoming/u/${path}`, versionId: 'v', etag: '"e"', lastModified: '' };
    return JSON.stringify({ ...object, index, size: text.length, sha256: 'f'.repeat(64) });
  });
  const downloaded = join(directory, 'downloaded.jsonl');
  writeFileSync(downloaded, lines.join('\n'));
  return withDuckDb(directory, async (database) => {
    const { dataset: settings } = aProject({ columns: [], target: 'n' });
    const { evolved, files } = await stageUpload({
      database,
      directory,
      settings,
      downloaded,
      known: new PositionSet(),
      lastSchemaVersion: 0,
    });
    const { sum } = await database.row<{ sum: number }>(
      'SELECT CAST(sum(TRY_CAST(n AS DOUBLE)) AS DOUBLE) AS sum FROM data',
    );
    const types = Object.fromEntries(evolved.schema.columns.map(({ name, type }) => [name, type]));
    return { types, sum, rows: files.rows, problems: files.problems.count };
  });
}

/** Of the numbers 0 to 1999. */
const SUM_BEFORE = 1_999_000;

it.each([
  ['of the type that was guessed', 'id,n\nk,5\n', { id: 'string', n: 'integer' }, SUM_BEFORE + 5],
  ['of a wider type', 'id,n\nk,0.5\n', { id: 'string', n: 'double' }, SUM_BEFORE + 0.5],
  ['of no number', 'id,n\nk,five\n', { id: 'string', n: 'string' }, SUM_BEFORE],
  [
    'in a further column',
    'id,n,at\nk,5,2026-01-01\n',
    { id: 'string', n: 'integer', at: 'timestamp' },
    SUM_BEFORE + 5,
  ],
])(
  'finds the types of all files when the last one has values %s',
  async (_, last, types, sum) => {
    expect(await stage(last)).toEqual({ types, sum, rows: FILES, problems: 0 });
  },
  30_000,
);

it('finds the types of the files that can be read', async () => {
  expect(await stage('id,n\nk,"5\n')).toEqual({
    types: { id: 'string', n: 'integer' },
    sum: SUM_BEFORE,
    rows: FILES - 1,
    problems: 1,
  });
}, 30_000);
