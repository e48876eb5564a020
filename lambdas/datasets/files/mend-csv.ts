/** Goes through the records of a CSV text: says which is wrong, and writes them as DuckDB understands them. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { CsvHead } from './csv-dialect.ts';
import { withoutBom } from './file-format.ts';
import { type JudgeOptions, RecordJudge, type WrongRow } from './judge-records.ts';

/** A local file, or its bytes. */
export type CsvSource = string | Buffer;

export interface CsvRecords {
  /** The first that is wrong; what else is told goes up to there. */
  readonly wrong?: WrongRow;
  /** Without the header. */
  readonly rows: number;
  readonly blankLines: number;
  /** Bytes of the longest record. */
  readonly longest: number;
  readonly hasMixedLineEnds: boolean;
}

export async function judgeRecords(source: CsvSource, head: CsvHead): Promise<CsvRecords> {
  const judge = new RecordJudge(head);
  for await (const piece of piecesOf(source)) if (!judge.push(piece)) break;
  judge.end();
  const { wrong, rows, walker } = judge;
  const { blankLines, longest, hasMixedLineEnds } = walker;
  return { wrong, rows, blankLines, longest, hasMixedLineEnds };
}

/** Row that the bytes before an offset end in, 0 for the header, and whether they end within it. */
export async function placeIn(
  source: CsvSource,
  offset: number,
  head: CsvHead | undefined,
): Promise<{ readonly row: number; readonly isWithin: boolean }> {
  if (!head) return { row: 0, isWithin: true };
  const { walker } = await through(source, head, offset);
  return { row: walker.records, isWithin: walker.isWithinRecord };
}

/** Writes the records of a text in which none is wrong, each ended by one LF, without blank lines. @returns the file. */
export async function mendRecords(source: CsvSource, head: CsvHead, target: string): Promise<string> {
  const handle = await open(target, 'w');
  const mended: Buffer[] = [];
  const judge = new RecordJudge({ ...head, onMended: (bytes) => mended.push(bytes) });
  try {
    for await (const piece of piecesOf(source)) {
      const isGoing = judge.push(piece);
      for (const bytes of mended.splice(0)) await handle.write(bytes);
      if (!isGoing) break;
    }
  } finally {
    await handle.close();
  }
  return target;
}

async function through(source: CsvSource, options: JudgeOptions, end: number): Promise<RecordJudge> {
  const judge = new RecordJudge(options);
  for await (const piece of piecesOf(source, end)) if (!judge.push(piece)) break;
  return judge;
}

/** Without byte order mark. */
async function* piecesOf(source: CsvSource, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  if (end === 0) return;
  if (typeof source !== 'string') {
    yield withoutBom(source.subarray(0, end));
    return;
  }
  let isFirst = true;
  for await (const chunk of createReadStream(source, { highWaterMark: 1024 ** 2, end: end - 1 })) {
    yield isFirst ? withoutBom(chunk as Buffer) : (chunk as Buffer);
    isFirst = false;
  }
}
