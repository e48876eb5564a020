/** Restoring and verifying versions against a real S3 API. */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verificationText } from '../../console/cli/datasets-verify.ts';
import { findVersion, type ListedVersion } from '../../console/client/versions/documents.ts';
import { pullVersion } from '../../console/client/versions/pull-version.ts';
import { hasherOf, readObject } from '../../console/client/versions/read-object.ts';
import { verifyVersion } from '../../console/client/versions/verify-version.ts';
import { type CloudConnection, startCloudConnection } from './cloud-connection.ts';

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

let cloud: CloudConnection;
let folder: string;
let version = 0;
beforeAll(async () => {
  cloud = await startCloudConnection();
});
afterAll(() => cloud.stop());
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'driftless-pull-')), 'to');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

/** A version of these files; its digest is the SHA-256 of canonical JSON, written out here. */
async function make(contents: Readonly<Record<string, string | Buffer>>): Promise<ListedVersion> {
  const files = Object.entries(contents).map(([path, bytes]) => ({
    path,
    size: Buffer.byteLength(bytes),
    sha256: sha256(bytes),
    rows: 1,
  }));
  const identity = files.map(
    ({ path, size, sha256 }) => `{"path":${JSON.stringify(path)},"sha256":"${sha256}","size":${size}}`,
  );
  const digest = sha256(`[${identity.join(',')}]`);
  version++;
  for (const bytes of Object.values(contents)) await cloud.putObject(`objects/${sha256(bytes)}`, bytes);
  const header = { format: 2, digest, rows: files.length, fileCount: files.length };
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  await cloud.putObject(
    `datasets/${version}/manifest.json`,
    JSON.stringify({ ...header, bytes, schemaVersion: 1, schema: { columns: [] }, droppedRows: 0, files }),
  );
  await cloud.putItem(`VERSION#${String(version).padStart(8, '0')}`, { version, digest });
  return findVersion(cloud.connection, String(version));
}

const everythingIn = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(directory.length + 1), readFileSync(file, 'utf8')]),
  );

