/** What the headers of an upload's files say about a column. */
import type { SchemaColumn } from '../contract.ts';
import type { FilesFacts, Header } from './file-facts.ts';

/**
 * How many files lack a column, and the first of them. Not counted are files of JSON Lines, where a field may be absent,
 * and files that spell it with other capitals than others do, which is told of the files together.
 */
export function absentFrom(
  { headers }: FilesFacts,
  column: SchemaColumn,
): { readonly files: number; readonly rows: number; readonly first?: string } {
  const names = namesOf(column);
  const has = ({ columns }: Header, name: string) => columns.includes(name);
  const folded = names
    .filter((name) => headers.some((header) => has(header, name)))
    .map((name) => name.toLowerCase());
  const without = headers.filter((header) => {
    if (header.format === 'jsonl' || names.some((name) => has(header, name))) return false;
    return !header.columns.some((name) => folded.includes(name.toLowerCase()));
  });
  return {
    files: without.reduce((sum, { files }) => sum + files, 0),
    rows: without.reduce((sum, { rows }) => sum + rows, 0),
    first: without[0]?.first.path,
  };
}

/** Names of columns of the schema as a header has them, in its order. */
export function knownColumns({ columns }: Header, schema: readonly SchemaColumn[]): string[] {
  return columns.flatMap((name) => {
    const known = schema.find((column) => namesOf(column).includes(name));
    return known ? [known.name] : [];
  });
}

/** All names that a column has in files. */
export const namesOf = ({ name, aliases = [] }: SchemaColumn): readonly string[] => [name, ...aliases];

/**
 * The sentence about a column that some files lack; undefined when none does.
 * @param subject how it begins, such as `Column "x" (feature)`.
 */
export function absenceSentence(
  files: FilesFacts,
  column: SchemaColumn,
  subject: string,
): string | undefined {
  const absent = absentFrom(files, column);
  if (absent.files === 0) return undefined;
  const rows = `${absent.files === 1 ? 'its' : 'their'} ${absent.rows} ${absent.rows === 1 ? 'row has' : 'rows have'} no value`;
  return `${subject} is missing from ${absent.files} of ${files.count} files, first "${absent.first}": ${rows}.`;
}

/** What a person may have meant: a name in the files that differs by case, blanks or invisible characters only. */
export function similarName(wanted: string, names: readonly string[]): string {
  const differences: readonly [string, (name: string) => string][] = [
    ['case', (name) => name.toLowerCase()],
    ['invisible characters', visible],
    ['blanks', (name) => name.trim().replace(/ +/g, ' ')],
    ['case, blanks or punctuation', (name) => visible(name).replace(/[ _-]/g, '').toLowerCase()],
  ];
  for (const [what, reduce] of differences) {
    const similar = names.find((name) => name !== wanted && reduce(name) === reduce(wanted));
    if (similar !== undefined) return `${nameInQuotes(similar)} differs from it by ${what} only`;
  }
  return '';
}

const INVISIBLE = /[\p{Cf}\p{Cc}\u00a0\u2000-\u200a\u202f\u3000\ufeff]/gu;

const visible = (name: string) => name.replace(INVISIBLE, '');

/** A name in quotes with its invisible characters written out. */
export function nameInQuotes(name: string): string {
  const escaped = name.replace(INVISIBLE, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
