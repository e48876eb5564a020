import { describe, expect, it } from 'vitest';
import { type CrcName, combineCrc, createCrc } from './crc.ts';

// check values of "123456789" in the catalogue of parametrised CRC algorithms
const CHECK_VALUES: readonly [CrcName, string][] = [
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
];

function crcOf(name: CrcName, ...chunks: Buffer[]): Buffer {
  const crc = createCrc(name);
  for (const chunk of chunks) crc.update(chunk);
  return crc.digest();
}

describe.each(CHECK_VALUES)('%s', (name, expected) => {
  it('gives the published check value', () => {
    expect(crcOf(name, Buffer.from('123456789')).toString('hex')).toBe(expected);
  });

  it('is the same whatever the chunks', () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 31) % 251));
    const whole = crcOf(name, bytes);
    for (const cut of [0, 1, 7, 8, 9, 500, 999, 1000]) {
      expect(crcOf(name, bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(whole);
    }
  });

  it('combines the checks of two parts', () => {
    const first = Buffer.from('The quick brown fox ');
    const second = Buffer.from('jumps over the lazy dog');
    const combined = combineCrc(name, crcOf(name, first), crcOf(name, second), second.length);
    expect(combined).toEqual(crcOf(name, first, second));
  });
});
