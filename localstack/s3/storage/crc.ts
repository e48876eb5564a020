/** Cyclic redundancy checks of S3: CRC32, CRC32C and CRC64NVME, incrementally and combined from parts. */
import { crc32 } from 'node:zlib';

const CRC32C_POLYNOMIAL = 0x82f63b78;
// CRC-64/NVME, reflected, as two words
const CRC64_POLYNOMIAL_HIGH = 0x9a6c9329;
const CRC64_POLYNOMIAL_LOW = 0xac4bc9b5;
/** Bytes taken per step ("slicing by 8"), several times faster than one byte per step. */
const SLICES = 8;

/** A running check over bytes. */
export interface Crc {
  update(chunk: Uint8Array): void;
  /** Big-endian digest of what was given so far. */
  digest(): Buffer;
}

/** Reversed polynomials and widths, for `combineCrc`. */
export const CRC_FIELDS = {
  CRC32: { width: 32, polynomial: 0xedb88320n },
  CRC32C: { width: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;

export type CrcName = keyof typeof CRC_FIELDS;

/** A new running check of the named kind. */
export function createCrc(name: CrcName): Crc {
  if (name === 'CRC32') return crc32Of();
  return name === 'CRC32C' ? crc32cOf() : crc64Of();
}

/**
 * Check of `first` followed by `second`, from their checks and the second's length in bytes.
 * Multiplies by x^(8 n) modulo the polynomial, so its cost grows with the length's digits only.
 */
export function combineCrc(name: CrcName, first: Buffer, second: Buffer, secondBytes: number): Buffer {
  const { width, polynomial } = CRC_FIELDS[name];
  const shifted = multiply(toBigInt(first), powerOfX(8n * BigInt(secondBytes), width, polynomial), {
    width,
    polynomial,
  });
  return toBuffer(shifted ^ toBigInt(second), width);
}

function crc32Of(): Crc {
  let value = 0;
  return {
    update(chunk) {
      value = crc32(chunk, value);
    },
    digest: () => wordsToBuffer(value),
  };
}

let crc32cTable: Uint32Array | undefined;

function crc32cOf(): Crc {
  crc32cTable ??= buildTable32();
  const table = crc32cTable;
  let value = 0xffffffff;
  return {
    update(chunk) {
      value = update32(value, chunk, table);
    },
    digest: () => wordsToBuffer(~value >>> 0),
  };
}

function buildTable32(): Uint32Array {
  const table = new Uint32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ CRC32C_POLYNOMIAL : value >>> 1;
    table[byte] = value;
  }
  for (let i = 256; i < table.length; i += 1) {
    const previous = table[i - 256]!;
    table[i] = (previous >>> 8) ^ table[previous & 0xff]!;
  }
  return table;
}

function update32(start: number, chunk: Uint8Array, t: Uint32Array): number {
  let value = start;
  let i = 0;
  for (const end = chunk.length - 7; i < end; i += 8) {
    value ^= chunk[i]! | (chunk[i + 1]! << 8) | (chunk[i + 2]! << 16) | (chunk[i + 3]! << 24);
    value =
      t[1792 + (value & 0xff)]! ^
      t[1536 + ((value >>> 8) & 0xff)]! ^
      t[1280 + ((value >>> 16) & 0xff)]! ^
      t[1024 + (value >>> 24)]! ^
      t[768 + chunk[i + 4]!]! ^
      t[512 + chunk[i + 5]!]! ^
      t[256 + chunk[i + 6]!]! ^
      t[chunk[i + 7]!]!;
  }
  for (; i < chunk.length; i += 1) value = (value >>> 8) ^ t[(value ^ chunk[i]!) & 0xff]!;
  return value;
}

let crc64Tables: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined;

function crc64Of(): Crc {
  crc64Tables ??= buildTables64();
  const { high: h, low: l } = crc64Tables;
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(chunk) {
      let i = 0;
      for (const end = chunk.length - 7; i < end; i += 8) {
        low ^= chunk[i]! | (chunk[i + 1]! << 8) | (chunk[i + 2]! << 16) | (chunk[i + 3]! << 24);
        high ^= chunk[i + 4]! | (chunk[i + 5]! << 8) | (chunk[i + 6]! << 16) | (chunk[i + 7]! << 24);
        const a = 1792 + (low & 0xff);
        const b = 1536 + ((low >>> 8) & 0xff);
        const c = 1280 + ((low >>> 16) & 0xff);
        const d = 1024 + (low >>> 24);
        const e = 768 + (high & 0xff);
        const f = 512 + ((high >>> 8) & 0xff);
        const g = 256 + ((high >>> 16) & 0xff);
        const k = high >>> 24;
        low = l[a]! ^ l[b]! ^ l[c]! ^ l[d]! ^ l[e]! ^ l[f]! ^ l[g]! ^ l[k]!;
        high = h[a]! ^ h[b]! ^ h[c]! ^ h[d]! ^ h[e]! ^ h[f]! ^ h[g]! ^ h[k]!;
      }
      for (; i < chunk.length; i += 1) {
        const index = (low ^ chunk[i]!) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ l[index]!;
        high = (high >>> 8) ^ h[index]!;
      }
    },
    digest: () => wordsToBuffer(~high >>> 0, ~low >>> 0),
  };
}

function buildTables64(): { high: Uint32Array; low: Uint32Array } {
  const high = new Uint32Array(256 * SLICES);
  const low = new Uint32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte += 1) {
    let h = 0;
    let l = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry) {
        h ^= CRC64_POLYNOMIAL_HIGH;
        l ^= CRC64_POLYNOMIAL_LOW;
      }
    }
    high[byte] = h;
    low[byte] = l;
  }
  for (let i = 256; i < high.length; i += 1) {
    const h = high[i - 256]!;
    const l = low[i - 256]!;
    low[i] = ((l >>> 8) | (h << 24)) ^ low[l & 0xff]!;
    high[i] = (h >>> 8) ^ high[l & 0xff]!;
  }
  return { high, low };
}

interface Field {
  readonly width: number;
  readonly polynomial: bigint;
}

/** Product of two polynomials in reflected bit order (the highest bit is x^0). */
function multiply(a: bigint, b: bigint, { width, polynomial }: Field): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = BigInt(width - 1); bit >= 0n; bit -= 1n) {
    if ((a >> bit) & 1n) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}

function powerOfX(exponent: bigint, width: number, polynomial: bigint): bigint {
  const field = { width, polynomial };
  let result = 1n << BigInt(width - 1);
  let square = 1n << BigInt(width - 2);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square, field);
    square = multiply(square, square, field);
  }
  return result;
}

function toBigInt(digest: Buffer): bigint {
  return BigInt(`0x${digest.toString('hex')}`);
}

function toBuffer(value: bigint, width: number): Buffer {
  return Buffer.from(value.toString(16).padStart(width / 4, '0'), 'hex');
}

function wordsToBuffer(...words: number[]): Buffer {
  const buffer = Buffer.alloc(words.length * 4);
  words.forEach((word, i) => {
    buffer.writeUInt32BE(word, i * 4);
  });
  return buffer;
}
