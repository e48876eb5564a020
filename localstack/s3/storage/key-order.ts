/** S3's order of keys: by the bytes of their UTF-8 form. */

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

/** Index of the first key for which `isAtOrAfter` holds; it must hold for all keys after the first. */
export function firstIndex(keys: readonly string[], isAtOrAfter: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAtOrAfter(keys[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** UTF-16 puts surrogates (characters above U+FFFF) before U+E000..U+FFFF, UTF-8 after. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
