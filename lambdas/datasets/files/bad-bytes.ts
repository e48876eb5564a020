/** Says where bytes stand that are no text. */
import type { TextFile } from './read-text.ts';

interface Place {
  /** 0 is the header of CSV. */
  readonly row: number;
  readonly isWithin: boolean;
}

/** @param place where the text before the bad byte ends. @returns the end of a sentence about the file, and the row. */
export function describeBytes(
  { kind, byte, around }: NonNullable<TextFile['bytes']>,
  { row, isWithin }: Place,
): { readonly what: string; readonly row: number } {
  const place = row === 0 ? 'in the header' : `in row ${row}`;
  if (kind === 'nul') {
    const where = isWithin || row <= 1 ? place : `after row ${row - 1}`;
    return { what: `holds a NUL byte ${where}: it is binary or damaged; write the file again`, row };
  }
  const hex = byte.toString(16).toUpperCase().padStart(2, '0');
  return {
    what: `is not UTF-8 text: byte 0x${hex} ${place}; ${latinGuess(around, byte)}save it as UTF-8`,
    row,
  };
}

/** Bytes from A0 on that do not go on as UTF-8 are what Latin-1 writes for letters with accents. */
function latinGuess(around: Buffer, byte: number): string {
  const isSurrogate =
    byte === 0xed && around.some((one, at) => one === 0xed && (around[at + 1] ?? 0) >= 0xa0);
  if (byte < 0xa0 || isSurrogate) return '';
  const at = around.indexOf(byte);
  const text = around.toString('latin1');
  const isCut = (character: string) => /[\s,;|"\x7f-\x9f]/.test(character);
  let [from, to] = [at, at + 1];
  while (from > 0 && !isCut(text[from - 1]!)) from--;
  while (to < text.length && !isCut(text[to]!)) to++;
  return to - from <= 40
    ? `it looks like Latin-1 or Windows-1252 (${JSON.stringify(text.slice(from, to))}); `
    : '';
}
