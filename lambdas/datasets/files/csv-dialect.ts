/** How a CSV file separates its fields, and what its columns are called, told from its beginning. */
import { type CsvDialect, CsvWalker } from './csv-records.ts';
import { firstRecord } from './first-record.ts';
import { csvHeaderProblem } from './header-names.ts';

export interface CsvHead {
  readonly dialect: CsvDialect;
  /** Column names in the file's order, as they are written. */
  readonly names: readonly string[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const PLURAL: Readonly<Record<CsvDialect['delimiter'], string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'pipes',
};
/** Records at the beginning that have to agree. */
const SNIFFED_RECORDS = 50;

interface Candidate {
  readonly delimiter: CsvDialect['delimiter'];
  readonly headerFields: number;
  /** Records after the header with as many fields as it has. */
  readonly agreeing: number;
  readonly records: number;
}

/**
 * Dialect and header of a file.
 * @param beginning of the text, without byte order mark, cut anywhere.
 * @param tabs whether the name says that only tabs separate.
 * @returns the end of a sentence about the file where there is something wrong.
 */
export function readCsvHead(beginning: Buffer, tabs: boolean): CsvHead | { readonly problem: string } {
  const text = beginning.toString('utf8').replace(/^[\r\n]+/, '');
  if (text.trim() === '') return { problem: 'has no header: it holds blank lines only' };
  const delimiters: readonly CsvDialect['delimiter'][] = tabs ? ['\t'] : DELIMITERS;
  const candidates = delimiters.map((delimiter) => trial(beginning, delimiter));
  const problem = tabs ? missingTab(text, candidates[0]!) : ambiguity(candidates);
  if (problem) return { problem };
  const { delimiter } = best(candidates);
  const dialect: CsvDialect = { delimiter, escape: '"' };
  const names = firstRecord(text, dialect);
  const wrong = csvHeaderProblem(names, () => countsRows(text, dialect));
  return wrong ? { problem: wrong } : { dialect, names };
}

function trial(beginning: Buffer, delimiter: CsvDialect['delimiter']): Candidate {
  let [headerFields, agreeing, records] = [1, 0, 0];
  const walker = new CsvWalker({
    dialect: { delimiter, escape: '"' },
    onRecord: ({ index, fields }) => {
      if (index === 0) headerFields = fields;
      else {
        records++;
        if (fields === headerFields) agreeing++;
      }
      return records < SNIFFED_RECORDS;
    },
  });
  walker.push(beginning);
  return { delimiter, headerFields, agreeing, records };
}

/** Two separators that divide every record alike: no rule could tell which is meant. */
function ambiguity(candidates: readonly Candidate[]): string | undefined {
  const fitting = candidates.filter(
    ({ headerFields, agreeing, records }) => headerFields > 1 && records > 0 && agreeing === records,
  );
  if (fitting.length < 2) return undefined;
  const ways = fitting.map(
    ({ delimiter, headerFields }) => `with ${PLURAL[delimiter]} (${headerFields} columns)`,
  );
  return `can be read ${ways.join(' and ')}; put values that hold a separator in quotation marks`;
}

/** Where no record agrees, the separator of most fields: what is wrong is then told by rows. */
function best(candidates: readonly Candidate[]): Candidate {
  const score = ({ headerFields, agreeing, records }: Candidate) =>
    (headerFields > 1 && agreeing === records ? 1e9 : 0) + (headerFields - 1) * 1e4 + (records - agreeing);
  return [...candidates].sort((a, b) => score(b) - score(a))[0]!;
}

function missingTab(text: string, { headerFields }: Candidate): string | undefined {
  const header = text.split(/[\r\n]/, 1)[0]!;
  if (headerFields > 1 || !/[,;|]/.test(header)) return undefined;
  const kind = header.includes(',') ? 'comma' : header.includes(';') ? 'semicolon' : 'pipe';
  return `has no tab in its header "${header.slice(0, 60)}", which looks ${kind}-separated; name it .csv`;
}

/** Whether the first column counts the rows from 0 or 1, as an index that pandas wrote. */
function countsRows(text: string, dialect: CsvDialect): boolean {
  const lines = text
    .split(/\r\n|\n|\r/)
    .slice(1, 6)
    .filter((line) => line !== '');
  const firsts = lines.map((line) => Number(firstRecord(line, dialect)[0]));
  return firsts.length > 0 && firsts.every((value, row) => value === row + firsts[0]!) && firsts[0]! <= 1;
}
