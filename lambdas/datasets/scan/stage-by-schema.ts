/** Settles the schema of an upload and reads its rows into the table `data`, in one reading where that is possible. */
import { join } from 'node:path';
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';
import type { InspectedFile } from '../files/inspected-file.ts';
import { type StagedFile, type StageOptions, stageRows } from '../files/stage-rows.ts';
import { type EvolvedSchema, evolveSchema } from '../schema/evolution.ts';
import {
  mergeTypeEvidence,
  schemaOfEvidence,
  strictlyTyped,
  type TypeEvidence,
  typeEvidence,
} from '../schema/infer-types.ts';
import { agrees, guessTypes, stageInferred } from '../schema/stage-inferred.ts';
import { inBatches, linesOf } from './local-lines.ts';

export interface StageBySchemaOptions {
  readonly database: DuckDb;
  /** Local folder. */
  readonly directory: string;
  readonly settings: DatasetSettings;
  readonly head?: { readonly schema: DatasetSchema; readonly schemaVersion: number };
  /** Highest number that a schema of the project has. */
  readonly lastSchemaVersion: number;
}

export interface Inspected {
  /** Local JSON Lines of `InspectedFile`. */
  readonly inspected: string;
  readonly present: readonly string[];
  readonly batches: number;
}

export interface StagedBySchema {
  readonly evolved: EvolvedSchema;
  /** Local JSON Lines of `StagedFile`, in the order of `inspected`. */
  readonly stagedFile: string;
}

/** Reads the rows once where the schema is known or can be guessed, and once more where a guess was wrong. */
export async function stageBySchema(
  options: StageBySchemaOptions,
  looked: Inspected,
): Promise<StagedBySchema> {
  const { database, settings, head, lastSchemaVersion } = options;
  const { present, inspected, batches } = looked;
  const evolve = (inferred?: DatasetSchema) =>
    evolveSchema({ settings, head, lastSchemaVersion, present, inferred });
  if (settings.columns.length > 0) {
    const evolved = evolve();
    return { evolved, stagedFile: await stageAll(options, inspected, evolved.schema) };
  }
  if (!head && batches === 1) {
    const files: InspectedFile[] = [];
    for await (const file of linesOf<InspectedFile>(inspected)) files.push(file);
    const { schema, staged } = await stageInferred(database, files, settings);
    return { evolved: evolve(schema), stagedFile: await writeStaged(options, [staged]) };
  }
  if (head && hasOnly(head.schema, present)) {
    // nothing new in the headers: the frozen schema holds unless an integer column has fractions by now
    const stagedFile = await stageAll(options, inspected, head.schema);
    const evolved = evolve({ columns: head.schema.columns });
    const isFrozen = JSON.stringify(evolved.schema) === JSON.stringify(head.schema);
    if (isFrozen && !(await hasBadIntegers(database, head.schema))) return { evolved, stagedFile };
  }
  const guessed = head ? undefined : await stageByGuess(options, looked);
  if (guessed) return { evolved: evolve(guessed.schema), stagedFile: guessed.stagedFile };
  let evidence: TypeEvidence = { columns: [] };
  for await (const batch of inBatches(linesOf<InspectedFile>(inspected))) {
    evidence = mergeTypeEvidence(evidence, await evidenceOf(options, batch));
  }
  const evolved = evolve(schemaOfEvidence(evidence, settings));
  return { evolved, stagedFile: await stageAll(options, inspected, evolved.schema) };
}

/**
 * As `stageInferred`, of more files than one batch: the guess is made from the first batch.
 * @returns undefined where that does not tell the types of all files.
 */
async function stageByGuess(
  options: StageBySchemaOptions,
  { inspected, present }: Inspected,
): Promise<{ readonly schema: DatasetSchema; readonly stagedFile: string } | undefined> {
  const { database, settings } = options;
  let guess: TypeEvidence | undefined;
  for await (const batch of inBatches(linesOf<InspectedFile>(inspected))) {
    guess = await guessTypes(database, batch, settings);
    break;
  }
  if (!guess) return undefined;
  const known = new Set(guess.columns.map(({ name }) => name));
  if (!present.every((name) => known.has(name))) return undefined;
  const schema = schemaOfEvidence(guess, settings);
  const stagedFile = await stageAll(options, inspected, schema, strictlyTyped);
  for await (const { problem } of linesOf<StagedFile>(stagedFile)) if (problem) return undefined;
  return (await agrees(database, guess)) ? { schema, stagedFile } : undefined;
}

/** Evidence of the files that parse: what is wrong with the others, staging them says. */
export async function evidenceOf(
  options: Pick<StageBySchemaOptions, 'database' | 'settings'>,
  files: readonly InspectedFile[],
): Promise<TypeEvidence> {
  const { database, settings } = options;
  try {
    return await typeEvidence(database, files, { nullValues: settings.nullValues });
  } catch {
    if (files.length > 1) {
      const half = Math.ceil(files.length / 2);
      return mergeTypeEvidence(
        await evidenceOf(options, files.slice(0, half)),
        await evidenceOf(options, files.slice(half)),
      );
    }
    // what is not about the file comes again when its rows are read
    return { columns: [] };
  }
}

async function stageAll(
  options: StageBySchemaOptions,
  inspected: string,
  schema: DatasetSchema,
  typed?: StageOptions['typed'],
): Promise<string> {
  const { database, settings } = options;
  const { nullValues } = settings;
  async function* staged(): AsyncIterable<readonly StagedFile[]> {
    let append = false;
    for await (const batch of inBatches(linesOf<InspectedFile>(inspected))) {
      yield await stageRows(database, batch, schema, { nullValues, append, typed });
      append = true;
    }
    if (!append) await stageRows(database, [], schema);
  }
  return writeStaged(options, staged());
}

async function writeStaged(
  { directory }: StageBySchemaOptions,
  batches: AsyncIterable<readonly StagedFile[]> | Iterable<readonly StagedFile[]>,
): Promise<string> {
  const file = join(directory, 'staged.jsonl');
  const lines = await LineWriter.open(file);
  try {
    for await (const batch of batches) for (const each of batch) await lines.add(each);
  } finally {
    await lines.close();
  }
  return file;
}

/** Whether a schema has every column of the files, under its name or an alias. */
function hasOnly({ columns }: DatasetSchema, present: readonly string[]): boolean {
  const known = new Set(columns.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  return present.every((name) => known.has(name));
}

async function hasBadIntegers(database: DuckDb, { columns }: DatasetSchema): Promise<boolean> {
  const integers = columns.filter(({ type }) => type === 'integer').map(({ name }) => name);
  if (integers.length === 0) return false;
  const found = await database.rows(
    `SELECT 1 FROM data WHERE __bad IS NOT NULL AND list_has_any(map_keys(__bad), [${integers.map(literal).join(', ')}]) LIMIT 1`,
  );
  return found.length > 0;
}
