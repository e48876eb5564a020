/**
 * Reads Thrift's compact protocol, in which the footer of a Parquet file is written: values that are wanted, and where
 * those are that are not.
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** Types of fields and elements by their number in the protocol. */
export const THRIFT = {
  true: 1,
  false: 2,
  byte: 3,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
};

/** No real footer nests as deep; a made-up one must not overflow the stack. */
const DEEPEST = 64;

export class ThriftReader {
  offset: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Calls `visit` at the value of each field; what it does not read is skipped. */
  struct(visit: (id: number, type: number) => void, depth = 0): void {
    if (depth > DEEPEST) throw new RangeError('nested too deep');
    let id = 0;
    for (;;) {
      const header = this.byte();
      if (header === 0) return;
      const type = header & 0x0f;
      const delta = header >> 4;
      id = delta === 0 ? this.integer() : id + delta;
      const start = this.offset;
      visit(id, type);
      if (this.offset === start) this.skip(type, false, depth + 1);
    }
  }

  /** The head of a list: how many elements of which type follow. */
  list(): { readonly size: number; readonly type: number } {
    const header = this.byte();
    const short = header >> 4;
    return { size: short === 15 ? this.varint() : short, type: header & 0x0f };
  }

  /** Signed, of 16, 32 or 64 bits. @throws RangeError beyond 2^53 */
  integer(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Passes over a value. Booleans in fields are part of the header; in lists they have a byte. */
  skip(type: number, inList: boolean, depth = 0): void {
    if (depth > DEEPEST) throw new RangeError('nested too deep');
    switch (type) {
      case THRIFT.true:
      case THRIFT.false:
        if (inList) this.move(1);
        return;
      case THRIFT.byte:
        this.move(1);
        return;
      case 4:
      case 5:
      case 6:
        while (this.byte() >= 0x80);
        return;
      case THRIFT.double:
        this.move(8);
        return;
      case THRIFT.binary:
        this.move(this.varint());
        return;
      case THRIFT.list:
      case THRIFT.set: {
        const { size, type: element } = this.list();
        for (let i = 0; i < size; i += 1) this.skip(element, true, depth + 1);
        return;
      }
      case THRIFT.map: {
        const size = this.varint();
        if (size === 0) return;
        const types = this.byte();
        for (let i = 0; i < size; i += 1) {
          this.skip(types >> 4, true, depth + 1);
          this.skip(types & 0x0f, true, depth + 1);
        }
        return;
      }
      case THRIFT.struct:
        this.struct(() => {}, depth + 1);
        return;
      default:
        throw new RangeError(`unknown type ${type}`);
    }
  }

  private varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (!Number.isSafeInteger(value)) throw new RangeError('a number is beyond 2^53');
      if (byte < 0x80) return value;
    }
  }

  private byte(): number {
    const byte = this.bytes[this.offset];
    if (byte === undefined) throw new RangeError('it ends too early');
    this.offset += 1;
    return byte;
  }

  private move(count: number): void {
    this.offset += count;
    if (this.offset > this.bytes.length) throw new RangeError('it ends too early');
  }
}

/** A number as the protocol writes lengths. */
export function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
