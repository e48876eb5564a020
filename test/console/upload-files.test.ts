/** Uploads to a real S3 API: what arrives, and what an interrupted upload does not send again. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitForOutcome } from '../../console/client/upload/outcome.ts';
import { type Progress, uploadFiles } from '../../console/client/upload/upload-files.ts';
import { type CloudConnection, startCloudConnection } from './cloud-connection.ts';

const MIB = 1024 ** 2;

let cloud: CloudConnection;
let folder: string;
beforeAll(async () => {
  cloud = await startCloudConnection();
});
afterAll(() => cloud.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-upload-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function keysBelow(prefix: string): Promise<string[]> {
  const { s3, bucket } = cloud.connection;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.map(({ Key }) => Key!);
}

async function sha256Of(key: string): Promise<string> {
  const { s3, bucket } = cloud.connection;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return createHash('sha256')
    .update(await Body!.transformToByteArray())
    .digest('hex');
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Lets `count` requests of a kind through; the next ones find no network. */
function cutAfter(command: string, count: number): () => void {
  let seen = 0;
  const { s3 } = cloud.connection;
  const name = 'cut-the-wire';
  s3.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName === command && ++seen > count) throw new Error('the wire is cut');
      return next(args);
    },
    { step: 'initialize', name },
  );
  return () => s3.middlewareStack.remove(name);
}

describe('an upload of', () => {
  it('one file goes below incoming/ and is what commits it', async () => {
    const uploaded = await uploadFiles(cloud.connection, [write('rows 1 é.csv', 'a,b\n1,2\n')]);

    expect(uploaded).toMatchObject({ keys: ['incoming/rows 1 é.csv'], upload: 'rows 1 é.csv' });
    expect(uploaded.committedBy).toEqual({
      key: 'incoming/rows 1 é.csv',
      versionId: expect.stringMatching(/./),
    });
    expect(await sha256Of('incoming/rows 1 é.csv')).toBe(sha256(Buffer.from('a,b\n1,2\n')));
  });

  it('an empty file arrives empty', async () => {
    await uploadFiles(cloud.connection, [write('empty.csv', '')]);
    expect(await sha256Of('incoming/empty.csv')).toBe(sha256(Buffer.alloc(0)));
  });

  it('a folder keeps its paths and ends with the marker', async () => {
    write('data/x/part 0.csv', '1');
    write('data/y.csv', '2');
    write('data/.DS_Store', 'noise');
    const uploaded = await uploadFiles(cloud.connection, [join(folder, 'data')], { name: 'november' });

    expect(uploaded).toMatchObject({ upload: 'november', hidden: 1 });
    expect(await keysBelow('incoming/november/')).toEqual([
      'incoming/november/_SUCCESS',
      'incoming/november/x/part 0.csv',
      'incoming/november/y.csv',
    ]);
    expect(uploaded.committedBy).toMatchObject({ key: 'incoming/november/_SUCCESS' });
  });

  it('a file of several parts arrives whole, and progress adds up', async () => {
    const bytes = randomBytes(20 * MIB + 7);
    const seen: Progress[] = [];
    await uploadFiles(cloud.connection, [write('large.bin', bytes)], { onProgress: (p) => seen.push(p) });

    expect(await sha256Of('incoming/large.bin')).toBe(sha256(bytes));
    expect(seen.at(-1)).toEqual({
      files: 1,
      filesDone: 1,
      bytes: bytes.length,
      sentBytes: bytes.length,
      keptBytes: 0,
    });
  });
});

describe('an interrupted upload', () => {
  it('of one file goes on with the parts that are not there', async () => {
    const bytes = randomBytes(24 * MIB);
    const file = write('interrupted.bin', bytes);
    const mend = cutAfter('UploadPartCommand', 2);
    await expect(uploadFiles(cloud.connection, [file])).rejects.toThrow('the wire is cut');
    mend();
    expect(await keysBelow('incoming/interrupted.bin')).toEqual([]);

    const { progress } = await uploadFiles(cloud.connection, [file]);

    expect(progress).toMatchObject({ sentBytes: 8 * MIB, keptBytes: 16 * MIB });
    expect(await sha256Of('incoming/interrupted.bin')).toBe(sha256(bytes));
  });

  it('sends the parts again that have changed meanwhile', async () => {
    const bytes = randomBytes(24 * MIB);
    const file = write('changed.bin', bytes);
    const mend = cutAfter('CompleteMultipartUploadCommand', 0);
    await expect(uploadFiles(cloud.connection, [file])).rejects.toThrow('the wire is cut');
    mend();
    bytes[10 * MIB]! ^= 1;
    writeFileSync(file, bytes);

    const { progress } = await uploadFiles(cloud.connection, [file]);

    expect(progress).toMatchObject({ sentBytes: 8 * MIB, keptBytes: 16 * MIB });
    expect(await sha256Of('incoming/changed.bin')).toBe(sha256(bytes));
  });

  it('of a folder goes to the same folder and sends only what has not arrived', async () => {
    for (const name of ['a', 'b', 'c', 'd']) write(`set/${name}.csv`, name.repeat(10));
    const mend = cutAfter('PutObjectCommand', 2);
    await expect(uploadFiles(cloud.connection, [join(folder, 'set')])).rejects.toThrow('the wire is cut');
    mend();

    const { upload, progress } = await uploadFiles(cloud.connection, [join(folder, 'set')]);

    expect(progress).toMatchObject({ files: 4, filesDone: 4, sentBytes: 20, keptBytes: 20 });
    expect(upload).toMatch(/^upload-\d{8}T\d{6}Z-[0-9a-f]{12}$/);
    const folders = (await keysBelow('incoming/upload-')).map((key) => key.split('/')[1]);
    expect(new Set(folders)).toEqual(new Set([upload]));
    expect(folders).toHaveLength(5);
  });

  it('of a folder sends a file again whose bytes are others, though its size is the same', async () => {
    write('twin/a.csv', 'aaaa');
    write('twin/b.csv', 'bbbb');
    const mend = cutAfter('PutObjectCommand', 2);
    const options = { name: 'twin' };
    await expect(uploadFiles(cloud.connection, [join(folder, 'twin')], options)).rejects.toThrow();
    mend();
    write('twin/b.csv', 'BBBB');

    const { progress } = await uploadFiles(cloud.connection, [join(folder, 'twin')], options);

    expect(progress).toMatchObject({ sentBytes: 4, keptBytes: 4 });
    expect(await sha256Of('incoming/twin/b.csv')).toBe(sha256(Buffer.from('BBBB')));
  });

  it('refuses a file that grows while it is sent', async () => {
    const file = write('growing.bin', randomBytes(17 * MIB));
    const grown = uploadFiles(cloud.connection, [file], {
      onProgress: () => utimesSync(file, new Date(0), new Date(0)),
    });
    await expect(grown).rejects.toThrow(
      `${file} changed while it was being sent; run the same command again once it is at rest`,
    );
    expect(await keysBelow('incoming/growing.bin')).toEqual([]);
  });
});

