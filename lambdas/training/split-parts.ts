/**
 * Writes rows of unknown number into CSV objects: one object as long as there is little, else numbered parts, so that no
 * object is too large for one request and a training job's instances can share them.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { uploadFile } from '../shared/objects.ts';

export interface PartsOptions {
  readonly bucket: string;
  /** Ends in `/`. */
  readonly prefix: string;
  /** Name of the only object, for example `train.csv`; parts are `part-00000.csv`, `part-00001.csv` and so on. */
  readonly name: string;
  /** Local file that the current part grows in. */
  readonly file: string;
  /** A part that has reached it takes no more. */
  readonly partBytes: number;
}

/** An object that was written, in order. */
export interface Part {
  readonly name: string;
  readonly rows: number;
}

const CSV = 'text/csv';

/** Takes local files in the order of their rows; holds one part on disk. */
export class SplitParts {
  private readonly options: PartsOptions;
  private readonly parts: Part[] = [];
  private bytes = 0;
  private rows = 0;

  constructor(options: PartsOptions) {
    this.options = options;
  }

  /** Adds a file's bytes, which end a line, and removes the file. A file without rows adds nothing. */
  async add(file: string, rows: number): Promise<void> {
    if (rows > 0) {
      // cut only when more comes: a single object keeps the plain name
      if (this.bytes >= this.options.partBytes) await this.cut(partName(this.parts.length));
      await pipeline(createReadStream(file), createWriteStream(this.options.file, { flags: 'a' }));
      this.bytes += (await stat(file)).size;
      this.rows += rows;
    }
    await rm(file);
  }

  /** Writes what is left. @returns all parts; none when no row came. */
  async finish(): Promise<readonly Part[]> {
    const { name } = this.options;
    if (this.rows > 0) await this.cut(this.parts.length === 0 ? name : partName(this.parts.length));
    return this.parts;
  }

  private async cut(name: string): Promise<void> {
    const { bucket, prefix, file } = this.options;
    await uploadFile(bucket, `${prefix}${name}`, file, CSV);
    await rm(file);
    this.parts.push({ name, rows: this.rows });
    this.bytes = 0;
    this.rows = 0;
  }
}

const partName = (number: number) => `part-${String(number).padStart(5, '0')}.csv`;
