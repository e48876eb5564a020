/** The fields of one record of CSV, such as a header. */
import type { CsvDialect } from './csv-records.ts';

/** Fields of the first record of a text, without their quotation marks. */
export function firstRecord(text: string, { delimiter, escape: mark }: CsvDialect): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let wasQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (mark === '\\' && character === '\\') field += text[++at] ?? '';
      else if (character !== '"') field += character;
      else if (text[at + 1] === '"' && mark === '"') field += text[++at];
      else quoted = false;
    } else if (character === '"' && !wasQuoted && /^ *$/.test(field)) {
      quoted = true;
      wasQuoted = true;
      field = '';
    } else if (character === delimiter) {
      fields.push(field);
      field = '';
      wasQuoted = false;
    } else if (character === '\n' || character === '\r') {
      break;
    } else if (!wasQuoted || character !== ' ') field += character;
  }
  return [...fields, field];
}
