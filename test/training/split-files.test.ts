import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ManifestHeader } from '../../lambdas/datasets/contract.ts';
import { forEachVersionFile } from '../../lambdas/datasets/versions/version-files.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { SplitFiles } from '../../lambdas/training/split-files.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET } from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

let aws: FakeAws;
let header: ManifestHeader;
beforeEach(async () => {
  aws = fakeAws();
  const files = Object.fromEntries(
    Array.from({ length: 5 }, (_, i) => [`f${i}.csv`, aCsv(100, { from: i * 100 })]),
  );
  header = await putVersion(aws, aProject(), { files });
});
afterEach(() => aws.restore());

/** Splits by the row's place in its file; each source file is a batch of its own. */
const split = (prefix: string, partBytes?: number) =>
  withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      const settings = aProject();
      const sides = new SplitFiles({ database, directory, settings, header, prefix, partBytes });
      const side =
        "CASE WHEN __row % 5 = 0 THEN 'holdout' WHEN __row % 5 = 1 THEN 'validation' ELSE 'train' END";
      for (let place = 0; place < 5; place++) {
        await forEachVersionFile(
          {
            ...{ database, bucket: BUCKET, directory, settings: settings.dataset, version: 1, header },
            only: ({ path }) => path === `f${place}.csv`,
          },
          () => sides.add('data', side),
        );
      }
      return sides.finish();
    }),
  );
const text = (key: string) => aws.objects.get(`${BUCKET}/${key}`)!.bytes.toString();
const names = (prefix: string) => aws.keys(`${BUCKET}/${prefix}`).map((key) => key.slice(BUCKET.length + 1));

it('writes parts in order once a side is large, which together are the one file of a small side', async () => {
  const one = await split('one/');
  const parts = await split('parts/', 500);

  expect(one.holdoutParts).toEqual([{ name: 'holdout.csv', rows: 100 }]);
  expect(parts.rows).toEqual({ train: 300, validation: 100, holdout: 100 });
  expect(parts.holdoutParts.length).toBeGreaterThan(1);
  expect(parts.holdoutParts[0]!.name).toBe('part-00000.csv');
  expect(parts.holdoutParts.reduce((sum, { rows }) => sum + rows, 0)).toBe(100);
  for (const side of ['train', 'validation', 'holdout']) {
    const written = names(`parts/${side}/`);
    expect(written.length).toBeGreaterThan(1);
    expect(written.map(text).join('')).toBe(text(`one/${side}/${side}.csv`));
  }
  for (const { name, rows } of parts.holdoutParts) {
    expect(text(`parts/holdout/${name}`).trimEnd().split('\n')).toHaveLength(rows);
  }
});

it('keeps labels in one file with one header, numbered through', async () => {
  await split('parts/', 500);
  const [head, ...lines] = text('parts/holdout-labels/labels.csv').trimEnd().split('\n');
  expect(head).toBe('row,key,event_time,label');
  expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(Array.from({ length: 100 }, (_, i) => i));
  // rows 5, 10, 15 ... of each file: f4, f9, f14 ...
  expect(lines.map((line) => line.split(',')[1])).toEqual(
    Array.from({ length: 100 }, (_, i) => `f${i * 5 + 4}`),
  );
});
