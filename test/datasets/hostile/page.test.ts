/** docs/hostile-uploads.md says what the tests beside this one show: no row without test, no message or outcome that differs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { HostileUpload } from './hostile-upload.ts';
import { ALL_UPLOADS } from './uploads.ts';

const ROWS = 211;
/** Rows whose tests stand elsewhere: the file below `test/`, and the title's beginning. */
const ELSEWHERE: Readonly<Record<number, readonly [file: string, title: string]>> = {
  168: ['console/upload-files.test.ts', 'a key that is too long'],
  ...Object.fromEntries(
    Array.from({ length: 15 }, (_, at) => [197 + at, ['datasets/hostile/timing.test.ts', `${197 + at}: `]]),
  ),
};
/** What the page says once of all undeclared columns of values. */
const INFERRED =
  /^Column "x" is text: \d+ of \d+ values (is|are) not (a number|numbers|a time|times|true or false), first in "\S+" row \d+: ".*"\. Declare its type to refuse such rows\.$/s;

const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

interface PageRow {
  readonly outcome: string;
  readonly message: string;
}

/** Rows by number: the last two cells are outcome and message. */
const page = new Map<number, PageRow>(
  text('../../../docs/hostile-uploads.md')
    .replace(/\n## Changed since.*$/s, '')
    .split('\n')
    .flatMap((line): [number, PageRow][] => {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      if (!/^\d+$/.test(cells[1] ?? '')) return [];
      const [outcome, message] = cells.slice(-3).map(unescaped);
      return [[Number(cells[1]), { outcome: outcome!, message: message!.normalize('NFC') }]];
    }),
);

it('numbers its rows from 1 on', () => {
  expect([...page.keys()]).toEqual(Array.from({ length: ROWS }, (_, at) => at + 1));
});

it('has a test for every row', () => {
  const here = new Set(ALL_UPLOADS.map(({ row }) => row));
  const elsewhere = Object.entries(ELSEWHERE).filter(([, [file, title]]) => {
    return text(`../../${file}`).includes(`it('${title}`);
  });
  const tested = [...here, ...elsewhere.map(([row]) => Number(row))];
  expect(tested.toSorted((a, b) => a - b)).toEqual([...page.keys()]);
});

it.each(Object.keys(ELSEWHERE).map(Number))('row %i has the messages of its test', (row) => {
  const [file] = ELSEWHERE[row]!;
  const { message } = page.get(row)!;
  const sentences = message.split(/ Then: /).map((part) => part.replace(/^\*\*\S+\*\* /, ''));
  for (const sentence of sentences.filter((said) => said !== 'None')) {
    expect(text(`../../${file}`)).toContain(sentence.replace(/^\.\.\.|\.\.\.$/g, ''));
  }
});

describe.each(ALL_UPLOADS)('row $row: $upload', (upload) => {
  const { outcome, message } = page.get(upload.row)!;
  const verdicts = upload.readings.map(({ verdict }) => verdict);

  it('has the outcome', () => {
    expect(/rejected/.test(outcome), `"rejected" in: ${outcome}`).toBe(verdicts.includes('FAIL'));
    expect(/with warning/.test(outcome), `"with warning" in: ${outcome}`).toBe(verdicts.includes('WARN'));
    expect(outcome !== 'rejected', outcome).toBe(verdicts.some((verdict) => verdict !== 'FAIL'));
  });

  it('has the messages', () => {
    const told = saidOf(upload).filter(([, sentence]) => !INFERRED.test(sentence));
    for (const [check, sentence] of told) {
      expect(message).toContain(`**${check}**`);
      expect(message).toContain(asOnPage(sentence));
    }
    expect(/^None\b/.test(message), message).toBe(told.length === 0);
    const named = new Set([...message.matchAll(/\*\*([a-z-]+)\*\*/g)].map(([, check]) => check!));
    expect([...named].toSorted()).toEqual([...new Set(told.map(([check]) => check))].toSorted());
    const rest = told.reduce((left, [, sentence]) => left.replaceAll(asOnPage(sentence), ''), message);
    expect(rest, 'a sentence that is not said').not.toMatch(/File "| values of "|is missing|cannot be/);
  });
});

const saidOf = ({ readings }: HostileUpload) => readings.flatMap(({ says = [] }) => says);

/** What is left open at its end in the tests is one of the numbers that a compressor decides. */
const asOnPage = (sentence: string) => sentence.replace(/\.\.\.$/, '').normalize('NFC');

/** Markdown as text. */
function unescaped(cell: string): string {
  return cell.replace(/\\([\\_>|<*])/g, '$1');
}
