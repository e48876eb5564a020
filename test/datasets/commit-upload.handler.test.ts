import { gzipSync } from 'node:zlib';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../lambdas/datasets/commit-upload.handler.ts';
import type { ChecksDocument, Manifest } from '../../lambdas/datasets/contract.ts';
import { projectPk, SK } from '../../lambdas/shared/catalog-items.ts';
import { manifestKey } from '../../lambdas/shared/keys.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import {
  aCsv,
  anObjectCreated,
  aProject,
  BUCKET,
  deployProject,
  PROJECT,
} from '../shared/project-fixture.ts';

const context = {} as Context;
let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
  deployProject(aws, aProject());
});
afterEach(() => aws.restore());

let sequence = 0;
/** Uploads and delivers S3's event. */
async function upload(key: string, content: string | Uint8Array) {
  aws.put(BUCKET, key, content);
  const event = anObjectCreated(aws, key, String(sequence++));
  return { event, result: await handler(event, context) };
}
const item = (sk: string) => aws.items.get(`${projectPk(PROJECT)}|${sk}`);
const names = () => aws.events.map(({ name }) => name);
const decisions = () => [...aws.items.keys()].filter((key) => key.includes('|DECISION#'));
const checksOf = (upload: string) => aws.json<ChecksDocument>(BUCKET, `rejected/${upload}/checks.json`);

describe('an upload of one file', () => {
  it('becomes version 1 with its documents, and leaves incoming/', async () => {
    const { result } = await upload('incoming/jan.csv', aCsv(40));

    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    const manifest = aws.json<Manifest>(BUCKET, manifestKey(1));
    expect(manifest.rows).toBe(40);
    expect(manifest.files[0]).toMatchObject({ path: 'jan.csv', rows: 40 });
    expect(aws.keys(`${BUCKET}/objects/`)).toEqual([`${BUCKET}/objects/${manifest.files[0]!.sha256}`]);
    expect(aws.keys(`${BUCKET}/datasets/`)).toEqual(
      ['checks', 'manifest', 'profile', 'provenance', 'schema'].map((n) => `${BUCKET}/datasets/1/${n}.json`),
    );
    expect(aws.keys(`${BUCKET}/incoming/`)).toEqual([]);
    expect(item(SK.head)).toMatchObject({ version: 1 });
    expect(item(SK.version(1))).toMatchObject({ rows: 40, files: 1, labelFiles: [] });
    expect(aws.events).toMatchObject([{ name: 'DatasetVersioned', detail: { version: 1, rows: 40 } }]);
    expect(decisions()).toHaveLength(1);
  });

  it('changes nothing when its event arrives again', async () => {
    const { event } = await upload('incoming/jan.csv', aCsv(40));
    const before = JSON.stringify([...aws.items]);

    expect(await handler(event, context)).toMatchObject({ outcome: 'versioned', version: 1 });
    expect(JSON.stringify([...aws.items])).toBe(before);
    expect(names()).toEqual(['DatasetVersioned']);
  });

  it('is finished by the next delivery when a run is killed at any call', async () => {
    // GIVEN the number of calls that an undisturbed commit makes
    let calls = 0;
    aws.before = () => void calls++;
    await upload('incoming/jan.csv', aCsv(40));
    const total = calls;
    const clean = JSON.stringify(aws.keys(BUCKET));
    aws.restore();

    for (let killedAt = 1; killedAt <= total; killedAt++) {
      aws = fakeAws();
      deployProject(aws, aProject());
      aws.put(BUCKET, 'incoming/jan.csv', aCsv(40));
      const event = anObjectCreated(aws, 'incoming/jan.csv', '0');
      let call = 0;
      aws.before = () => {
        call++;
        if (call >= killedAt && call < killedAt + 1000) throw new Error('killed');
      };
      await handler(event, context).catch(() => undefined);
      // WHEN the event is delivered again
      aws.before = () => {};
      const result = await handler(event, context);

      // THEN the state is that of one undisturbed commit
      expect(['versioned', 'unchanged', 'gone']).toContain(result.outcome);
      expect(JSON.stringify(aws.keys(BUCKET)), `killed at call ${killedAt}`).toBe(clean);
      expect(item(SK.head)).toMatchObject({ version: 1 });
      expect(item(SK.commit)).not.toHaveProperty('pending');
      expect(names()).toContain('DatasetVersioned');
      aws.restore();
    }
  });

  it('is unchanged when the head has the same content', async () => {
    await upload('incoming/jan.csv', aCsv(40));
    const { result } = await upload('incoming/jan.csv', aCsv(40));

    expect(result).toMatchObject({ outcome: 'unchanged', version: 1 });
    expect(names()).toEqual(['DatasetVersioned', 'DatasetUnchanged']);
    expect(item(SK.version(2))).toBeUndefined();
    expect(aws.keys(`${BUCKET}/incoming/`)).toEqual([]);
    expect(decisions()).toHaveLength(2);
  });

  it('moves the head back when an older version had the same content', async () => {
    await upload('incoming/d.csv', aCsv(40));
    await upload('incoming/d.csv', aCsv(41));
    const { result } = await upload('incoming/d.csv', aCsv(40));

    expect(result).toMatchObject({ outcome: 'moved-back', version: 1 });
    expect(item(SK.head)).toMatchObject({ version: 1 });
    expect(item(SK.version(3))).toBeUndefined();
    // and a newer one still gets the next number
    expect((await upload('incoming/d.csv', aCsv(42))).result).toMatchObject({ version: 3 });
  });

  it('reads gzip', async () => {
    const { result } = await upload('incoming/jan.csv.gz', gzipSync(aCsv(40)));
    expect(result).toMatchObject({ outcome: 'versioned' });
  });
});

