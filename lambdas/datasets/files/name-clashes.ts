/** Names of an upload that one folder of macOS or Windows cannot hold together, found without holding the names. */
import { createHash } from 'node:crypto';
import type { NameFinding } from './file-names.ts';

/** Bytes of a hash that are kept: equal ones are looked at again, so a collision costs time and nothing else. */
const HASH_BYTES = 6;

export class ClashFinder {
  /** Of names as those systems compare them. */
  private readonly folded = new Hashes();
  private readonly files = new Hashes();
  private readonly folders = new Hashes();
  private lastFolder = '';

  add(path: string): void {
    this.files.add(path);
    this.folded.add(fold(path));
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    // listings come in order of name, so the files of a folder come together
    if (folder === this.lastFolder) return;
    this.lastFolder = folder;
    for (const name of foldersOf(path)) this.folders.add(name);
  }

  /**
   * What clashes, in order of the names, as findings.
   * @param paths the same names in the same order; gone through only when some may clash.
   */
  clashes(paths: () => Iterable<string>): NameFinding[] {
    const same = this.folded.repeated();
    const both = this.folders.common(this.files);
    if (same.size === 0 && both.size === 0) return [];
    const seen = new Map<string, string>();
    const files = new Set<string>();
    for (const path of paths()) if (both.has(hashOf(path))) files.add(path);
    const reasons: string[] = [];
    for (const path of paths()) {
      const key = fold(path);
      if (same.has(hashOf(key))) {
        const other = seen.get(key);
        seen.set(key, path);
        if (other !== undefined) reasons.push(whySame(other, path));
      }
      for (const folder of foldersOf(path)) {
        if (files.has(folder)) {
          reasons.push(`"${folder}" is both a file and a folder ("${path}"); rename one.`);
        }
      }
    }
    return reasons.map((reason) => ({ check: 'file-names', severity: 'block', reason }));
  }
}

const fold = (path: string) => path.normalize('NFC').toLowerCase();

function* foldersOf(path: string): Iterable<string> {
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) yield path.slice(0, at);
}

function whySame(other: string, path: string): string {
  const pair = `"${other}" and "${path}"`;
  return other.normalize('NFC') === path.normalize('NFC')
    ? `${pair} are the same name on macOS (Unicode NFC); rename one.`
    : `${pair} differ by case only, which macOS and Windows cannot hold in one folder; rename one.`;
}

const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUIntLE(0, HASH_BYTES);

/** Hashes of texts as plain numbers: 8 bytes each, where a text would take some hundred. */
class Hashes {
  private hashes = new Float64Array(1024);
  private count = 0;

  add(text: string): void {
    if (this.count === this.hashes.length) {
      const larger = new Float64Array(2 * this.count);
      larger.set(this.hashes);
      this.hashes = larger;
    }
    this.hashes[this.count++] = hashOf(text);
  }

  /** Those that are there more than once. */
  repeated(): Set<number> {
    const sorted = this.sorted();
    const found = new Set<number>();
    for (let at = 1; at < sorted.length; at++) {
      if (sorted[at] === sorted[at - 1]) found.add(sorted[at]!);
    }
    return found;
  }

  /** Those that others have, too. */
  common(others: Hashes): Set<number> {
    const [a, b] = [this.sorted(), others.sorted()];
    const found = new Set<number>();
    for (let at = 0, other = 0; at < a.length && other < b.length; ) {
      if (a[at] === b[other]) found.add(a[at]!);
      if (a[at]! <= b[other]!) at += 1;
      else other += 1;
    }
    return found;
  }

  private sorted(): Float64Array {
    return this.hashes.subarray(0, this.count).sort();
  }
}
