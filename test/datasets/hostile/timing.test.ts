/** Rows 197 to 211 of docs/hostile-uploads.md: what comes too early, too late, twice or never. */
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BUCKET } from '../../shared/project-fixture.ts';
import { Stage } from '../upload-fixture.ts';
import { GOOD } from './hostile-upload.ts';

const OTHER = 'x,y\n3,0\n4,1\n';
const HOUR_MS = 3_600_000;
let stage: Stage;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-01T00:00:00Z'), toFake: ['Date'] });
  const nothing = { format: undefined, key: undefined, eventTime: undefined };
  stage = new Stage({ ...nothing, columns: [], target: 'y', minimumRows: 1 });
});
afterEach(() => {
  stage.restore();
  vi.useRealTimers();
});
const pass = (hours: number) => vi.setSystemTime(Date.now() + hours * HOUR_MS);
const reasons = (event: string) =>
  stage.aws.events.filter(({ name }) => name === event).map(({ detail }) => detail.reason);
const paths = (version: number) => stage.manifest(version).files.map(({ path }) => path);
const sizes = (version: number) => stage.manifest(version).files.map(({ size }) => size);

it('197: files without a marker are waited for, and expire after seven days', async () => {
  for (const name of ['a', 'b', 'c']) stage.put(`u/${name}.csv`, 'x'.repeat(4_000_000));
  pass(24 * 7 - 1);
  await stage.sweep();
  expect([stage.events(), stage.uploads()]).toEqual([[], []]);
  pass(2);
  await stage.sweep();
  expect(reasons('UploadExpired')).toEqual([
    'Upload "u" has had no _SUCCESS for 7 days (3 files, 12 MB): it has expired. Write incoming/u/_SUCCESS after the last file.',
  ]);
  expect(stage.tag('u/a.csv'), 'the lifecycle of the bucket deletes what has this tag').toBe('expired');
});

it('198: a marker without a file is rejected', async () => {
  const reason = 'The upload has no file beside its marker.';
  expect(await stage.play(stage.putFolder('u', {}))).toMatchObject({ outcome: 'rejected', reason });
});

it('199: files behind their marker are rejected with it, and reported', async () => {
  const played = await stage.play(stage.putFolder('u', {}));
  expect(played).toMatchObject({ outcome: 'rejected', reason: 'The upload has no file beside its marker.' });
  for (const name of ['a', 'b', 'c']) stage.put(`u/${name}.csv`, `${GOOD}${name.charCodeAt(0)},1\n`);
  pass(1);
  await stage.sweep();
  expect(reasons('LateFiles')).toEqual([
    '3 files arrived in "u" after its _SUCCESS and belong to no version; write _SUCCESS again to commit them.',
  ]);
});

it('200: a file behind the marker belongs to no version, and is reported', async () => {
  const marker = stage.putFolder('u', { 'a.csv': GOOD });
  pass(1);
  stage.put('u/late.csv', OTHER);
  expect(await stage.play(marker)).toMatchObject({ outcome: 'versioned' });
  expect(paths(1)).toEqual(['a.csv']);
  pass(1);
  await stage.sweep();
  expect(reasons('LateFiles')).toEqual([
    '1 file arrived in "u" after its _SUCCESS and belongs to no version: "late.csv"; write _SUCCESS again to commit it.',
  ]);
});

it('201: a second marker without anything new makes no version', async () => {
  await stage.play(stage.putFolder('u', { 'a.csv': GOOD }));
  expect(await stage.play(stage.put('u/_SUCCESS'))).toMatchObject({
    outcome: 'unchanged',
    reason: 'Upload "u" holds nothing that an earlier commit did not take.',
  });
  expect(stage.itemsBelow('DECISION#')).toHaveLength(2);
  stage.expectSound(1);
});

it('202: a second marker commits the new files only', async () => {
  await stage.play(stage.putFolder('u', { 'a.csv': GOOD }));
  await stage.play(stage.putFolder('u', { 'b.csv': OTHER }));
  expect(paths(2)).toEqual(['b.csv']);
  stage.expectSound(2);
});

