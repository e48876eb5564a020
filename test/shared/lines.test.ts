import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileLines, splitLines } from '../../lambdas/shared/lines.ts';

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

/** Separators of lines to one program or another, of which only the first is one here. */
const CHARACTERS = ['\n', '\r', '\u2028', '\u2029', '\u0085', '\v', 'a', 'é', '😀'];

describe('lines', () => {
  it('end at line feeds and nowhere else, wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 60 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }),
        async (characters, sizes) => {
          const text = characters.join('');
          const expected = text.split('\n');
          if (expected.at(-1) === '') expected.pop();
          expect(await collect(splitLines(cut(Buffer.from(text), sizes)))).toEqual(expected);
        },
      ),
    );
  });

  it('of a file are the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'driftless-lines-'));
    try {
      const file = join(folder, 'lines');
      const line = `${'x\u2028é'.repeat(30_000)}`;
      writeFileSync(file, `${line}\n\n${line}\n`);
      expect(await collect(fileLines(file))).toEqual([line, '', line]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that stop by an error say so', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.from('one\ntw');
      throw new Error('connection lost');
    }
    const lines = splitLines(broken());
    expect(await lines.next()).toMatchObject({ value: 'one' });
    await expect(lines.next()).rejects.toThrow('connection lost');
  });
});
