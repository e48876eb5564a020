/** Writes JSON Lines to a local file, a buffer at a time. */
import { type FileHandle, open } from 'node:fs/promises';

const BUFFER_CHARACTERS = 256 * 1024;

export class LineWriter {
  private buffer: string[] = [];
  private characters = 0;
  private readonly handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  static async open(file: string): Promise<LineWriter> {
    return new LineWriter(await open(file, 'w'));
  }

  /** Adds a value as a line. Calls have to wait for each other. */
  async add(value: unknown): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    this.buffer.push(line);
    this.characters += line.length;
    if (this.characters >= BUFFER_CHARACTERS) await this.flush();
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.handle.close();
    }
  }

  private async flush(): Promise<void> {
    const text = this.buffer.join('');
    this.buffer = [];
    this.characters = 0;
    await this.handle.writeFile(text);
  }
}
