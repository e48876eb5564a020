/** A writer of small zip archives: for a template's inline code, and for tests. */
import { deflateRawSync } from 'node:zlib';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC_TABLE[(value ^ byte) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
}

export interface ZipContent {
  readonly content: string | Uint8Array;
  /** Permission bits. @default 0o644 */
  readonly mode?: number;
}

/**
 * Archive of the given files by path. The same files give the same bytes: times are 1980-01-01, as in CDK's assets.
 */
export function createZip(files: Readonly<Record<string, string | Uint8Array | ZipContent>>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, file] of Object.entries(files)) {
    const { content, mode = 0o644 } =
      typeof file === 'string' || file instanceof Uint8Array ? { content: file } : file;
    const bytes = Buffer.from(content as Uint8Array);
    const packed = deflateRawSync(bytes);
    const name = Buffer.from(path);

    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x0800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt16LE(0, 6);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(name.length, 22);

    const localHeader = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), shared]);
    const centralTail = Buffer.alloc(14);
    centralTail.writeUInt32LE(((0o100000 | mode) << 16) >>> 0, 6);
    centralTail.writeUInt32LE(offset, 10);
    central.push(Buffer.from([0x50, 0x4b, 1, 2, 20, 3]), shared, centralTail, name);
    local.push(localHeader, name, packed);
    offset += localHeader.length + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
