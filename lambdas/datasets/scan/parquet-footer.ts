/**
 * The footer of a Parquet file: where its row groups are, and a footer that knows only some of them. With the latter a
 * shard needs only the bytes of its row groups: they stand at their places in a sparse file.
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { THRIFT, ThriftReader, varintBytes } from './thrift-compact.ts';

/** `PAR1` before the data, and the footer's length with `PAR1` after it. */
export const PARQUET_HEAD_BYTES = 4;
export const PARQUET_TAIL_BYTES = 8;
const MAGIC = 'PAR1';

export interface RowGroup {
  readonly rows: number;
  /** Bytes of its column chunks in the file; `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

interface ReadGroup extends RowGroup {
  /** Where its description is in the footer. */
  readonly from: number;
  readonly to: number;
}

interface Footer {
  readonly groups: readonly ReadGroup[];
  /** Where the file's number of rows is. */
  readonly rows: { readonly from: number; readonly to: number };
  /** Where the list of row groups is, with its head. */
  readonly list: { readonly from: number; readonly to: number };
}

/** Length of the footer from the last eight bytes of a file. @throws RangeError when they are not Parquet's */
export function footerLength(tail: Uint8Array): number {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  if (bytes.length !== PARQUET_TAIL_BYTES || bytes.toString('latin1', 4) !== MAGIC) {
    throw new RangeError('does not end with the four bytes of Parquet (PAR1)');
  }
  return bytes.readUInt32LE(0);
}

/** Row groups in the order of the file. @throws RangeError when the footer cannot be read */
export function rowGroups(footer: Uint8Array): RowGroup[] {
  return readFooter(footer).groups.map(({ rows, start, end }) => ({ rows, start, end }));
}

/**
 * Footer of the same file with the row groups `first` to `end` (exclusive) alone.
 * @returns what follows the data: footer, its length, `PAR1`.
 */
export function footerOfGroups(footer: Uint8Array, first: number, end: number): Uint8Array {
  const { groups, rows, list } = readFooter(footer);
  const kept = groups.slice(first, end);
  const total = kept.reduce((sum, group) => sum + group.rows, 0);
  const head = kept.length < 15 ? [(kept.length << 4) | THRIFT.struct] : [0xf0 | THRIFT.struct];
  const changed = Buffer.concat([
    footer.subarray(0, rows.from),
    // zigzag of what is not negative
    varintBytes(total * 2),
    footer.subarray(rows.to, list.from),
    Uint8Array.from(head),
    kept.length < 15 ? Buffer.alloc(0) : varintBytes(kept.length),
    ...kept.map(({ from, to }) => footer.subarray(from, to)),
    footer.subarray(list.to),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(changed.length);
  return Buffer.concat([changed, length, Buffer.from(MAGIC, 'latin1')]);
}

function readFooter(footer: Uint8Array): Footer {
  const reader = new ThriftReader(footer);
  let groups: ReadGroup[] | undefined;
  let rows: Footer['rows'] | undefined;
  let list: Footer['list'] | undefined;
  // FileMetaData: 3 num_rows, 4 row_groups
  reader.struct((id) => {
    const from = reader.offset;
    if (id === 3) {
      reader.integer();
      rows = { from, to: reader.offset };
    } else if (id === 4) {
      const { size } = reader.list();
      groups = Array.from({ length: size }, () => readGroup(reader));
      list = { from, to: reader.offset };
    }
  });
  if (!groups || !rows || !list) throw new RangeError('says nothing of rows and row groups');
  if (rows.from > list.from) throw new RangeError('has its fields in an order that nobody writes');
  return { groups, rows, list };
}

/** RowGroup: 1 columns, 3 num_rows. */
function readGroup(reader: ThriftReader): ReadGroup {
  const from = reader.offset;
  let rows = 0;
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  reader.struct((id) => {
    if (id === 3) rows = reader.integer();
    if (id !== 1) return;
    const { size } = reader.list();
    for (let column = 0; column < size; column += 1) {
      const chunk = readChunk(reader);
      start = Math.min(start, chunk.start);
      end = Math.max(end, chunk.end);
    }
  });
  if (!Number.isFinite(start)) throw new RangeError('has a row group without columns');
  return { rows, start, end, from, to: reader.offset };
}

/** ColumnChunk: 3 meta_data; ColumnMetaData: 7 total_compressed_size, 9 data_page_offset, 11 dictionary_page_offset. */
function readChunk(reader: ThriftReader): { start: number; end: number } {
  let size: number | undefined;
  const offsets: number[] = [];
  reader.struct((id) => {
    if (id !== 3) return;
    reader.struct((field) => {
      if (field === 7) size = reader.integer();
      // some writers say 0 where they have no dictionary
      else if (field === 9 || field === 11) {
        const offset = reader.integer();
        if (offset > 0) offsets.push(offset);
      }
    });
  });
  if (size === undefined || offsets.length === 0) throw new RangeError('does not say where its columns are');
  const start = Math.min(...offsets);
  return { start, end: start + size };
}
