/** Reads a text file piece by piece, unpacked, and looks at its bytes and its records on the way. */
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Compression } from './file-format.ts';
import { type ByteProblem, TextInspector } from './inspect-text.ts';
import { gunzipSmall, UnpackError, unpack } from './unpack.ts';

/** Bytes of one line, or of one record with line ends in quotation marks. */
export const LONGEST_LINE = 16 * 1024 ** 2;
/** A file up to this size is read at once: opening streams would take longer than reading. */
const SMALL = 256 * 1024;
const PIECE = 1024 ** 2;
/** Bytes of a packed file that are unpacked at once. */
const SMALL_UNPACKED = 8 * 1024 ** 2;

/** Takes the pieces of a text after their bytes were looked at. */
export interface TextReader {
  /** What the text is not, told from its first bytes (4 KiB where there are as many), as the end of a sentence. */
  refuse(beginning: Buffer): string | undefined;
  push(piece: Buffer): void;
}

export interface TextFile {
  /** Local file with the unpacked text. */
  readonly file: string;
  /** Bytes of it. */
  readonly size: number;
  /** All of it, where it is small. */
  readonly whole?: Buffer;
  /** What is wrong with its bytes; the reader got what stands before. */
  readonly bytes?: ByteProblem & { readonly around: Buffer };
  /** What is wrong with the file as a whole, as the end of a sentence. */
  readonly problem?: string;
}

/** @param size of the file, in bytes. */
export async function readText(
  file: string,
  size: number,
  compression: Compression | undefined,
  reader: TextReader,
): Promise<TextFile> {
  if (size <= SMALL && compression !== 'zstd') {
    // 100,000 files of 1 KB: the calls that wait take a tenth of the time
    const packed = readFileSync(file);
    const whole = compression ? gunzipSmall(packed, SMALL_UNPACKED) : packed;
    if (whole) {
      const target = compression ? `${file}.text` : file;
      if (compression) writeFileSync(target, whole);
      return { ...look([whole], reader), file: target, whole };
    }
  }
  return compression ? readPacked(file, size, compression, reader) : readPlain(file, reader);
}

async function readPlain(file: string, reader: TextReader): Promise<TextFile> {
  const looking = new Looking(reader);
  for await (const piece of createReadStream(file, { highWaterMark: PIECE })) {
    if (!looking.push(piece as Buffer)) break;
  }
  return { ...looking.end(), file };
}

async function readPacked(
  file: string,
  size: number,
  compression: Compression,
  reader: TextReader,
): Promise<TextFile> {
  const target = `${file}.text`;
  const looking = new Looking(reader);
  const unpacked = await open(target, 'w');
  try {
    const source = createReadStream(file, { highWaterMark: PIECE });
    for await (const piece of unpack(source, size, compression)) {
      await unpacked.write(piece);
      if (!looking.push(piece)) break;
    }
  } catch (error) {
    if (error instanceof UnpackError) return { file: target, size: looking.size, problem: error.message };
    throw error;
  } finally {
    await unpacked.close();
  }
  return { ...looking.end(), file: target };
}

function look(pieces: Iterable<Buffer>, reader: TextReader): Omit<TextFile, 'file'> {
  const looking = new Looking(reader);
  for (const piece of pieces) if (!looking.push(piece)) break;
  return looking.end();
}

/** Bytes that tell what a file is. */
const BEGINNING = 4096;
/** Bytes before and behind a bad one that a message may need. */
const AROUND = 40;

class Looking {
  private readonly inspector = new TextInspector();
  private readonly reader: TextReader;
  private readonly begun: Buffer[] = [];
  private last = Buffer.alloc(0);
  private found: Pick<TextFile, 'problem' | 'bytes'> | undefined;
  private isRefused: boolean | undefined;

  constructor(reader: TextReader) {
    this.reader = reader;
  }

  get size(): number {
    return this.inspector.length;
  }

  /** @returns false when there is no need to go on. */
  push(piece: Buffer): boolean {
    if (this.isRefused !== undefined) return this.look(piece);
    this.begun.push(piece);
    const length = this.begun.reduce((sum, part) => sum + part.length, 0);
    return length < BEGINNING || this.begin();
  }

  end(): Omit<TextFile, 'file'> {
    if (this.isRefused === undefined) this.begin();
    const bytes = this.found ? undefined : this.inspector.end();
    if (bytes) this.found = { bytes: { ...bytes, around: this.last } };
    return { ...this.found, size: this.size };
  }

  private begin(): boolean {
    const beginning = this.begun.length === 1 ? this.begun[0]! : Buffer.concat(this.begun);
    const problem = this.reader.refuse(beginning);
    this.isRefused = problem !== undefined;
    if (problem) this.found = { problem };
    return problem === undefined && this.look(beginning);
  }

  private look(piece: Buffer): boolean {
    const start = this.size;
    const bytes = this.inspector.push(piece);
    if (bytes) {
      const at = Math.max(0, bytes.offset - start);
      this.found = { bytes: { ...bytes, around: this.around(piece, at) } };
      this.reader.push(piece.subarray(0, at));
      return false;
    }
    this.reader.push(piece);
    this.last = Buffer.concat([this.last, piece.subarray(-AROUND)]).subarray(-AROUND);
    return true;
  }

  private around(piece: Buffer, at: number): Buffer {
    const before = Buffer.concat([this.last, piece.subarray(Math.max(0, at - AROUND), at)]).subarray(-AROUND);
    return Buffer.concat([before, piece.subarray(at, at + AROUND)]);
  }
}