it('203: events that come twice or in another order make one version', async () => {
  const older = stage.put('a.csv', GOOD);
  const newer = stage.put('a.csv', `${GOOD}3,1\n`);
  for (const event of [newer, older, newer]) await stage.play(event);
  expect(stage.manifest(1).rows).toBe(3);
  expect(stage.uploads()).toHaveLength(2);
  stage.expectSound(1);
});

it('204: a file that is overwritten while it is committed is taken as it was, and the newer one reported', async () => {
  const marker = stage.putFolder('u', { 'a.csv': GOOD });
  await stage.play(marker, {
    after: (step) => {
      if (step !== 'plan') return;
      pass(1);
      stage.put('u/a.csv', `${GOOD}3,1\n`);
    },
  });
  expect(sizes(1)).toEqual([GOOD.length]);
  pass(1);
  await stage.sweep();
  expect(reasons('LateFiles')).toEqual([
    '1 file arrived in "u" after its _SUCCESS and belongs to no version: "a.csv"; write _SUCCESS again to commit it.',
  ]);
});

it('205: a file that is deleted behind the marker is in the version', async () => {
  const marker = stage.putFolder('u', { 'a.csv': GOOD, 'b.csv': OTHER });
  pass(1);
  stage.aws.remove(BUCKET, 'incoming/u/b.csv');
  await stage.play(marker);
  expect(paths(1)).toEqual(['a.csv', 'b.csv']);
  stage.expectSound(1);
});

it('206: a file that is deleted before the marker is not in the version', async () => {
  stage.put('u/a.csv', GOOD);
  stage.put('u/b.csv', OTHER);
  pass(1);
  stage.aws.remove(BUCKET, 'incoming/u/b.csv');
  pass(1);
  await stage.play(stage.put('u/_SUCCESS'));
  expect(paths(1)).toEqual(['a.csv']);
});

it('207: the same content twice at one instant is one version', async () => {
  const markers = ['u1', 'u2'].map((folder) => stage.putFolder(folder, { 'a.csv': GOOD }));
  const played = await Promise.all(markers.map((marker) => stage.play(marker, { tries: 3 })));
  const [first, second] = played.toSorted((a, b) => b.outcome.localeCompare(a.outcome));
  expect(first).toMatchObject({ outcome: 'versioned', version: 1 });
  expect(second!.outcome).toBe('unchanged');
  expect([
    'Upload "u1" has the content of version 1: nothing changed.',
    'Upload "u2" has the content of version 1: nothing changed.',
  ]).toContain('reason' in second! ? second.reason : undefined);
  stage.expectSound(1);
});

it('208: different contents at one instant are two versions', async () => {
  const markers = [stage.putFolder('u1', { 'a.csv': GOOD }), stage.putFolder('u2', { 'a.csv': OTHER })];
  const played = await Promise.all(markers.map((marker) => stage.play(marker, { tries: 3 })));
  expect(played.map(({ outcome }) => outcome)).toEqual(['versioned', 'versioned']);
  stage.expectSound(2);
});

it('209: a multipart upload that is never completed is no object', async () => {
  const begun = { Bucket: BUCKET, Key: 'incoming/u/a.csv' };
  await new S3Client({}).send(new CreateMultipartUploadCommand(begun));
  pass(24 * 30);
  expect(await stage.sweep()).toEqual({ received: 0, resumed: 0, late: 0, expired: 0 });
  expect(stage.events()).toEqual([]);
});

it('210: a marker deeper in the folder is left out', async () => {
  const deeper = stage.put('u/sub/_SUCCESS');
  expect(await stage.play(deeper)).toMatchObject({ outcome: 'ignored' });
  await stage.play(stage.putFolder('u', { 'sub/a.csv': GOOD }));
  expect(paths(1)).toEqual(['sub/a.csv']);
  const told = stage.checks(1).checks.filter(({ check }) => check === 'files-ignored');
  expect(told.map(({ reason }) => reason)).toEqual([
    '1 file whose name begins with "_" or "." is left out: "sub/_SUCCESS".',
  ]);
});

it('211: a marker with content is as an empty one', async () => {
  stage.put('u/a.csv', GOOD);
  await stage.play(stage.put('u/_SUCCESS', '{"committer":"magic"}'));
  expect(paths(1)).toEqual(['a.csv']);
  stage.expectSound(1);
});