describe('uploads at once', () => {
  it('become two versions, in order of their commits', async () => {
    aws.put(BUCKET, 'incoming/a.csv', aCsv(40));
    aws.put(BUCKET, 'incoming/b.csv', aCsv(41));
    const results = await Promise.all(
      ['a', 'b'].map((name) => handler(anObjectCreated(aws, `incoming/${name}.csv`, name), context)),
    );

    expect(results.map(({ version }) => version).sort()).toEqual([1, 2]);
    expect(item(SK.head)).toMatchObject({ version: 2 });
    expect(
      aws.json<Manifest>(BUCKET, manifestKey(1)).rows + aws.json<Manifest>(BUCKET, manifestKey(2)).rows,
    ).toBe(81);
  });

  it('become one version when both deliver the same event', async () => {
    aws.put(BUCKET, 'incoming/a.csv', aCsv(40));
    const event = anObjectCreated(aws, 'incoming/a.csv', '1');
    await Promise.all(
      [handler(event, context), handler(event, context)].map((run) => run.catch(() => undefined)),
    );
    await handler(event, context);

    expect(item(SK.head)).toMatchObject({ version: 1 });
    expect(item(SK.version(2))).toBeUndefined();
    expect(item(SK.commit)).toMatchObject({ lastVersion: 1 });
  });

  it('both keep their rows when they append', async () => {
    aws.restore();
    aws = fakeAws();
    deployProject(aws, aProject({ uploads: 'append' }));
    aws.put(BUCKET, 'incoming/a.csv', aCsv(40));
    aws.put(BUCKET, 'incoming/b.csv', aCsv(30, { from: 40 }));
    await Promise.all(
      ['a', 'b'].map((name) => handler(anObjectCreated(aws, `incoming/${name}.csv`, name), context)),
    );

    const manifest = aws.json<Manifest>(BUCKET, manifestKey(2));
    expect(manifest.files.map(({ path }) => path)).toEqual(['a.csv', 'b.csv']);
    expect(manifest.rows).toBe(70);
    expect(aws.json<{ rows: number }>(BUCKET, 'datasets/2/profile.json').rows).toBe(70);
  });
});

describe('an upload folder', () => {
  it('waits for its marker and commits together', async () => {
    expect((await upload('incoming/feb/one.csv', aCsv(20))).result).toMatchObject({ outcome: 'ignored' });
    await upload('incoming/feb/part/two.csv', aCsv(20, { from: 20 }));
    const { result } = await upload('incoming/feb/_SUCCESS', '');

    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    const manifest = aws.json<Manifest>(BUCKET, manifestKey(1));
    expect(manifest.files.map(({ path }) => path)).toEqual(['one.csv', 'part/two.csv']);
    expect(aws.keys(`${BUCKET}/incoming/`)).toEqual([]);
  });
});

