/** Puts keys on the list of those to forget, and finds what still holds rows of them. */
import { getItem } from '../../shared/catalog.ts';
import { type HeadItem, projectPk, SK } from '../../shared/catalog-items.ts';
import { recordDecision } from '../../shared/decisions.ts';
import { type DuckDb, withDuckDb } from '../../shared/duckdb.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import type { ColumnType, ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import type { ForgetKeysInput, ForgetKeysResult } from '../contract.ts';
import { canonicalKey } from '../versions/forgotten-rows.ts';
import { loadManifestHeader } from '../versions/manifest.ts';
import { addTombstones, keyHash } from '../versions/tombstones.ts';
import { renewCommits } from '../versions/version-store.ts';
import { findLabelFiles, findModels } from './find-descendants.ts';
import { findHolders } from './find-holders.ts';

/** Positions of keys that a message names; the keys themselves it never does. */
const NAMED_POSITIONS = 10;
const KEYS_PER_STATEMENT = 500;

/**
 * Adds the keys, records that, and looks for rows of them in every version. Repeating it changes nothing. Versions whose
 * commit is announced by now are looked at, too; those that are announced later leave the rows out.
 * @param remainingMs time that the function has left; the search stops in time and says where to go on.
 * @throws NonRetryableError (code `NoKeyColumn`) for a project without key column, (code `KeyNotOfType`) when a key
 *   cannot be a value of that column.
 */
export async function forgetKeys(
  settings: ProjectSettings,
  { keys: texts, next }: ForgetKeysInput,
  remainingMs: () => number,
): Promise<ForgetKeysResult> {
  const { project, dataBucket: bucket, dataset } = settings;
  if (dataset.key === undefined) {
    throw new NonRetryableError(
      `project "${project}" declares no key column, so its rows cannot be found by key; set dataset.key, or remove the files that hold the person's rows as docs/erasure.md says`,
      { code: 'NoKeyColumn' },
    );
  }
  const keyType = await keyTypeOf(settings);
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await wantKeys(database, texts, keyType);
      const wanted = await database.rows<{ key: string }>('SELECT key FROM wanted_keys ORDER BY key');
      const keys = wanted.map(({ key }) => key);
      const { tombstones, added } = await addTombstones(project, bucket, { keys, keyType });
      const total = tombstones.hashes.length;
      await renewCommits(project, bucket);
      await recordDecision({
        project,
        kind: 'erasure',
        subject: tombstones.digest,
        by: 'forget-keys',
        judgement: {
          rule: 'forget-keys',
          verdict: 'PASS',
          reason: `The list of keys to forget has ${total} keys.`,
          inputs: { digest: tombstones.digest, keys: total },
        },
      });
      const hashes = new Set(keys.map((key) => keyHash(tombstones.salt, key)));
      const held = await findHolders({ database, directory, settings, hashes, next, remainingMs });
      return {
        project,
        added,
        keys: total,
        digest: tombstones.digest,
        ...held,
        models: await findModels(
          project,
          held.versions.map(({ version }) => version),
        ),
        // not again when a call goes on where another stopped
        labelFiles:
          next === undefined ? await findLabelFiles({ database, directory, project, bucket, keyType }) : [],
      };
    }),
  );
}

/** Type of the key column in the version at the head, else as it is declared. */
async function keyTypeOf({ project, dataBucket, dataset }: ProjectSettings): Promise<ColumnType> {
  const isKey = ({ name }: { readonly name: string }) => name === dataset.key;
  const head = await getItem<HeadItem>(projectPk(project), SK.head);
  const schema = head && (await loadManifestHeader(dataBucket, head.item.version)).schema;
  return (schema?.columns.find(isKey) ?? dataset.columns.find(isKey))?.type ?? 'string';
}

/** Creates the table `wanted_keys` (`key`, canonical text). */
async function wantKeys(database: DuckDb, texts: readonly string[], type: ColumnType): Promise<void> {
  // as values, not as text of the statement: an error of DuckDB quotes its statement
  await database.run('CREATE TABLE given_keys (position INTEGER, text VARCHAR)');
  for (let at = 0; at < texts.length; at += KEYS_PER_STATEMENT) {
    const some = texts.slice(at, at + KEYS_PER_STATEMENT);
    const values = some.map((_, index) => `(${at + index}, $${index + 1})`).join(', ');
    await database.run(`INSERT INTO given_keys VALUES ${values}`, some);
  }
  await database.run(
    `CREATE TABLE wanted_keys AS SELECT DISTINCT ${canonicalKey('text', type)} AS key FROM given_keys`,
  );
  const bad = await database.rows<{ position: number }>(
    `SELECT position FROM given_keys WHERE ${canonicalKey('text', type)} IS NULL ORDER BY position`,
  );
  await database.run('DROP TABLE given_keys');
  if (bad.length === 0) return;
  const named = bad.slice(0, NAMED_POSITIONS).map(({ position }) => position + 1);
  throw new NonRetryableError(
    `${bad.length} of ${texts.length} keys are no value of type ${type}, which the key column has: number ${named.join(', ')}${bad.length > named.length ? ' and others' : ''} of those given; nothing was forgotten`,
    { code: 'KeyNotOfType', details: { type, keys: bad.length } },
  );
}
