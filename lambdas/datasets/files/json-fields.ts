/** Which fields the objects of a JSON Lines file have: every line is looked at, since any may bring a new one. */
import { createReadStream, createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import { diagnoseJson, lookAtJson } from './diagnose-json.ts';
import { withoutBom } from './file-format.ts';
import { LONGEST_LINE, type TextFile } from './read-text.ts';

export interface JsonFields {
  /** Local file without byte order mark. */
  readonly file: string;
  /** Fields of the outermost objects, those of the first object first. */
  readonly names: readonly string[];
}

interface Looked {
  readonly names: string[] | null;
  readonly first: string[] | null;
  readonly strange: boolean | null;
}

/** @returns the fields, or what is wrong with which row. */
export async function jsonFields(
  database: DuckDb,
  { file, whole }: TextFile,
  hasBom: boolean,
): Promise<JsonFields | { readonly problem: string; readonly row: number }> {
  const bare = hasBom ? `${file}.bare` : file;
  if (whole) {
    const text = withoutBom(whole);
    // DuckDB's parser of JSON does not take the mark that its parser of CSV takes
    if (hasBom) await writeFile(bare, text);
    const { problem, names } = lookAtJson(text.toString('utf8'));
    return problem ?? { file: bare, names };
  }
  if (hasBom) await pipeline(createReadStream(file, { start: 3 }), createWriteStream(bare));
  return fieldsOfBigFile(database, bare);
}

async function fieldsOfBigFile(database: DuckDb, file: string): ReturnType<typeof jsonFields> {
  const objects = `read_json_objects(${literal(file)}, format = 'newline_delimited', maximum_object_size = ${LONGEST_LINE})`;
  let looked: Looked | undefined;
  let parseError: unknown;
  try {
    looked = await database.row<Looked>(
      `SELECT flatten(list(DISTINCT keys)) AS names, first(keys) AS first,
         bool_or(coalesce(json_type(json) <> 'OBJECT', true) OR len(keys) <> len(list_distinct(keys))
           OR contains(CAST(json AS VARCHAR), '\\u0000')) AS strange
       FROM (SELECT json, json_keys(json) AS keys FROM ${objects})`,
    );
  } catch (error) {
    parseError = error;
  }
  if (!looked || looked.strange) {
    const wrong = await diagnoseJson(file);
    if (wrong) return wrong;
    // a backslash before \u0000 makes it text: nothing is wrong after all
    if (!looked) throw parseError;
  }
  return { file, names: [...new Set([...(looked.first ?? []), ...(looked.names ?? []).toSorted()])] };
}
