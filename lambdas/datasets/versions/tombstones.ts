/**
 * Keys whose rows are forgotten: every later version, split, retrain and monitor leaves them out.
 *
 * Kept are salted SHA-256 hashes, never keys. The salt stands in the catalog beside the list's digest, so the hashes are
 * pseudonyms, not anonymous: who can read both can test whether a key that he knows is on the list, as every reader of
 * data here must. Lists only grow.
 */
import { randomBytes } from 'node:crypto';
import { createItem, getItem, replaceItem } from '../../shared/catalog.ts';
import { projectPk, SK, type TombstonesItem } from '../../shared/catalog-items.ts';
import { nowIso } from '../../shared/clock.ts';
import { digestOf, sha256 } from '../../shared/digest.ts';
import { RetryableError } from '../../shared/errors.ts';
import { tombstonesKey } from '../../shared/keys.ts';
import { putJson, requireJson } from '../../shared/objects.ts';
import type { ColumnType } from '../../shared/settings.ts';

const ATTEMPTS = 10;
const SALT_BYTES = 32;

/** A list that is not empty. */
export interface Tombstones {
  readonly digest: string;
  readonly salt: string;
  /** Of the key column: label records give keys as text. */
  readonly keyType: ColumnType;
  /** SHA-256 of `<salt>:<key>`, hexadecimal, ascending. */
  readonly hashes: readonly string[];
}

/** `tombstones/<digest>.json`. */
interface TombstoneList {
  readonly format: 1;
  readonly hashes: readonly string[];
}

/** Digest of the list that counts now; undefined while there is none. */
export async function tombstonesDigest(project: string): Promise<string | undefined> {
  return (await getItem<TombstonesItem>(projectPk(project), SK.tombstones))?.item.digest;
}

/**
 * The list that counts now; undefined while there is none.
 * @param pinned digest of an earlier list, to have that one: the salt is drawn once for all of them.
 */
export async function loadTombstones(
  project: string,
  bucket: string,
  pinned?: string,
): Promise<Tombstones | undefined> {
  const found = await getItem<TombstonesItem>(projectPk(project), SK.tombstones);
  if (found?.item.digest === undefined) return undefined;
  const { salt, keyType } = found.item;
  const digest = pinned ?? found.item.digest;
  return { digest, salt, keyType, hashes: await loadTombstoneList(bucket, digest) };
}

/** The hashes of a list, also of one that has grown since. */
export async function loadTombstoneList(bucket: string, digest: string): Promise<readonly string[]> {
  return (await requireJson<TombstoneList>(bucket, tombstonesKey(digest))).hashes;
}

/**
 * Adds keys to the list. Repeating it changes nothing.
 * @param keys in canonical form (`canonicalKey`).
 * @returns the list, and how many of the keys were not on it.
 * @throws RetryableError (code `Contended`) when others kept adding.
 */
export async function addTombstones(
  project: string,
  bucket: string,
  { keys, keyType }: { readonly keys: readonly string[]; readonly keyType: ColumnType },
): Promise<{ readonly tombstones: Tombstones; readonly added: number }> {
  const pk = projectPk(project);
  const first: TombstonesItem = {
    salt: randomBytes(SALT_BYTES).toString('hex'),
    keyType,
    keys: 0,
    updatedAt: nowIso(),
  };
  await createItem(pk, SK.tombstones, first);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { item, revision } = (await getItem<TombstonesItem>(pk, SK.tombstones))!;
    const { salt } = item;
    const before = (await loadTombstones(project, bucket))?.hashes ?? [];
    const hashes = [...new Set([...before, ...keys.map((key) => keyHash(salt, key))])].sort();
    const digest = digestOf(hashes);
    const tombstones = { digest, salt, keyType, hashes };
    if (digest === item.digest) return { tombstones, added: 0 };
    // named by content, so an unused list of a lost race does no harm; the item decides which one counts
    await putJson(bucket, tombstonesKey(digest), { format: 1, hashes } satisfies TombstoneList);
    const next: TombstonesItem = { salt, digest, keyType, keys: hashes.length, updatedAt: nowIso() };
    if (await replaceItem(pk, SK.tombstones, next, revision)) {
      return { tombstones, added: hashes.length - before.length };
    }
  }
  throw new RetryableError(`the tombstone list of "${project}" is contended; try again`, {
    code: 'Contended',
  });
}

/** What stands for a key on the list. */
export const keyHash = (salt: string, key: string) => sha256(`${salt}:${key}`);
