import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFrameReader } from './frames.ts';
import { readZip, unzipTo } from './unzip.ts';
import { createZip } from './zip.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'unzip-'));

describe('unzipTo', () => {
  it('gives back what createZip packed, with permission bits', () => {
    const target = temporary();
    unzipTo(createZip({ 'a/b.txt': 'text', 'bin/run': { content: '#!/bin/sh', mode: 0o755 } }), target);
    expect(readFileSync(join(target, 'a/b.txt'), 'utf8')).toBe('text');
    expect(statSync(join(target, 'bin/run')).mode & 0o777).toBe(0o755);
    expect(statSync(join(target, 'a/b.txt')).mode & 0o777).toBe(0o644);
  });

  it('reads archives of another writer, with symbolic links and stored entries', () => {
    const source = temporary();
    mkdirSync(join(source, 'd'));
    writeFileSync(join(source, 'd/file'), 'x'.repeat(1000));
    symlinkSync('d/file', join(source, 'link'));
    const script =
      'import sys,zipfile,os,stat\n' +
      'z=zipfile.ZipFile(sys.argv[1],"w")\n' +
      'z.write("d/file",compress_type=zipfile.ZIP_DEFLATED)\n' +
      'z.writestr("empty/","")\nz.writestr("stored","s")\n' +
      'i=zipfile.ZipInfo("link"); i.create_system=3; i.external_attr=(stat.S_IFLNK|0o777)<<16\n' +
      'z.writestr(i,"d/file"); z.comment=b"a comment"; z.close()\n';
    const file = join(source, 'out.zip');
    execFileSync('python3', ['-c', script, file], { cwd: source });
    const target = temporary();
    unzipTo(readFileSync(file), target);
    expect(readFileSync(join(target, 'link'), 'utf8')).toHaveLength(1000);
    expect(lstatSync(join(target, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(target, 'stored'), 'utf8')).toBe('s');
  });

  it('writes archives that another reader accepts', () => {
    const file = join(temporary(), 'x.zip');
    writeFileSync(file, createZip({ 'a.txt': 'text' }));
    execFileSync('python3', ['-m', 'zipfile', '-t', file]);
  });

  it('refuses paths that lead outside, and what is no archive', () => {
    expect(() => unzipTo(createZip({ '../evil': 'x' }), temporary())).toThrow(
      expect.objectContaining({ cause: expect.stringMatching(/leads outside/) }),
    );
    expect(() => readZip(Buffer.alloc(100))).toThrow(/Could not unzip uploaded file/);
    expect(() => readZip(Buffer.alloc(0))).toThrow(
      expect.objectContaining({ cause: expect.stringMatching(/too short/) }),
    );
  });
});

describe('createFrameReader', () => {
  it('puts frames together however the stream is cut', () => {
    const frame = (type: string, body: string) => {
      const header = Buffer.alloc(5);
      header.write(type);
      header.writeUInt32BE(body.length, 1);
      return Buffer.concat([header, Buffer.from(body)]);
    };
    const bytes = Buffer.concat([frame('L', 'one'), frame('R', ''), frame('O', 'x'.repeat(50))]);
    for (const size of [1, 3, 7, 64, 1000]) {
      const seen: string[] = [];
      const read = createFrameReader((type, body) => seen.push(`${type}${body.toString()}`));
      for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
      expect(seen).toEqual(['Lone', 'R', `O${'x'.repeat(50)}`]);
    }
  });
});
