/** A command that is killed outright in the middle of a file, and given again. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsEnvironment } from '../../console/local/deploy.ts';
import { runScript } from '../../localstack/testing/run-command.ts';
import { type CloudConnection, startCloudConnection } from './cloud-connection.ts';

const MIB = 1024 ** 2;

let cloud: CloudConnection;
let folder: string;
beforeAll(async () => {
  cloud = await startCloudConnection();
  folder = mkdtempSync(join(tmpdir(), 'driftless-killed-'));
});
afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

const unfinished = async () => {
  const { s3, bucket } = cloud.connection;
  return (await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
};

async function partsThere(): Promise<number> {
  const { s3, bucket } = cloud.connection;
  const [begun] = await unfinished();
  if (!begun) return 0;
  const { Key, UploadId } = begun;
  const { Parts = [] } = await s3.send(new ListPartsCommand({ Bucket: bucket, Key, UploadId }));
  return Parts.length;
}

it('sends only the part that had not arrived, says so, and leaves one version with the exact bytes', async () => {
  const bytes = randomBytes(24 * MIB);
  const file = join(folder, 'rows.bin');
  writeFileSync(file, bytes);
  const args = ['upload', file, '--no-wait'];
  const env = awsEnvironment(cloud.endpoint);
  // one part of the three does not come through in time
  const stuck = { service: 's3', operation: 'UploadPart', times: 1, delaySeconds: 600 };
  await fetch(`${cloud.endpoint}/_cloud/faults`, { method: 'POST', body: JSON.stringify(stuck) });
  const child = spawn(process.execPath, ['--import', 'tsx', 'bin/driftless.ts', ...args], { env });
  const exited = once(child, 'exit');
  await expect.poll(partsThere, { timeout: 30_000, interval: 50 }).toBe(2);
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);

  const again = await runScript('bin/driftless.ts', args, { env });

  expect(again).toMatchObject({ code: 0, stderr: '' });
  // 24 MiB and 16 MiB, in decimal units
  expect(again.stdout).toMatch(
    /^uploaded 1 file, 25\.2 MB, 16\.8 MB of them were there already, \d+ s, to s3:.*\/incoming\/rows\.bin\n/,
  );
  const { s3, bucket } = cloud.connection;
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  expect(Versions.map(({ Key, Size }) => [Key, Size])).toEqual([['incoming/rows.bin', bytes.length]]);
  expect(await unfinished()).toEqual([]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'incoming/rows.bin' }));
  expect(bytes.equals(await Body!.transformToByteArray())).toBe(true);
}, 60_000);