describe('an upload that was committed', () => {
  it('is made anew by the same command: its files belong to the earlier version', async () => {
    write('again/a.csv', 'a');
    write('again/b.csv', 'b');
    const first = await uploadFiles(cloud.connection, [join(folder, 'again')]);
    const named = await uploadFiles(cloud.connection, [join(folder, 'again')], { name: first.upload });

    expect(named.progress).toMatchObject({ sentBytes: 2, keptBytes: 0 });
    expect(named.committedBy.versionId).not.toBe(first.committedBy.versionId);
  });

  it('is not gone on with after its marker has expired, when the catalog knows of it', async () => {
    write('old/a.csv', 'a');
    write('old/b.csv', 'b');
    const before = new Set((await keysBelow('incoming/upload-')).map((key) => key.split('/')[1]!));
    const mend = cutAfter('PutObjectCommand', 1);
    const begun = uploadFiles(cloud.connection, [join(folder, 'old')]);
    await expect(begun).rejects.toThrow();
    mend();
    const folders = new Set((await keysBelow('incoming/upload-')).map((key) => key.split('/')[1]!));
    const upload = [...folders].find((name) => !before.has(name))!;
    await cloud.putItem(`UPLOAD#${upload}-00000000`, {
      upload: `${upload}-00000000`,
      key: `incoming/${upload}/_SUCCESS`,
      versionId: 'v',
      outcome: 'versioned',
    });
    // a folder's name has the second in it
    await new Promise((resolve) => setTimeout(resolve, 1100));

    const again = await uploadFiles(cloud.connection, [join(folder, 'old')]);

    expect(again.upload).not.toBe(upload);
    expect(again.progress).toMatchObject({ sentBytes: 2, keptBytes: 0 });
  });
});

describe('mistakes are told before anything is sent', () => {
  it.each([
    ['a name that begins with a dot', '.rows.csv', {}, /names that begin with \. or _ are no data/],
    ['a marker', '_SUCCESS', {}, /names that begin with \. or _ are no data/],
    ['a folder name with a slash', 'x.csv', { name: 'a/b' }, /^--name: got "a\/b"; allowed: /],
    ['a hidden folder name', 'x.csv', { name: '_tmp' }, /^--name: got "_tmp"; allowed: /],
  ])('%s', async (_what, name, options, says) => {
    await expect(uploadFiles(cloud.connection, [write(name, 'a')], options)).rejects.toThrow(says);
  });

  it('a key that is too long', async () => {
    const path = `${Array.from({ length: 6 }, () => 'é'.repeat(90)).join('/')}/x.csv`;
    write(`deep/${path}`, 'a');
    await expect(uploadFiles(cloud.connection, [join(folder, 'deep')], { name: 'n' })).rejects.toThrow(
      /its key would have 1102 bytes; allowed: 1024; shorten the path/,
    );
  });
});

describe('the outcome of an upload', () => {
  const item = (versionId: string, outcome: string) => ({
    upload: `rows.csv-${versionId}`,
    key: 'incoming/rows.csv',
    versionId,
    outcome,
    reason: 'because',
  });

  it('is that of this object version, not of an earlier file of the same name', async () => {
    await cloud.putItem('UPLOAD#rows.csv-1', item('1', 'versioned'));
    await cloud.putItem('UPLOAD#rows.csv-2', item('2', 'received'));
    const committedBy = { key: 'incoming/rows.csv', versionId: '2' };

    const looks: (string | undefined)[] = [];
    const found = waitForOutcome(cloud.connection, committedBy, {
      timeoutMs: 20_000,
      onLook: (seen) => {
        looks.push(seen?.outcome);
        if (looks.length === 1) void cloud.putItem('UPLOAD#rows.csv-2', item('2', 'rejected'));
      },
    });

    expect(await found).toMatchObject({ upload: 'rows.csv-2', outcome: 'rejected' });
    expect(looks).toEqual(['received']);
  });

  it('is open when nothing was received in time', async () => {
    const committedBy = { key: 'incoming/never.csv', versionId: '1' };
    expect(await waitForOutcome(cloud.connection, committedBy, { timeoutMs: 600 })).toBeUndefined();
  });
});
