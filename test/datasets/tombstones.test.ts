import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSchema } from '../../lambdas/datasets/contract.ts';
import { eraseRows } from '../../lambdas/datasets/versions/forgotten-rows.ts';
import { addTombstones, loadTombstones } from '../../lambdas/datasets/versions/tombstones.ts';
import { projectPk, SK, type TombstonesItem } from '../../lambdas/shared/catalog-items.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { BUCKET, PROJECT } from '../shared/project-fixture.ts';

let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => aws.restore());

const add = (...keys: string[]) => addTombstones(PROJECT, BUCKET, { keys, keyType: 'string' });
const item = () => aws.items.get(`${projectPk(PROJECT)}|${SK.tombstones}`) as unknown as TombstonesItem;

describe('addTombstones', () => {
  it('keeps salted hashes and no key', async () => {
    expect(await loadTombstones(PROJECT, BUCKET)).toBeUndefined();
    const { added, tombstones } = await add('anna', 'bert');
    expect(added).toBe(2);
    const { salt, keys, digest } = item();
    expect(salt).toMatch(/^[0-9a-f]{64}$/);
    expect(keys).toBe(2);
    const expected = ['anna', 'bert'].map((key) =>
      createHash('sha256').update(`${salt}:${key}`).digest('hex'),
    );
    expect(tombstones.hashes).toEqual(expected.sort());
    expect(await loadTombstones(PROJECT, BUCKET)).toEqual(tombstones);
    expect(aws.keys(`${BUCKET}/tombstones/`)).toEqual([`${BUCKET}/tombstones/${digest}.json`]);
    const kept =
      [...aws.objects.values()].map(({ bytes }) => bytes.toString()).join() + JSON.stringify(item());
    expect(kept).not.toMatch(/anna|bert/);
  });

  it('adds to the list, and nothing the second time', async () => {
    await add('anna');
    const before = item();
    expect((await add('anna')).added).toBe(0);
    expect(item()).toEqual(before);
    const { added, tombstones } = await add('anna', 'cora');
    expect(added).toBe(1);
    expect(tombstones.hashes).toHaveLength(2);
    expect(item().salt).toBe(before.salt);
  });

  it('loses nothing when two add at once', async () => {
    await add('anna');
    let isFirst = true;
    aws.before = async (operation, input) => {
      if (operation !== 'PutObject' || !isFirst) return;
      isFirst = false;
      expect(String(input.Key)).toContain('tombstones/');
      await add('bert');
    };
    const { tombstones } = await add('cora');
    expect(tombstones.hashes).toHaveLength(3);
    expect((await loadTombstones(PROJECT, BUCKET))!.hashes).toHaveLength(3);
  });
});

describe('eraseRows', () => {
  const schema: DatasetSchema = {
    columns: [
      { name: 'id', type: 'integer', role: 'key' },
      { name: 'x', type: 'string', role: 'feature' },
    ],
  };
  const erase = (settings: { key?: string }, withList = true) =>
    withTempDirectory((directory) =>
      withDuckDb(directory, async (database) => {
        const tombstones = withList ? (await add('2', '9')).tombstones : undefined;
        await database.run(
          `CREATE TABLE data AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (NULL, 'c'), (2, 'd')) AS t(id, x)`,
        );
        const erased = await eraseRows(database, settings, schema, tombstones);
        return {
          erased,
          left: (await database.rows<{ x: string }>('SELECT x FROM data ORDER BY x')).map(({ x }) => x),
        };
      }),
    );

  it('takes out the rows of the keys on the list, and says how many', async () => {
    expect(await erase({ key: 'id' })).toEqual({ erased: 2, left: ['a', 'c'] });
  });

  it.each([
    ['without list', { key: 'id' }, false],
    ['without key column', {}, true],
    ['when the schema has no such column', { key: 'other' }, true],
  ])('leaves everything %s', async (_case, settings, withList) => {
    expect(await erase(settings, withList)).toEqual({ erased: 0, left: ['a', 'b', 'c', 'd'] });
  });
});
