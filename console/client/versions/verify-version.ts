/** Whether a version's bytes are still those that it was made of. */
import { datasetDigest } from '../../../lambdas/datasets/versions/manifest.ts';
import { objectKey } from '../../../lambdas/shared/keys.ts';
import type { Connection } from '../connect.ts';
import { mapLimited } from '../map-limited.ts';
import type { ListedVersion } from './documents.ts';
import { type Content, contentsOf, hasherOf, readObject } from './read-object.ts';
import type { Transferred } from './transferred.ts';

const OBJECTS_AT_ONCE = 8;

export interface Damage {
  /** Files of the version that have these contents. */
  readonly paths: readonly string[];
  readonly key: string;
  readonly problem: 'missing' | 'other size' | 'other bytes';
  /** One sentence. */
  readonly reason: string;
}

export interface Verification {
  readonly version: number;
  readonly files: number;
  readonly bytes: number;
  /** Whether the manifest's digest, taken again from its files, is the one that the catalog has. */
  readonly isManifestRight: boolean;
  readonly damages: readonly Damage[];
}

/** Reads every object of a version and hashes it again. One that is missing or wrong does not hide the others. */
export async function verifyVersion(
  connection: Connection,
  { item, manifest }: ListedVersion,
  onProgress?: (transferred: Transferred) => void,
): Promise<Verification> {
  const contents = contentsOf(manifest.files);
  const bytes = contents.reduce((sum, { size }) => sum + size, 0);
  let [filesDone, movedBytes] = [0, 0];
  const found = await mapLimited(contents, OBJECTS_AT_ONCE, async (content) => {
    const damage = await damageOf(connection, content, (count) => {
      movedBytes += count;
      onProgress?.({ files: contents.length, filesDone, bytes, movedBytes, keptBytes: 0 });
    });
    filesDone++;
    return damage;
  });
  return {
    version: item.version,
    files: manifest.files.length,
    bytes,
    isManifestRight: manifest.digest === item.digest && datasetDigest(manifest.files) === item.digest,
    damages: found.filter((damage) => damage !== undefined),
  };
}

async function damageOf(
  connection: Connection,
  content: Content,
  onRead: (bytes: number) => void,
): Promise<Damage | undefined> {
  const { sha256, size, paths } = content;
  const key = objectKey(sha256);
  const damage = (problem: Damage['problem'], reason: string) => ({ paths, key, problem, reason });
  const hasher = hasherOf(content);
  try {
    for await (const chunk of readObject(connection, key)) {
      hasher.update(chunk);
      onRead(chunk.length);
    }
  } catch (error) {
    if ((error as Error).name !== 'NoSuchKey') throw error;
    return damage('missing', `${key} is not there`);
  }
  if (hasher.size !== size) {
    return damage('other size', `${key} has ${hasher.size} bytes, the manifest says ${size}`);
  }
  const actual = hasher.digest().sha256;
  if (actual !== sha256) return damage('other bytes', `${key} has the hash ${actual}`);
  return undefined;
}
