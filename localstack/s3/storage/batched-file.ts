/** A file that is written in batches, the next one gathered while the last is on its way to the disk. */
import { unlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** How much is gathered; also the most that is held while a write is on its way. */
const BATCH_BYTES = 256 * 1024;

/** A file that does not exist yet, to be added to and then finished or removed. */
export class BatchedFile {
  private readonly path: string;
  private file: FileHandle | undefined;
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private size = 0;
  private writing: Promise<void> = Promise.resolve();

  /** The file is made by the first batch. */
  constructor(path: string) {
    this.path = path;
  }

  /** Adds bytes; resolves when there is room for more. */
  async add(chunk: Uint8Array): Promise<void> {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    this.size += chunk.length;
    if (this.heldBytes >= BATCH_BYTES) await this.flush();
  }

  /** Writes what is left and closes. @returns the file's size; no file is made for nothing */
  async finish(): Promise<number> {
    if (!this.file && this.size > 0) {
      writeFileSync(this.path, Buffer.concat(this.held));
      return this.size;
    }
    if (this.heldBytes > 0) await this.flush();
    await this.writing;
    await this.file?.close();
    return this.size;
  }

  /** Gives up: closes and deletes. */
  async remove(): Promise<void> {
    // the error that led here is the one to report
    await this.writing.catch(() => undefined);
    if (!this.file) return;
    await this.file.close().catch(() => undefined);
    unlinkSync(this.path);
  }

  private async flush(): Promise<void> {
    const batch = Buffer.concat(this.held.splice(0));
    this.heldBytes = 0;
    await this.writing;
    this.file ??= await open(this.path, 'wx');
    this.writing = this.file.writeFile(batch);
    // heard of by the next `await this.writing`
    this.writing.catch(() => undefined);
  }
}
