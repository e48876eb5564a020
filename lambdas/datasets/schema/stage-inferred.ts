/** Types and rows of a dataset that declares no types, mostly in one reading. */
import type { DuckDb } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';
import { type InspectedFile, isReadable } from '../files/inspected-file.ts';
import { type StagedFile, type StageOptions, stageRows } from '../files/stage-rows.ts';
import {
  distinctNames,
  inferSchema,
  schemaOfEvidence,
  strictlyTyped,
  type TypeEvidence,
  typeEvidence,
} from './infer-types.ts';
import { inferredRole } from './schema.ts';

export interface StagedWithTypes {
  readonly schema: DatasetSchema;
  readonly staged: readonly StagedFile[];
}

/** Rows of each group of files that a guess is made from: fewer of wide files, because each value takes a microsecond. */
const GUESSED_ROWS = { most: 10_000, least: 100 };
const GUESSED_VALUES = 1_000_000;

/**
 * As `inferSchema` and then `stageRows`, with the same result but mostly one reading: types are guessed from the first
 * rows, and the staging finds out whether every value agrees. It sees only values that the guess can hold, so a type
 * that the first rows ruled out stays ruled out, and one that no later value contradicts is the first that fits all.
 */
export async function stageInferred(
  database: DuckDb,
  files: readonly InspectedFile[],
  settings: DatasetSettings,
): Promise<StagedWithTypes> {
  const { nullValues } = settings;
  const options: StageOptions = { nullValues, typed: strictlyTyped };
  const guess = await guessTypes(database, files, settings);
  const guessed = guess ? schemaOfEvidence(guess, settings) : textSchema(files, settings);
  const staged = await stageRows(database, files, guessed, options);
  if (staged.some(({ problem }) => problem)) return { schema: guessed, staged };
  if (guess && (await agrees(database, guess))) return { schema: guessed, staged };
  const schema = await inferSchema(database, files, settings);
  return { schema, staged: await stageRows(database, files, schema, { nullValues }) };
}

/** Evidence of the first rows; undefined when a file does not parse: the staging says which, and why. */
export function guessTypes(
  database: DuckDb,
  files: readonly InspectedFile[],
  { nullValues }: DatasetSettings,
): Promise<TypeEvidence | undefined> {
  return typeEvidence(database, files, { nullValues, firstRows: guessedRows(files) }).catch(() => undefined);
}

function guessedRows(files: readonly InspectedFile[]): number {
  const widest = files.reduce((most, file) => Math.max(most, isReadable(file) ? file.columns.length : 0), 1);
  const { most, least } = GUESSED_ROWS;
  return Math.min(most, Math.max(least, Math.floor(GUESSED_VALUES / widest)));
}

/** Whether staging with a guess, by `strictlyTyped`, has met nothing that speaks against it. */
export async function agrees(database: DuckDb, guess: TypeEvidence): Promise<boolean> {
  // a column without values among the first rows was guessed from nothing
  if (guess.columns.some(({ values }) => values === 0)) return false;
  const { bad } = await database.row<{ bad: number }>(
    'SELECT count(*) AS bad FROM data WHERE __bad IS NOT NULL',
  );
  return bad === 0;
}

/** Every column as text: for files that cannot be looked at before they are staged. */
function textSchema(files: readonly InspectedFile[], settings: DatasetSettings): DatasetSchema {
  const read = files.filter(isReadable).flatMap(({ columns }) => columns.filter(({ unread }) => !unread));
  return {
    columns: distinctNames(read).map(({ name }) => ({
      name,
      type: 'string',
      role: inferredRole(name, 'string', settings),
    })),
  };
}
