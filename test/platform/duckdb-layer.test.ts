import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { duckdbLayerFolder } from '../../lib/shared/duckdb-layer.ts';

const BINDINGS = '@duckdb/node-bindings';
/** A machine type in an ELF header. @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const AARCH64 = 183;
const X86_64 = 62;
/** @see https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html */
const GLIBC_OF_AMAZON_LINUX_2023 = 34;
/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const UNPACKED_LIMIT = 250 * 2 ** 20;
const ROOM_FOR_THE_FUNCTION = 20 * 2 ** 20;

const folders: string[] = [];

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'duckdb-layer-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

const modules = (layer: string, ...rest: readonly string[]) => join(layer, 'nodejs', 'node_modules', ...rest);

describe('the DuckDB layer for a Linux on Lambda', () => {
  it.each([
    ['x64', X86_64],
    ['arm64', AARCH64],
  ])(
    'is made on this machine for %s, for that processor and the C library of Amazon Linux 2023',
    (cpu, machine) => {
      // the archive of the other architecture comes from npm once, and stays in .driftless
      const layer = duckdbLayerFolder({ os: 'linux', cpu }, temporary(), { cache: '.driftless/build/npm' });
      const native = modules(layer, `${BINDINGS}-linux-${cpu}`);
      const libraries = filesOf(native).filter((file) => /\.(node|so)$/.test(file));
      expect(libraries).toEqual(['duckdb.node', 'libduckdb.so']);
      for (const library of libraries) {
        const bytes = readFileSync(join(native, library));
        expect(bytes.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
        expect(bytes.readUInt16LE(18)).toBe(machine);
        // the symbol versions that the loader looks for stand in the file as text
        const versions = [...bytes.toString('latin1').matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) =>
          Number(minor),
        );
        expect(versions.length).toBeGreaterThan(0);
        expect(Math.max(...versions)).toBeLessThanOrEqual(GLIBC_OF_AMAZON_LINUX_2023);
      }
      const files = filesOf(layer);
      const size = files.reduce((sum, file) => sum + statSync(join(layer, file)).size, 0);
      expect(size).toBeLessThan(UNPACKED_LIMIT - ROOM_FOR_THE_FUNCTION);
      expect(files.filter((file) => /\.(ts|map|md)$/.test(file))).toEqual([]);
      expect(files.filter((file) => file.endsWith('LICENSE'))).toHaveLength(3);
      expect(files.every((file) => (statSync(join(layer, file)).mode & 0o444) === 0o444)).toBe(true);
    },
    120_000,
  );

  it('works from where it lies, without anything else', () => {
    const layer = duckdbLayerFolder({ os: process.platform, cpu: process.arch }, temporary());
    const script = `require('@duckdb/node-api').DuckDBInstance.create(':memory:').then(async (instance) => {
      const reader = await (await instance.connect()).runAndReadAll('SELECT 40 + 2');
      console.log(reader.getRows()[0][0]);
    })`;
    const env = { NODE_PATH: modules(layer), PATH: process.env.PATH };
    const answer = execFileSync(process.execPath, ['-e', script], { cwd: tmpdir(), env, encoding: 'utf8' });
    expect(answer.trim()).toBe('42');
  });
});

describe('a package for another platform', () => {
  const NATIVE = '@duckdb/node-bindings-linux-arm64';
  const ARCHIVE = 'duckdb-node-bindings-linux-arm64-1.2.3.tgz';
  let checkout: string;
  let archive: string;
  let fetched: string[];

  /** A checkout whose npm installed two of three packages, and the archive of the third. */
  beforeEach(async () => {
    checkout = temporary();
    fetched = [];
    const place = (folder: string, files: Readonly<Record<string, string>>) => {
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    };
    const installed = { 'package.json': '{"version":"1.2.3"}', 'a.js': '', 'a.d.ts': '', LICENSE: 'MIT' };
    place(join(checkout, 'node_modules', '@duckdb', 'node-api'), installed);
    place(join(checkout, 'node_modules', '@duckdb', 'node-bindings'), installed);
    const packed = temporary();
    place(join(packed, 'package'), { ...installed, 'duckdb.node': 'native', 'README.md': '' });
    archive = join(packed, ARCHIVE);
    await create({ file: archive, cwd: packed, gzip: true }, ['package']);
    const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    const names = ['@duckdb/node-api', BINDINGS, NATIVE];
    const packages = names.map((name) => [`node_modules/${name}`, { version: '1.2.3', integrity }]);
    writeFileSync(
      join(checkout, 'package-lock.json'),
      JSON.stringify({ packages: Object.fromEntries(packages) }),
    );
  });

  const make = (build: string, bytes: () => Buffer) =>
    duckdbLayerFolder({ os: 'linux', cpu: 'arm64' }, build, {
      checkout,
      fetch: (specifier, folder) => {
        fetched.push(specifier);
        writeFileSync(join(folder, ARCHIVE), bytes());
      },
    });

  it('is fetched once, in the locked version, and stripped of what does not run', () => {
    const build = temporary();
    const layer = make(build, () => readFileSync(archive));
    expect(filesOf(modules(layer, NATIVE))).toEqual(['LICENSE', 'a.js', 'duckdb.node', 'package.json']);
    expect(filesOf(modules(layer, BINDINGS))).toEqual(['LICENSE', 'a.js', 'package.json']);
    rmSync(layer, { recursive: true });
    expect(make(build, () => readFileSync(archive))).toBe(layer);
    expect(fetched).toEqual([`${NATIVE}@1.2.3`]);
  });

  it('is refused when its bytes are not the locked ones, and leaves no layer behind', () => {
    const build = temporary();
    expect(() => make(build, () => Buffer.from('something else'))).toThrow(
      `is not the archive of ${NATIVE}@1.2.3 that package-lock.json names: its integrity is sha512-`,
    );
    expect(readdirSync(build)).toEqual(['npm']);
  });

  it('that cannot be fetched is named with its version, the reason and a way out', () => {
    const build = temporary();
    const offline = () => {
      const stderr = 'npm error network request failed\nnpm error A complete log of this run is in: x\n';
      throw Object.assign(new Error('Command failed'), { stderr: Buffer.from(stderr) });
    };
    expect(() => make(build, offline)).toThrow(
      `${NATIVE}@1.2.3 is not installed on this machine and could not be fetched: npm error network request failed. ` +
        `Go online once and try again, or put its archive at ${join(build, 'npm', ARCHIVE)}`,
    );
    // what the sentence says helps
    writeFileSync(join(build, 'npm', ARCHIVE), readFileSync(archive));
    expect(filesOf(modules(make(build, offline), NATIVE))).toContain('duckdb.node');
  });

  it('that is installed in another version is not taken', () => {
    const folder = join(checkout, 'node_modules', NATIVE);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"version":"1.2.2"}');
    make(temporary(), () => readFileSync(archive));
    expect(fetched).toEqual([`${NATIVE}@1.2.3`]);
  });

  it('that does not exist is refused with those that do', () => {
    expect(() => duckdbLayerFolder({ os: 'aix', cpu: 'ppc64' }, temporary(), { checkout })).toThrow(
      'package-lock.json has no @duckdb/node-bindings-aix-ppc64; of its scope it has: ' +
        'node-api, node-bindings, node-bindings-linux-arm64',
    );
  });
});
