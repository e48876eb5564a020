/**
 * Thresholds of a stratified split: each class keeps the fractions, and rows keep their sides.
 *
 * The two wishes meet by fixing a class's thresholds when it is first seen: nearest to the fractions among those that
 * split the keys of that version exactly (rounded to whole keys). They are stored and never changed, so a row keeps its
 * side in every later version, whose new rows fall by the same thresholds. A key whose rows have several classes belongs
 * to the greatest one by text, so that its rows stay together. What can move a key is a change of its class, for example
 * a corrected label, and only if its position lies between the thresholds of the two classes.
 */
import { forEachVersionFile, type VersionFilesOptions } from '../datasets/versions/version-files.ts';
import { sha256 } from '../shared/digest.ts';
import type { DuckDb } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { strataPrefix } from '../shared/keys.ts';
import { putJson, requireJson } from '../shared/objects.ts';
import type { SplitSettings } from '../shared/settings.ts';
import { fixedThresholds, POSITION_STEP, type Thresholds } from './split.ts';

/** More classes than this are rather numbers or names than classes. */
const MOST_STRATA = 100;

/** `splits/strata/<digest>/<class>.json`, written once. */
interface StoredStratum extends Thresholds {
  readonly format: 1;
  readonly stratum: string;
  /** Version whose keys the thresholds were chosen by. */
  readonly version: number;
  readonly keys: number;
}

export interface StrataOptions {
  readonly files: VersionFilesOptions;
  readonly split: SplitSettings;
  /** Digest of the split's settings without the list of forgotten keys. */
  readonly digest: string;
  /** SQL over `data`: a row's position, and its class as text, never NULL. */
  readonly position: string;
  readonly stratum: string;
}

/**
 * Thresholds of each class of a version; fixes those of classes that are new. Leaves the table `key_strata`
 * (`position`, `stratum`): one row for each key.
 * @throws NonRetryableError (code `SplitSettings`) above 100 classes.
 */
export async function findStrata(options: StrataOptions): Promise<ReadonlyMap<string, Thresholds>> {
  const { files, split, digest } = options;
  const { database, bucket, version } = files;
  await readKeys(options);
  const counts = await database.rows<{ stratum: string; keys: number }>(
    `SELECT stratum, count(*) AS keys FROM key_strata GROUP BY 1 ORDER BY 1 LIMIT ${MOST_STRATA + 1}`,
  );
  if (counts.length > MOST_STRATA) {
    throw new NonRetryableError(
      `split "stratify" names a column with more than ${MOST_STRATA} values; stratify by a column with few classes`,
      { code: 'SplitSettings' },
    );
  }
  const strata = new Map<string, Thresholds>();
  for (const { stratum, keys } of counts) {
    const key = `${strataPrefix(digest)}${sha256(stratum).slice(0, 32)}.json`;
    const chosen: StoredStratum = {
      format: 1,
      stratum,
      version,
      keys,
      ...(await chooseThresholds(database, stratum, keys, split)),
    };
    // whoever comes first fixes them, and everybody takes what is fixed
    await putJson(bucket, key, chosen, { ifAbsent: true });
    const { holdout, validation } = await requireJson<StoredStratum>(bucket, key);
    strata.set(stratum, { holdout, validation });
  }
  return strata;
}

async function readKeys({ files, position, stratum }: StrataOptions): Promise<void> {
  const { database } = files;
  await database.run('CREATE OR REPLACE TABLE read_keys (position DOUBLE, stratum VARCHAR)');
  await forEachVersionFile(files, ({ relation }) =>
    database.run(
      `INSERT INTO read_keys SELECT ${position} AS position, max(${stratum}) FROM ${relation} GROUP BY 1`,
    ),
  );
  await database.run(
    'CREATE OR REPLACE TABLE key_strata AS SELECT position, max(stratum) AS stratum FROM read_keys GROUP BY 1',
  );
  await database.run('DROP TABLE read_keys');
}

/** Thresholds that leave round(fraction * keys) keys below them, as near to the fractions as that allows. */
async function chooseThresholds(
  database: DuckDb,
  stratum: string,
  keys: number,
  split: SplitSettings,
): Promise<Thresholds> {
  const wanted = fixedThresholds(split);
  const choose = async (threshold: number) => {
    const below = Math.round(threshold * keys);
    // the last key below, and the first that is not
    const around = await database.rows<{ position: number }>(
      `SELECT position FROM key_strata WHERE stratum = $1 ORDER BY position
       LIMIT ${below === 0 ? 1 : 2} OFFSET ${Math.max(0, below - 1)}`,
      [stratum],
    );
    const last = below === 0 ? undefined : around[0]!.position;
    const first = below === 0 ? around[0]!.position : around[1]?.position;
    return Math.min(first ?? 1, Math.max(threshold, last === undefined ? 0 : last + POSITION_STEP));
  };
  return { holdout: await choose(wanted.holdout), validation: await choose(wanted.validation) };
}