describe('pull', () => {
  it('restores every file byte for byte, equal ones too, and leaves nothing else', async () => {
    const contents = { 'a b.csv': '1', 'x/y/ü.csv': '2', 'x/copy.csv': '2', 'z-empty.csv': '' };
    const pulled = await pullVersion(cloud.connection, await make(contents), { directory: folder });
    expect(everythingIn(folder)).toEqual(contents);
    expect(readdirSync(folder).sort()).toEqual(['a b.csv', 'x', 'z-empty.csv']);
    expect(pulled).toMatchObject({ files: 4, bytes: 3, keptFiles: 0 });
  });

  it('writes the manifest beside the folder when asked, as it is in S3', async () => {
    const listed = await make({ 'a.csv': '1' });
    const { manifest } = await pullVersion(cloud.connection, listed, {
      directory: folder,
      withManifest: true,
    });
    expect(manifest).toMatch(/\/to\.manifest\.json$/);
    expect(JSON.parse(readFileSync(manifest!, 'utf8'))).toEqual(listed.manifest);
  });

  it('keeps what is there, and fetches the rest from the byte where it stopped', async () => {
    const large = randomBytes(300_000);
    const listed = await make({ 'a.csv': 'there', 'b.bin': large });
    mkdirSync(join(folder, '.driftless-pull'), { recursive: true });
    writeFileSync(join(folder, 'a.csv'), 'there');
    writeFileSync(join(folder, '.driftless-pull', sha256(large)), large.subarray(0, 200_000));
    const seen: { movedBytes: number; keptBytes: number }[] = [];

    const pulled = await pullVersion(cloud.connection, listed, {
      directory: folder,
      onProgress: (transferred) => seen.push(transferred),
    });

    expect(pulled.keptFiles).toBe(1);
    expect(seen.at(-1)).toMatchObject({ movedBytes: 100_000, keptBytes: 200_000, filesDone: 1 });
    expect(readFileSync(join(folder, 'b.bin')).equals(large)).toBe(true);
  });

  it('does not replace a file with other bytes, nor write any other, unless told to', async () => {
    const listed = await make({ 'a.csv': 'new', 'b.csv': 'b' });
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.csv'), 'mine');
    await expect(pullVersion(cloud.connection, listed, { directory: folder })).rejects.toThrow(
      /a\.csv is there with other bytes; choose an empty folder with --to, or pass --overwrite$/,
    );
    expect(everythingIn(folder)).toEqual({ 'a.csv': 'mine' });

    await pullVersion(cloud.connection, listed, { directory: folder, overwrite: true });
    expect(everythingIn(folder)).toEqual({ 'a.csv': 'new', 'b.csv': 'b' });
  });

  it.each(['../out.csv', 'a/../../out.csv', '/tmp/out.csv'])('refuses the path %s', async (path) => {
    const listed = await make({ [path]: 'x' });
    await expect(pullVersion(cloud.connection, listed, { directory: folder })).rejects.toThrow(
      /which leads out of the folder/,
    );
    expect(existsSync(folder)).toBe(false);
  });

  it('does not hand out bytes that are not the version’s', async () => {
    const listed = await make({ 'a.csv': 'right' });
    await cloud.putObject(`objects/${sha256('right')}`, 'wrong');
    await expect(pullVersion(cloud.connection, listed, { directory: folder })).rejects.toThrow(
      /\(a\.csv\) is not what the version was made of: its hash is 8810ad58/,
    );
    // nor leaves anything behind that a next call would go on with
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('verify', () => {
  it('finds a version whole', async () => {
    const listed = await make({ 'a.csv': '1', 'b.csv': '1', 'c.csv': '3' });
    const verification = await verifyVersion(cloud.connection, listed);
    expect(verification).toMatchObject({ files: 3, bytes: 2, isManifestRight: true, damages: [] });
    expect(verificationText(cloud.connection, verification)).toBe(
      `✓ version ${version} is whole: 3 files, 2 bytes read and hashed again`,
    );
  });

  it('names every damage, one not hiding the other', async () => {
    const listed = await make({
      'a.csv': 'gone',
      'b.csv': 'flip',
      'c.csv': 'longer',
      'd.csv': 'fine',
      'e.csv': 'gone',
    });
    const { s3, bucket } = cloud.connection;
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: `objects/${sha256('gone')}` }));
    await cloud.putObject(`objects/${sha256('flip')}`, 'flop');
    await cloud.putObject(`objects/${sha256('longer')}`, 'long');

    const verification = await verifyVersion(cloud.connection, listed);

    expect(verification.isManifestRight).toBe(true);
    expect(verification.damages.map(({ paths, problem }) => [paths, problem])).toEqual([
      [['a.csv', 'e.csv'], 'missing'],
      [['b.csv'], 'other bytes'],
      [['c.csv'], 'other size'],
    ]);
    expect(verificationText({ bucket: 'data' }, verification).split('\n')).toEqual([
      `✗ a.csv, e.csv: objects/${sha256('gone')} is not there`,
      `✗ b.csv: objects/${sha256('flip')} has the hash ${sha256('flop')}`,
      `✗ c.csv: objects/${sha256('longer')} has 4 bytes, the manifest says 6`,
      `version ${version}: 4 files of 5 damaged`,
      'an older S3 version of the object may still have the bytes; these are its versions:',
      `  aws s3api list-object-versions --bucket data --prefix objects/${sha256('gone')}`,
    ]);
  });

  it('finds a manifest that was changed', async () => {
    const listed = await make({ 'a.csv': '1' });
    const files = [{ ...listed.manifest.files[0]!, path: 'renamed.csv' }];
    const changed = { ...listed, manifest: { ...listed.manifest, files } };
    const verification = await verifyVersion(cloud.connection, changed);
    expect(verification.isManifestRight).toBe(false);
    expect(verificationText(cloud.connection, verification)).toContain(
      'the manifest has another digest than the catalog',
    );
  });
});

describe('an object that is read', () => {
  it('goes on where the connection broke', async () => {
    const bytes = Buffer.from('0123456789');
    const asked: (string | undefined)[] = [];
    const s3 = {
      send: async ({ input }: { input: { Range?: string; IfMatch?: string } }) => {
        asked.push(`${input.Range} ${input.IfMatch}`);
        const from = Number(/\d+/.exec(input.Range ?? '0')![0]);
        const body = async function* () {
          yield bytes.subarray(from, from + 4);
          if (from + 4 < bytes.length) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
        };
        return { ETag: '"e"', Body: Readable.from(body()) };
      },
    };
    const read: Buffer[] = [];
    // biome-ignore lint/suspicious/noExplicitAny: only `send` is asked for
    for await (const chunk of readObject({ s3: s3 as any, bucket: 'b' }, 'k')) read.push(Buffer.from(chunk));
    expect(Buffer.concat(read).toString()).toBe('0123456789');
    expect(asked).toEqual(['undefined undefined', 'bytes=4- "e"', 'bytes=8- "e"']);
  });

  it('of a tree hash is hashed chunk by chunk', () => {
    const hasher = hasherOf({ size: 5, chunkSize: 2 });
    for (const part of ['abc', 'de']) hasher.update(Buffer.from(part));
    const chunks = ['ab', 'cd', 'e'].map((chunk) => createHash('sha256').update(chunk).digest());
    expect(hasher.digest()).toEqual({ sha256: sha256(Buffer.concat(chunks)), chunkSize: 2 });
  });
});

describe('a version is found', () => {
  it.each([
    ['0', /^version: got "0"; allowed: a number from 1, or head$/],
    ['-1', /^version: got "-1"/],
    ['1.5', /^version: got "1.5"/],
    ['9999', /^version: got 9999; allowed: one that "flights" has; see them with: driftless datasets$/],
    ['head', /^version: got "head", but there is no version yet/],
  ])('by a number or head, not by %s', async (text, says) => {
    await expect(findVersion(cloud.connection, text)).rejects.toThrow(says);
  });
});
