/**
 * How many distinct values, in 2,048 registers that merge whatever the order and the number of shards.
 *
 * HyperLogLog with Ertl's estimator: standard error 1.04/√2048 = 2.3 %, without a bias for small counts.
 * @see Ertl, New cardinality estimation algorithms for HyperLogLog sketches (2017), algorithm 6.
 */

export const REGISTERS = 2048;
/**
 * Bits of the hash that the rank is taken from; a register holds at most one more. With the register's 11 bits the hash
 * has 32: 100 million distinct values collide to 1 % fewer.
 */
const RANK_BITS = 21;

/** One register a byte. */
export type Sketch = Uint8Array;

export const emptySketch = (): Sketch => new Uint8Array(REGISTERS);

/** Adds the first `count` finite numbers, of which none is -0. `words` are the same bytes as 32-bit words. */
export function addNumbers(sketch: Sketch, words: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    // both halves times an odd number, through the finalizer of MurmurHash3
    let hash = Math.imul(words[2 * i]!, 0x9e3779b1) ^ Math.imul(words[2 * i + 1]!, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const register = hash & (REGISTERS - 1);
    const rank = Math.clz32(hash >>> 11) - 10;
    if (rank > sketch[register]!) sketch[register] = rank;
  }
}

/**
 * SQL of a register and of its rank for a text: of the lower 64 bits of its MD5, which is the same in every engine and
 * version, the last 11 bits, and the leading zeros of the 21 before them.
 */
export const textRegister = (text: string): string => `CAST(md5_number_lower(${text}) & 2047 AS INTEGER)`;
export const textRank = (text: string): string => {
  const bits = `((md5_number_lower(${text}) >> 11) & 2097151)`;
  return `CAST(CASE WHEN ${bits} = 0 THEN 22 ELSE 22 - length(bin(${bits})) END AS INTEGER)`;
};

/** The sketch of both samples together. */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  return a.map((rank, register) => Math.max(rank, b[register]!));
}

/** About how many distinct values were added. */
export function estimateDistinct(sketch: Sketch): number {
  const counts = new Array<number>(RANK_BITS + 2).fill(0);
  for (const rank of sketch) counts[rank]!++;
  let z = REGISTERS * tau(1 - counts[RANK_BITS + 1]! / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = (z + counts[rank]!) / 2;
  z += REGISTERS * sigma(counts[0]! / REGISTERS);
  return Math.round(REGISTERS ** 2 / (2 * Math.LN2 * z));
}

/** As JSON holds it: the registers in base 64; the empty text when none is set. */
export const encodeSketch = (sketch: Sketch): string =>
  sketch.some((rank) => rank > 0) ? Buffer.from(sketch).toString('base64') : '';

export function decodeSketch(text: string): Sketch {
  return text === '' ? emptySketch() : new Uint8Array(Buffer.from(text, 'base64'));
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, y, z, before] = [share, 1, share, -1];
  while (z !== before) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z, before] = [share, 1, 1 - share, -1];
  while (z !== before) {
    x = Math.sqrt(x);
    before = z;
    y /= 2;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
