/** Positions of files in a listing: a bit for each, where a set would take some 40 bytes. */
export class PositionSet implements Iterable<number> {
  private bits = new Uint8Array(1024);

  add(position: number): void {
    const byte = position >> 3;
    if (byte >= this.bits.length) {
      const larger = new Uint8Array(Math.max(byte + 1, 2 * this.bits.length));
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[byte]! |= 1 << (position & 7);
  }

  has(position: number): boolean {
    return ((this.bits[position >> 3] ?? 0) & (1 << (position & 7))) !== 0;
  }

  /** In ascending order. */
  *[Symbol.iterator](): Iterator<number> {
    for (let position = 0; position < 8 * this.bits.length; position++) {
      if (this.has(position)) yield position;
    }
  }
}
