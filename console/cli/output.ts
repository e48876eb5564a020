/** How commands print: a table for people, JSON for programs. */
import type { VersionItem } from '../../lambdas/shared/catalog-items.ts';

export type Cell = string | number | undefined;

/** Numbers as people write them: with a unit, thousands or a sign in front. */
const NUMERIC = /^[~<>]?-?\d[\d,]*(\.\d+)?(e[+-]?\d+)?( (%|bytes?|[kMGTP]B))?$/;

/** A sentence in the last column may be longer than a terminal is wide: its rule need not be. */
const LONGEST_LAST_RULE = 40;

/** Columns as wide as their widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '  none yet';
  const text = rows.map((row) => row.map((cell) => (cell === undefined ? '-' : printable(String(cell)))));
  const widths = header.map((title, column) =>
    Math.max(title.length, ...text.map((row) => displayWidth(row[column]!))),
  );
  const isNumeric = header.map((_, column) => {
    const cells = rows.map((row) => row[column]).filter((cell) => cell !== '' && cell !== undefined);
    return cells.length > 0 && cells.every((cell) => typeof cell === 'number' || NUMERIC.test(String(cell)));
  });
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - displayWidth(cell));
        return isNumeric[column] ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  const rules = widths.map((width, column) =>
    '─'.repeat(
      column === widths.length - 1 && !isNumeric[column] ? Math.min(width, LONGEST_LAST_RULE) : width,
    ),
  );
  return [line(header), line(rules), ...text.map(line)].join('\n');
}

/** Values and names come from files of anybody: what would steer a terminal or turn its text around is spelt out. */
export function printable(text: string): string {
  return text.replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** East Asian wide and fullwidth characters and emoji. @see https://www.unicode.org/reports/tr11/ */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Cells of a terminal that a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(/\p{Mn}|\p{Me}|[\u200b\u200c]|\u200d|\ufe0f/gu, '')) {
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Prints `data` as JSON, or what `render` makes of it. */
export function print<Data>(data: Data, json: boolean | undefined, render: (data: Data) => string): void {
  process.stdout.write(`${json ? JSON.stringify(data, null, 2) : render(data)}\n`);
}

/** Date and minute of an ISO time, in UTC. */
export const shortTime = (iso: string | undefined) => iso?.slice(0, 16).replace('T', ' ');

export const shortDigest = (digest: string) => digest.slice(0, 12);

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A number of bytes in decimal units, three digits. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  // 999.5 would be written as 1000
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  if (unit === 0) return bytes === 1 ? '1 byte' : `${Math.round(bytes)} bytes`;
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${UNITS[unit]}`;
}

/** Seconds as a person says them: `40 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A whole number with commas between thousands. */
export const countText = (count: number) => count.toLocaleString('en-US');

/** `1 file`, `2 files`. */
export const plural = (count: number, noun: string) => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

/** What made a version. */
export const sourceText = (source: VersionItem['source']) =>
  source.kind === 'upload' ? `upload ${source.upload}` : `labels, run ${source.run}`;
