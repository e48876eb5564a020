/** Profiles of local files: no cloud, no credentials, nothing left behind. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profileView } from '../../console/cli/profile-view.ts';
import { profileFiles } from '../../console/client/profile/profile-files.ts';
import { findFiles } from '../../console/client/upload/find-files.ts';
import { runScript } from '../../localstack/testing/run-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-profile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ROWS = Array.from({ length: 10 }, (_, i) => ({ x: i + 1, place: i < 7 ? 'ATL' : 'BOS', note: '' }));
const csv = ['x,place,note', ...ROWS.map(({ x, place }) => `${x},${place},`)].join('\n');
const jsonl = ROWS.map(({ x, place }) => JSON.stringify({ x, place, note: null })).join('\n');

async function profile(names: readonly string[], settings?: Parameters<typeof profileFiles>[1]) {
  const { files } = await findFiles(names.map((name) => join(folder, name)));
  return profileFiles(files, settings);
}

describe('local files', () => {
  it.each([
    ['rows.csv', csv],
    ['rows.csv.gz', gzipSync(csv)],
    ['rows.jsonl', jsonl],
  ])('%s has the profile of its rows', async (name, content) => {
    writeFileSync(join(folder, name), content);
    const { profile: found, problems } = await profile([name]);
    expect(problems).toEqual([]);
    expect(found?.rows).toBe(10);
    expect(found?.columns[0]).toMatchObject({
      name: 'x',
      kind: 'numeric',
      min: 1,
      max: 10,
      mean: 5.5,
      distinct: 10,
    });
    expect(found?.columns[1]).toMatchObject({
      kind: 'categorical',
      values: [
        ['ATL', 7],
        ['BOS', 3],
      ],
    });
    expect(found?.columns[2]).toMatchObject({ missing: 10 });
    // the reader leaves clean copies beside what it reads: not here
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('are one table; a file that cannot be read is named, and decides on nothing', async () => {
    writeFileSync(join(folder, 'a.csv'), csv);
    writeFileSync(join(folder, 'b.csv'), csv);
    writeFileSync(join(folder, 'bad.csv'), 'p,q\n1,2\n3\n');
    writeFileSync(join(folder, 'empty.csv'), '');
    const { profile: found, problems, unread } = await profile(['a.csv', 'b.csv', 'bad.csv', 'empty.csv']);
    expect(found).toMatchObject({
      rows: 20,
      columns: [{ name: 'x', type: 'integer' }, { name: 'place' }, {}],
    });
    expect(problems).toEqual([expect.stringMatching(/"bad\.csv", row 2/), 'File "empty.csv" is empty.']);
    expect(unread).toBe(1);
  });

  it('are checked as an upload when the project is known', async () => {
    writeFileSync(join(folder, 'a.csv'), csv);
    const settings = { target: 'late', columns: [], uploads: 'snapshot', minimumRows: 1 } as const;
    const { checks } = await profile(['a.csv'], settings);
    expect(checks?.verdict).toBe('FAIL');
    const failed = checks!.checks.filter(({ verdict }) => verdict === 'FAIL').map(({ reason }) => reason);
    expect(failed).toEqual([expect.stringMatching(/^Target column "late" is missing/)]);
  });

  it('are shown a line a column', async () => {
    writeFileSync(join(folder, 'a.csv'), csv);
    const { profile: found } = await profile(['a.csv']);
    expect(profileView(found!).split('\n')).toEqual(
      [
        'column  type     missing  distinct  min  mean  max  most frequent       shape',
        '──────  ───────  ───────  ────────  ───  ────  ───  ──────────────────  ──────────',
        'x       integer                 10    1   5.5   10                      ██████████',
        'place   string                   2                  ATL 70 %, BOS 30 %  █▄',
        'note    string     100 %         0',
      ].map((line) => line),
    );
  });
});

describe('driftless profile', () => {
  it('needs no credentials, region or cloud', async () => {
    writeFileSync(join(folder, 'a.csv'), csv);
    const env = { PATH: process.env.PATH, HOME: folder, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { code, stdout, stderr } = await runScript(
      'bin/driftless.ts',
      ['profile', join(folder, '*.csv'), '--json'],
      { env },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ format: 2, rows: 10, problems: [] });
  });

  it('ends with 1 when nothing could be read', async () => {
    writeFileSync(join(folder, 'a.csv'), '');
    const { code, stdout } = await runScript('bin/driftless.ts', ['profile', join(folder, 'a.csv')]);
    expect(code).toBe(1);
    expect(stdout).toBe('1 file, 0 bytes\n! File "a.csv" is empty.\n');
  });
});
