/** Text-delimited files as Step Functions reads them. */

/** By the names of `CSVDelimiter`. */
export const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/**
 * Rows of fields. Quotes enclose delimiters and line ends; a repeated quote is one. A backslash escapes itself, quotes
 * and the delimiter, and is dropped before anything else. Lines without a character are no rows.
 */
export function parseRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  let isBlank = true;

  function endRow(): void {
    if (!isBlank) rows.push([...row, field]);
    row = [];
    field = '';
    isBlank = true;
  }

  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; at += 1) {
    const character = text[at] as string;
    const following = text[at + 1];
    if (character === '\\') {
      isBlank = false;
      if (following === '\\' || following === '"' || following === delimiter) {
        field += following;
        at += 1;
      }
    } else if (character === '"') {
      isBlank = false;
      if (isQuoted && following === '"') {
        field += '"';
        at += 1;
      } else isQuoted = !isQuoted;
    } else if (isQuoted) field += character;
    else if (character === delimiter) {
      isBlank = false;
      row.push(field);
      field = '';
    } else if (character === '\n' || (character === '\r' && following === '\n')) {
      if (character === '\r') at += 1;
      endRow();
    } else {
      isBlank = false;
      field += character;
    }
  }
  endRow();
  return rows;
}

/** Rows as objects: missing fields are empty, further ones are dropped. */
export function toRecords(rows: readonly string[][], header: readonly string[]): Record<string, string>[] {
  return rows.map((row) => Object.fromEntries(header.map((name, column) => [name, row[column] ?? ''])));
}
