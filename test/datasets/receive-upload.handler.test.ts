import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedObject } from '../../lambdas/datasets/contract.ts';
import { parseUpload, uploadId } from '../../lambdas/datasets/upload/upload-request.ts';
import { sha256 } from '../../lambdas/shared/digest.ts';
import { aCsv, BUCKET } from '../shared/project-fixture.ts';
import { Stage } from './upload-fixture.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.restore());

function listing(upload: string, name = 'listing'): ListedObject[] {
  const { bytes } = stage.aws.objects.get(`${BUCKET}/uploads/${upload}/${name}.jsonl`)!;
  return bytes
    .toString()
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ListedObject);
}

describe('the name of an upload', () => {
  it('is told from key and S3 version alone', () => {
    const of = (key: string, versionId: string) => parseUpload({ key, versionId }) as { upload: string };
    const { upload } = of('incoming/my file.csv', 'v1');
    expect(upload).toBe(`my-file.csv-${sha256('incoming/my file.csv\nv1').slice(0, 12)}`);
    expect(of('incoming/my file.csv', 'v2').upload).not.toBe(upload);
    expect(of('incoming/my-file.csv', 'v1').upload).not.toBe(upload);
    expect(of('incoming/u/_SUCCESS', 'v1').upload).toBe(
      uploadId('u', { key: 'incoming/u/_SUCCESS', versionId: 'v1' }),
    );
  });

  it('may name an execution, however long the key is', async () => {
    const event = stage.put(`${'é x.'.repeat(60)}.csv`, aCsv(10));
    const { upload } = await stage.receive(event);
    expect(upload!.length).toBeLessThanOrEqual(61);
    expect([...stage.states.executions.keys()][0]).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });

  it.each([
    ['incoming/u/part.csv', 'part of an upload folder'],
    ['incoming/u/sub/_SUCCESS', 'part of an upload folder'],
    ['incoming/_SUCCESS', 'hidden'],
    ['incoming/.part.crc', 'hidden'],
    ['incoming/u/', 'folder marker'],
    ['labels/x.jsonl', 'not below incoming/'],
  ])('%s has none: it is no upload', (key, reason) => {
    expect(parseUpload({ key, versionId: 'v' })).toMatchObject({
      kind: 'ignored',
      reason: expect.stringContaining(reason),
    });
  });
});

describe('the listing of a folder', () => {
  it('names every object with its S3 version, in order of UTF-8, however the listing is paged', async () => {
    stage.aws.pageSize = 2;
    // by UTF-16 the emoji (D83D...) would come before U+FF5E
    const names = ['b.csv', 'a.csv', 'sub/c.csv', '～.csv', '\u{1F600}.csv', 'A b+c%.csv', '_hidden', 'sub/'];
    const event = stage.putFolder('u', Object.fromEntries(names.map((name) => [name, name])));
    const { upload } = await stage.receive(event);

    const found = listing(upload!);
    expect(found.map(({ path }) => path)).toEqual([
      'A b+c%.csv',
      '_hidden',
      'a.csv',
      'b.csv',
      'sub/',
      'sub/c.csv',
      '～.csv',
      '\u{1F600}.csv',
    ]);
    const [first] = found;
    const stored = stage.aws.objects.get(`${BUCKET}/incoming/u/A b+c%.csv`)!;
    expect(first).toEqual({
      path: 'A b+c%.csv',
      key: 'incoming/u/A b+c%.csv',
      versionId: stored.versionId,
      size: 10,
      etag: stored.etag,
      lastModified: stored.lastModified.toISOString(),
    });
    expect(stage.upload(upload!)).toMatchObject({
      outcome: 'received',
      kind: 'folder',
      key: 'incoming/u/_SUCCESS',
      versionId: event.detail.object['version-id'],
      files: 8,
      bytes: names.reduce((sum, name) => sum + Buffer.byteLength(name), 0),
      requester: '123456789012',
      sourceIp: '203.0.113.7',
    });
  });

  it('is frozen once: a delivery that was killed after it finds the same', async () => {
    const event = stage.putFolder('u', { 'a.csv': aCsv(10) });
    stage.aws.before = (operation) => {
      if (operation === 'PutItem') throw new Error('killed');
    };
    await expect(stage.receive(event)).rejects.toThrow('killed');
    stage.aws.before = () => {};
    const { upload } = await stage.receive(event);
    expect(stage.upload(upload!)).toMatchObject({ files: 1, bytes: aCsv(10).length });
  });

  it('leaves out what was removed before the marker, and keeps what was removed after it', async () => {
    stage.put('u/before.csv', 'x');
    stage.aws.remove(BUCKET, 'incoming/u/before.csv');
    await new Promise((resolve) => setTimeout(resolve, 2));
    stage.put('u/after.csv', 'x');
    const event = stage.put('u/_SUCCESS');
    await new Promise((resolve) => setTimeout(resolve, 2));
    stage.aws.remove(BUCKET, 'incoming/u/after.csv');
    const { upload } = await stage.receive(event);
    expect(listing(upload!).map(({ path }) => path)).toEqual(['after.csv']);
  });

  it('takes what was put again in the second of its deletion', async () => {
    const at = new Date('2026-01-01T00:00:00Z');
    stage.put('u/a.csv', 'old', at);
    stage.aws.remove(BUCKET, 'incoming/u/a.csv', at);
    stage.put('u/a.csv', 'again', at);
    const { upload } = await stage.receive(stage.put('u/_SUCCESS', '', at));
    expect(listing(upload!)).toMatchObject([{ path: 'a.csv', size: 'again'.length }]);
  });

  it('leaves out the S3 versions that an earlier commit took, and lists them as seen', async () => {
    const first = await stage.receive(stage.putFolder('u', { 'a.csv': 'a', 'b.csv': 'b', 'd.csv': 'd' }));
    stage.put('u/b.csv', 'another b');
    const second = await stage.receive(stage.putFolder('u', { 'c.csv': 'c' }));

    expect(listing(first.upload!)).toHaveLength(3);
    expect(listing(second.upload!).map(({ path }) => path)).toEqual(['b.csv', 'c.csv']);
    expect(listing(second.upload!, 'seen').map(({ path }) => path)).toEqual([
      'a.csv',
      'b.csv',
      'c.csv',
      'd.csv',
    ]);
  });

  it('of an object that is gone for good is none', async () => {
    const event = stage.put('a.csv', aCsv(10));
    stage.aws.versions.clear();
    stage.aws.objects.delete(`${BUCKET}/incoming/a.csv`);
    expect(await stage.receive(event)).toMatchObject({ outcome: 'gone' });
    expect(stage.states.executions.size).toBe(0);
  });
});
