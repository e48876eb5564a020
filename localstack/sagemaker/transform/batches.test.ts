import { describe, expect, it } from 'vitest';
import { assemble, batchesOf } from './batches.ts';

const cut = (text: string, maximumBytes: number, strategy: 'MultiRecord' | 'SingleRecord' = 'MultiRecord') =>
  [...batchesOf(Buffer.from(text), { splitType: 'Line', strategy, maximumBytes })].map(String);

describe('batchesOf', () => {
  it('packs whole lines up to the limit', () => {
    expect(cut('aa\nbb\ncc\n', 6)).toEqual(['aa\nbb\n', 'cc\n']);
    expect(cut('aa\nbb\ncc', 5)).toEqual(['aa\n', 'bb\ncc']);
    expect(cut('aa\nbb\n', 100)).toEqual(['aa\nbb\n']);
    expect(cut('aa\nbb\n', 0)).toEqual(['aa\nbb\n']);
    expect(cut('', 6)).toEqual([]);
  });

  it('sends one line at a time when asked to', () => {
    expect(cut('aa\nbb', 6, 'SingleRecord')).toEqual(['aa\n', 'bb']);
  });

  it('refuses a line over the limit', () => {
    expect(() => cut('aaaa\n', 3)).toThrow('a payload of 5 bytes exceeds the maximum of 3 bytes');
  });
});

describe('assemble', () => {
  it('ends every answer in one line break, without blank lines', () => {
    const answers = [Buffer.from('0.1\n0.2\n'), Buffer.from('0.3')];
    expect(String(assemble(answers, 'Line'))).toBe('0.1\n0.2\n0.3\n');
    expect(String(assemble(answers, 'None'))).toBe('0.1\n0.2\n0.3');
  });
});
