/** Reads a CSV text again: in another dialect, or to write it with line ends that DuckDB understands. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { CsvHead } from './csv-dialect.ts';
import { withoutBom } from './file-format.ts';
import { RecordJudge, type WrongRow } from './judge-records.ts';

/** @returns the first wrong row, if any, and what the records are like. */
export async function judgeFile(
  file: string,
  head: CsvHead,
): Promise<{ readonly wrong?: WrongRow; readonly rows: number; readonly longest: number }> {
  const judge = new RecordJudge(head);
  await forEachPiece(file, async (piece) => judge.push(piece));
  judge.end();
  return { wrong: judge.wrong, rows: judge.rows, longest: judge.walker.longest };
}

/** Writes the records of a text in which none is wrong, each ended by one LF, without blank lines. @returns the file. */
export async function mendFile(file: string, head: CsvHead): Promise<string> {
  const mendedFile = `${file}.mended`;
  const target = await open(mendedFile, 'w');
  const mended: Buffer[] = [];
  const judge = new RecordJudge({ ...head, onMended: (bytes) => mended.push(bytes) });
  try {
    await forEachPiece(file, async (piece) => {
      const isGoing = judge.push(piece);
      for (const bytes of mended.splice(0)) await target.write(bytes);
      return isGoing;
    });
  } finally {
    await target.close();
  }
  return mendedFile;
}

async function forEachPiece(file: string, work: (piece: Buffer) => Promise<boolean>): Promise<void> {
  let isFirst = true;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) {
    const piece = isFirst ? withoutBom(chunk as Buffer) : (chunk as Buffer);
    isFirst = false;
    if (!(await work(piece))) return;
  }
}