describe('a bad upload', () => {
  const without = (name: string) => {
    const [header, ...rows] = aCsv(10).trim().split('\n');
    const index = header!.split(',').indexOf(name);
    return [header!, ...rows].map((row) => row.split(',').toSpliced(index, 1).join(',')).join('\n');
  };
  const cases: [string, string, string | Uint8Array, string][] = [
    ['is empty', 'empty.csv', '', 'File "empty.csv" is empty.'],
    ['is Parquet by name only', 'a.parquet', 'id,late\n1,0\n', 'but the project'],
    ['is gzip without saying so', 'a.csv', gzipSync(aCsv(9)), 'is gzip-compressed'],
    ['is not gzip though it says so', 'a.csv.gz', aCsv(9), 'does not begin with the two bytes of gzip'],
    ['is binary', 'a.csv', new Uint8Array([1, 0, 2, 0]), 'holds binary data'],
    ['has an unknown ending', 'a.xlsx', 'x', 'has none of the endings'],
    ['lacks the target', 'a.csv', without('late'), 'Target column "late" is missing'],
    ['lacks a feature', 'a.csv', without('delay'), 'Column "delay" (feature) is missing.'],
    [
      'has text in a number',
      'a.csv',
      aCsv(10).replace(',100,', ',far,'),
      '1 of 10 values of "distance" are not',
    ],
    ['has a fraction in an integer', 'a.csv', aCsv(10).replace(',100,', ',1.5,'), 'are not of type integer'],
    ['has a target of 2', 'a.csv', aCsv(10).replace(/1\n/, '2\n'), 'neither 0/1 nor true/false'],
    ['has one class', 'a.csv', aCsv(10).replaceAll(/,1\n/g, ',0\n'), 'same target'],
    ['has too few rows', 'a.csv', aCsv(4), 'at least 5 are needed'],
  ];
  it.each(cases)('that %s is kept under rejected/ with the reason', async (_case, name, content, reason) => {
    const { result } = await upload(`incoming/${name}`, content);

    expect(result.outcome).toBe('rejected');
    const { upload: id } = result as { upload: string };
    const checks = checksOf(id);
    expect(checks.verdict).toBe('FAIL');
    expect(
      checks.checks
        .filter(({ verdict }) => verdict === 'FAIL')
        .map((c) => c.reason)
        .join(' '),
    ).toContain(reason);
    expect(aws.keys(`${BUCKET}/rejected/${id}/`)).toEqual([
      ...[`${BUCKET}/rejected/${id}/files/${name}`, `${BUCKET}/rejected/${id}/checks.json`].sort(),
    ]);
    expect(aws.keys(`${BUCKET}/incoming/`)).toEqual([]);
    expect(aws.keys(`${BUCKET}/datasets/`)).toEqual([]);
    expect(names()).toEqual(['UploadRejected']);
    expect(item(SK.head)).toBeUndefined();
    expect(decisions()).toHaveLength(1);
  });

  it('with an extra column is accepted with a warning', async () => {
    const content = aCsv(10)
      .split('\n')
      .map((row, i) => (row ? `${row},${i === 0 ? 'note' : 'x'}` : row))
      .join('\n');
    const { result } = await upload('incoming/a.csv', content);
    expect(result.outcome).toBe('versioned');
    const { verdict, checks } = aws.json<ChecksDocument>(BUCKET, 'datasets/1/checks.json');
    expect(verdict).toBe('WARN');
    expect(checks.find(({ column }) => column === 'note')).toMatchObject({
      check: 'columns-extra',
      verdict: 'WARN',
    });
  });
});

describe('an event that is none of ours', () => {
  it('that does not parse is a non-retryable error', async () => {
    await expect(handler({ detail: {} }, context)).rejects.toMatchObject({ name: 'NonRetryableError' });
  });
});
