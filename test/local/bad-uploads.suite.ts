import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listUploads } from '../../console/client/catalog.ts';
import type { ChecksDocument } from '../../lambdas/datasets/contract.ts';
import type { LocalStage } from '../helpers/local-stage.ts';
import { regionRows, toCsv } from '../helpers/region-rows.ts';
import {
  audited,
  bytesOf,
  type Counts,
  counts,
  decisionsOn,
  jsonOf,
  keysBelow,
  rest,
  unsettledBelow,
} from '../helpers/watch.ts';

const good = toCsv(regionRows({ seed: 2 }));
const withoutTarget = good
  .split('\n')
  .map((line) => line.slice(0, line.lastIndexOf(',')))
  .join('\n');

const CASES = [
  { what: 'empty', name: 'empty.csv', body: '', says: /^File "empty\.csv" is empty \(0 bytes\)\.$/ },
  {
    what: 'a .csv.gz that is no gzip',
    name: 'plain.csv.gz',
    body: good,
    says: /^File "plain\.csv\.gz" does not begin with the two bytes of gzip \(1f 8b\)\.$/,
  },
  {
    what: 'a .csv that is gzip',
    name: 'packed.csv',
    body: gzipSync(good),
    says: /^File "packed\.csv" is gzip-compressed, which its name does not say; add \.gz\.$/,
  },
  {
    what: 'CSV by the name of .parquet',
    name: 'rows.parquet',
    body: good,
    says: /^File "rows\.parquet" does not begin with the four bytes of Parquet \(PAR1\)\.$/,
  },
  {
    what: 'without its target column',
    name: 'unlabelled.csv',
    body: withoutTarget,
    says: /target/,
  },
] as const;

/** Uploads that must be refused. Leaves versions, runs and endpoint as they were. */
export function describeBadUploads(stageOf: () => LocalStage): void {
  describe('an upload that is', () => {
    let before: Counts;
    beforeAll(async () => {
      const stage = stageOf();
      before = await counts(stage);
      const { s3, bucket } = stage.connection;
      for (const { name, body } of CASES) {
        await s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: `incoming/${name}`, Body: Buffer.from(body) }),
        );
      }
      await rest(stage);
    }, 60_000);

    it.each(CASES)(
      '$what is kept beside the reasons, told, and trains nothing',
      async ({ name, body, says }) => {
        const stage = stageOf();
        const uploads = await listUploads(stage.connection);
        const refused = uploads.find(({ upload }) => upload.startsWith(`${name}-`));
        expect(refused?.outcome).toBe('rejected');

        const { upload } = refused!;
        const checksKey = `rejected/${upload}/checks.json`;
        expect(await keysBelow(stage, `rejected/${upload}/`)).toEqual(
          [`rejected/${upload}/files/${name}`, checksKey].sort(),
        );
        expect((await bytesOf(stage, `rejected/${upload}/files/${name}`)).equals(Buffer.from(body))).toBe(
          true,
        );
        const checks = await jsonOf<ChecksDocument>(stage, checksKey);
        expect(checks).toMatchObject({ upload, verdict: 'FAIL' });

        const [event, ...more] = (await audited(stage, 'UploadRejected')).filter(
          ({ detail }) => detail.upload === upload,
        );
        expect(more).toEqual([]);
        expect(event!.detail).toMatchObject({ checksKey, reasons: [expect.stringMatching(says)] });
        expect(await decisionsOn(stage, upload)).toMatchObject([
          { kind: 'upload', judgement: { verdict: 'FAIL', reason: expect.stringMatching(says) } },
        ]);
      },
    );

    afterAll(async () => {
      const stage = stageOf();
      expect(await unsettledBelow(stage, 'incoming/')).toEqual([]);
      expect(await counts(stage)).toEqual(before);
    });
  });
}
