/** Column names that a file may and may not have. */

/** More are a file that is transposed, or none that was meant. */
export const MAXIMUM_COLUMNS = 10_000;
/** Bytes. @see https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html */
const LONGEST_NAME = 255;
/** Columns of the table `data` that are none of the dataset's. */
const RESERVED: readonly string[] = ['__file', '__row', '__bad'];

/**
 * Why the first line of a CSV file is no header, as the end of a sentence about the file.
 * @param countsRows whether the first column counts the rows; asked only when it has no name.
 */
export function csvHeaderProblem(names: readonly string[], countsRows: () => boolean): string | undefined {
  if (names.length <= MAXIMUM_COLUMNS && names.every(isNumber)) {
    const shown = names.slice(0, 3).map((name) => JSON.stringify(name));
    return `has no header: its first line holds numbers (${shown.join(', ')}), not names`;
  }
  const problem = headerProblem(names);
  const isIndex = problem !== undefined && names[0]?.trim() === '' && countsRows();
  return isIndex
    ? `${problem}; it counts the rows: write the file without index (pandas: to_csv(index=False))`
    : problem;
}

const isNumber = (name: string) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(name.trim());

/** Why a file with these columns cannot be read, as the end of a sentence about it. */
export function headerProblem(names: readonly string[]): string | undefined {
  if (names.length > MAXIMUM_COLUMNS) {
    return `has ${names.length} columns; at most ${MAXIMUM_COLUMNS} are read. Is the file transposed?`;
  }
  const empty = names.findIndex((name) => name.trim() === '');
  if (empty >= 0) return `has no name for column ${empty + 1}`;
  const reserved = names.find((name) => RESERVED.includes(name.toLowerCase()));
  if (reserved !== undefined) {
    return `has a column "${reserved}"; the names ${RESERVED.join(', ')} are kept for the places of rows: rename it`;
  }
  return repeatedName(names);
}

/** Two columns whose names Athena, Glue and DuckDB cannot tell apart, as the end of a sentence. */
function repeatedName(names: readonly string[]): string | undefined {
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const folded = name.toLowerCase();
    const before = seen.get(folded);
    seen.set(folded, index);
    if (before === undefined) continue;
    const places = `(${before + 1} and ${index + 1})`;
    return names[before] === name
      ? `has two columns named "${name}" ${places}; give each a name of its own`
      : `has columns "${names[before]}" and "${name}" ${places}, which differ by case only; Athena and Glue cannot tell them apart`;
  }
  return undefined;
}

export interface FileHeader {
  /** Name of the first file that has it. */
  readonly path: string;
  readonly columns: readonly string[];
}

/** Columns of different files whose names differ by case only, as sentences. */
export function headerClashes(headers: readonly FileHeader[]): string[] {
  const seen = new Map<string, { readonly name: string; readonly path: string }>();
  const told = new Set<string>();
  const sentences: string[] = [];
  for (const { path, columns } of headers) {
    for (const name of columns) {
      const folded = name.toLowerCase();
      const before = seen.get(folded);
      if (!before) seen.set(folded, { name, path });
      else if (before.name !== name && !told.has(name)) {
        told.add(name);
        sentences.push(
          `Files "${before.path}" and "${path}" have columns "${before.name}" and "${name}", which differ by case only; use one name.`,
        );
      }
    }
  }
  return sentences;
}

/** What is odd about names that are read nevertheless, as sentences. */
export function headerWarnings(path: string, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const bytes = Buffer.byteLength(name);
    if (bytes > LONGEST_NAME) {
      return [
        `Column "${name.slice(0, 8)}..." of "${path}" has a name of ${bytes} bytes; Athena and Glue take ${LONGEST_NAME}.`,
      ];
    }
    if (name === name.trim() && !INVISIBLE.test(name)) return [];
    return [
      `Column ${shown(name)} of "${path}" has blanks or invisible characters in its name; it is kept as it is.`,
    ];
  });
}

/** Spaces other than the ASCII blank, marks without a glyph, and control characters. */
const INVISIBLE = /[\p{Cf}\p{Cc}\u00a0\u2000-\u200a\u202f\u3000]/u;

/** A name in quotation marks with what nobody sees written out. */
function shown(name: string): string {
  return JSON.stringify(name).replaceAll(new RegExp(INVISIBLE, 'gu'), (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}
