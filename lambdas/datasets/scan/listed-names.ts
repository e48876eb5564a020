/** Names of the files of an upload on the local disk: 8 bytes of memory for each, however long they are. */
import { closeSync, openSync, readSync } from 'node:fs';
import { LineWriter } from '../../shared/line-writer.ts';
import { type NamedFile, type NameFinding, NameReader } from '../files/file-names.ts';

/** Bytes that are read at once; S3 takes 1,024 for a key, which JSON may write with six characters a byte. */
const PIECE = 64 * 1024;

export class ListedNames {
  private readonly reader = new NameReader();
  private readonly file: string;
  private readonly lines: LineWriter;
  /** Where the line of each file ends. */
  private ends = new Float64Array(1024);
  private count = 0;
  private bytes = 0;

  private constructor(file: string, lines: LineWriter) {
    this.file = file;
    this.lines = lines;
  }

  /** Keeps names in a local file, in the order in which they come. */
  static async open(file: string): Promise<ListedNames> {
    return new ListedNames(file, await LineWriter.open(file));
  }

  /** The names of all objects. */
  static async of(file: string, objects: AsyncIterable<NamedFile>): Promise<ListedNames> {
    const names = await ListedNames.open(file);
    for await (const _ of names.keepFrom(objects));
    return names;
  }

  /** Passes objects on and keeps their names, which may be asked for when all have passed. */
  async *keepFrom<Listed extends NamedFile>(objects: AsyncIterable<Listed>): AsyncIterable<Listed> {
    try {
      for await (const object of objects) {
        await this.add(object);
        yield object;
      }
    } finally {
      await this.lines.close();
    }
  }

  private async add({ path, size }: NamedFile): Promise<void> {
    this.reader.add({ path, size });
    if (this.count === this.ends.length) {
      const larger = new Float64Array(2 * this.count);
      larger.set(this.ends);
      this.ends = larger;
    }
    const line: NamedFile = { path, size };
    this.bytes += Buffer.byteLength(JSON.stringify(line)) + 1;
    this.ends[this.count++] = this.bytes;
    await this.lines.add(line);
  }

  /** Name of the file at a position, from 0. */
  pathOf(position: number): string | undefined {
    if (!(position >= 0 && position < this.count)) return undefined;
    const from = position === 0 ? 0 : this.ends[position - 1]!;
    const handle = openSync(this.file, 'r');
    try {
      const line = Buffer.alloc(this.ends[position]! - from);
      readSync(handle, line, 0, line.length, from);
      return (JSON.parse(line.toString()) as NamedFile).path;
    } finally {
      closeSync(handle);
    }
  }

  /** What is to be said of the names. */
  findings(): NameFinding[] {
    return this.reader.findings(() => this.all());
  }

  private *all(): Iterable<NamedFile> {
    const handle = openSync(this.file, 'r');
    try {
      let rest = Buffer.alloc(0);
      for (let at = 0; at < this.bytes; ) {
        const piece = Buffer.alloc(Math.min(PIECE, this.bytes - at));
        at += readSync(handle, piece, 0, piece.length, at);
        rest = Buffer.concat([rest, piece]);
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
          yield JSON.parse(rest.toString('utf8', 0, end)) as NamedFile;
          rest = rest.subarray(end + 1);
        }
      }
    } finally {
      closeSync(handle);
    }
  }
}
