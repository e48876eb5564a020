/** The order in which S3 lists keys and DuckDB sorts text: by UTF-8 bytes, which is by code point. */

/**
 * Compares as the UTF-8 bytes compare. JavaScript's own order is by UTF-16 unit and puts characters beyond U+FFFF, whose
 * units are surrogates (D800 to DFFF), before those from U+E000 on.
 * @returns negative, zero or positive.
 */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates above everything else, everything else as it is. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
