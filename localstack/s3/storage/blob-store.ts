/**
 * Bytes on disk: immutable files that records point to.
 *
 * A body is written to a file of its own; it becomes part of an object only when a record names it, so nothing half
 * written is ever read. Copies share files. A file goes when the last record that names it has gone; what a killed
 * process left behind goes at the next start.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BatchedFile } from './batched-file.ts';

/** Bodies up to this many bytes are written and read in one system call. */
const SMALL_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;
const DELETE_AFTER_MS = 20;

/** A run of bytes of a file; an object is a list of them. */
export interface Segment {
  readonly blob: string;
  readonly offset: number;
  readonly size: number;
}

/** A body as clients and other services hand it over. */
export type BodySource = AsyncIterable<Uint8Array | string> | Uint8Array | string | undefined;

export class BlobStore {
  private readonly directory: string;
  private readonly references = new Map<string, number>();
  private readonly doomed: string[] = [];

  constructor(directory: string) {
    this.directory = directory;
    for (let i = 0; i < 256; i += 1) {
      mkdirSync(join(directory, i.toString(16).padStart(2, '0')), { recursive: true });
    }
  }

  /**
   * Writes a body in constant memory. `onChunk` sees every byte once, in order, before it is on disk.
   * The segment belongs to the caller, who must `retain` or `discard` it. A body that breaks off leaves nothing.
   */
  async write(body: BodySource, onChunk: (chunk: Uint8Array) => void): Promise<Segment> {
    const blob = randomUUID();
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? new Uint8Array());
      onChunk(bytes);
      if (bytes.length > 0) writeFileSync(this.path(blob), bytes);
      return { blob, offset: 0, size: bytes.length };
    }
    const file = new BatchedFile(this.path(blob));
    try {
      for await (const each of body) {
        const chunk = typeof each === 'string' ? Buffer.from(each) : each;
        onChunk(chunk);
        await file.add(chunk);
      }
      return { blob, offset: 0, size: await file.finish() };
    } catch (error) {
      await file.remove();
      throw error;
    }
  }

  /** Bytes `start` to `end` (exclusive) of the segments, streamed; small ones at once. */
  read(segments: readonly Segment[], start: number, end: number): Readable | Buffer {
    const wanted = slice(segments, start, end);
    const [only] = wanted;
    if (!only) return Buffer.alloc(0);
    if (wanted.length === 1 && only.size <= SMALL_BYTES) return this.readNow(only);
    this.retain(wanted);
    const stream = Readable.from(this.chunks(wanted), { objectMode: false });
    stream.once('close', () => this.release(wanted));
    return stream;
  }

  /** Counts one more record for each segment. */
  retain(segments: readonly Segment[]): void {
    for (const { blob } of segments) this.references.set(blob, (this.references.get(blob) ?? 0) + 1);
  }

  /** Counts one record less, and deletes the files that no record names any more. */
  release(segments: readonly Segment[]): void {
    for (const segment of segments) {
      const left = (this.references.get(segment.blob) ?? 0) - 1;
      if (left > 0) this.references.set(segment.blob, left);
      else this.discard(segment);
    }
  }

  /** Deletes the file of a segment that no record names. */
  discard({ blob, size }: Segment): void {
    this.references.delete(blob);
    if (size === 0) return;
    this.doomed.push(blob);
    // together and a little later: asking for each at once costs more than a small object's whole write
    if (this.doomed.length === 1) setTimeout(() => this.deleteDoomed(), DELETE_AFTER_MS).unref();
  }

  /** Deletes what was discarded. What is left of it when the process ends is an orphan, which the next start sweeps. */
  private deleteDoomed(): void {
    for (const blob of this.doomed.splice(0)) rmSync(this.path(blob), { force: true });
  }

  /** Deletes every file that no record names; before the first request. */
  sweep(): void {
    for (const folder of readdirSync(this.directory)) {
      for (const blob of readdirSync(join(this.directory, folder))) {
        if (!this.references.has(blob)) unlinkSync(this.path(blob));
      }
    }
  }

  /** Bytes on disk of one file; for tests. */
  sizeOf(blob: string): number {
    return statSync(this.path(blob)).size;
  }

  private readNow({ blob, offset, size }: Segment): Buffer {
    const buffer = Buffer.allocUnsafe(size);
    if (size === 0) return buffer;
    const file = openSync(this.path(blob), 'r');
    try {
      readSync(file, buffer, 0, size, offset);
    } finally {
      closeSync(file);
    }
    return buffer;
  }

  private async *chunks(segments: readonly Segment[]): AsyncGenerator<Buffer> {
    for (const { blob, offset, size } of segments) {
      const file = await open(this.path(blob), 'r');
      try {
        for (let at = offset; at < offset + size; ) {
          const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, offset + size - at));
          const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
          if (bytesRead === 0) throw new Error(`file of an object ends early: ${blob} at ${at}`);
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    }
  }

  private path(blob: string): string {
    return join(this.directory, blob.slice(0, 2), blob);
  }
}

/** The part of `segments` between two positions. */
export function slice(segments: readonly Segment[], start: number, end: number): Segment[] {
  const result: Segment[] = [];
  let position = 0;
  for (const { blob, offset, size } of segments) {
    const from = Math.max(start, position);
    const to = Math.min(end, position + size);
    if (to > from) result.push({ blob, offset: offset + from - position, size: to - from });
    position += size;
  }
  return result;
}
