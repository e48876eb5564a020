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
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import { RetryableError } from '../../shared/errors.ts';
import { tombstonesKey } from '../../shared/keys.ts';
import { putJson, requireJson } from '../../shared/objects.ts';
import type { ColumnType, DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';
import { fromText } from '../schema/typed-columns.ts';

const ATTEMPTS = 10;
const SALT_BYTES = 32;
const HASHES_PER_STATEMENT = 10_000;

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

/** The list that counts now; undefined while there is none. */
export async function loadTombstones(project: string, bucket: string): Promise<Tombstones | undefined> {
  const found = await getItem<TombstonesItem>(projectPk(project), SK.tombstones);
  if (found?.item.digest === undefined) return undefined;
  const { digest, salt, keyType } = found.item;
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

/** SQL for the canonical text of a key that is given as text: as DuckDB writes the typed value, NULL when it is none. */
export const canonicalKey = (text: string, type: ColumnType) => `CAST(${fromText(text, type)} AS VARCHAR)`;

/** Creates the table `forgotten` that `isForgotten` asks; empty without tombstones. */
export async function createForgotten(database: DuckDb, tombstones: Tombstones | undefined): Promise<void> {
  await database.run('CREATE OR REPLACE TABLE forgotten (hash VARCHAR)');
  const hashes = tombstones?.hashes ?? [];
  for (let at = 0; at < hashes.length; at += HASHES_PER_STATEMENT) {
    const list = hashes
      .slice(at, at + HASHES_PER_STATEMENT)
      .map(literal)
      .join(', ');
    await database.run(`INSERT INTO forgotten SELECT unnest([${list}])`);
  }
}

/**
 * SQL that holds for a key on the list; needs the table `forgotten`. False without tombstones, and for a missing key.
 * @param text SQL for the key's canonical text.
 */
export function isForgotten(tombstones: Tombstones | undefined, text: string): string {
  if (!tombstones) return 'false';
  return `coalesce(sha256(${literal(`${tombstones.salt}:`)} || ${text}) IN (SELECT hash FROM forgotten), false)`;
}

/**
 * Takes the rows of forgotten keys out of the table `data`.
 * @returns how many; 0 where the schema has no key column.
 */
export async function eraseRows(
  database: DuckDb,
  { key }: Pick<DatasetSettings, 'key'>,
  schema: DatasetSchema,
  tombstones: Tombstones | undefined,
): Promise<number> {
  if (!tombstones || key === undefined || !schema.columns.some(({ name }) => name === key)) return 0;
  await createForgotten(database, tombstones);
  const forgotten = isForgotten(tombstones, `CAST(${identifier(key)} AS VARCHAR)`);
  const [deleted] = await database.rows<{ Count: number }>(`DELETE FROM data WHERE ${forgotten}`);
  return deleted?.Count ?? 0;
}
