/** What differs between two versions: columns and files. */
import type { DatasetSchema, ManifestFile } from '../../../lambdas/datasets/contract.ts';
import { compareUtf8 } from '../../../lambdas/shared/utf8-order.ts';

export interface ColumnDifference {
  readonly column: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  /** What it was and is, such as `integer feature`; absent where it was not or is not. */
  readonly before?: string;
  readonly after?: string;
}

/** Columns that one of the schemas lacks, or whose type, role or place differs, in the order of the later schema. */
export function compareSchemas(before: DatasetSchema, after: DatasetSchema): ColumnDifference[] {
  const was = new Map(before.columns.map((column) => [column.name, column]));
  const is = new Map(after.columns.map((column) => [column.name, column]));
  const describe = ({ type, role }: { type: string; role: string }) => `${type} ${role}`;
  const differences: ColumnDifference[] = [];
  for (const column of after.columns) {
    const old = was.get(column.name);
    if (!old) differences.push({ column: column.name, change: 'added', after: describe(column) });
    else if (describe(old) !== describe(column)) {
      differences.push({
        column: column.name,
        change: 'changed',
        before: describe(old),
        after: describe(column),
      });
    }
  }
  for (const column of before.columns) {
    if (!is.has(column.name))
      differences.push({ column: column.name, change: 'removed', before: describe(column) });
  }
  const inBoth = (schema: DatasetSchema) =>
    schema.columns.map(({ name }) => name).filter((name) => was.has(name) && is.has(name));
  const [oldOrder, newOrder] = [inBoth(before), inBoth(after)];
  const moved = newOrder.filter((name, index) => oldOrder[index] !== name);
  return [...differences, ...moved.map((column) => ({ column, change: 'moved' as const }))];
}

export interface FileDifferences {
  /** Paths with the same bytes in both. */
  readonly kept: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The same path with other bytes. */
  readonly changed: readonly string[];
  /** The same bytes under another path. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

/** How the files differ; every list in order of path. */
export function compareFiles(
  before: readonly ManifestFile[],
  after: readonly ManifestFile[],
): FileDifferences {
  const was = new Map(before.map((file) => [file.path, file]));
  const is = new Map(after.map((file) => [file.path, file]));
  const gone = before.filter(({ path }) => !is.has(path));
  const come = after.filter(({ path }) => !was.has(path));
  // each file that has gone can have become one new one
  const goneBySha = new Map<string, string[]>();
  for (const { path, sha256 } of gone) goneBySha.set(sha256, [...(goneBySha.get(sha256) ?? []), path]);
  const renamed: { from: string; to: string }[] = [];
  const added: string[] = [];
  for (const { path, sha256 } of come) {
    const from = goneBySha.get(sha256)?.shift();
    if (from === undefined) added.push(path);
    else renamed.push({ from, to: path });
  }
  const both = after.filter(({ path }) => was.has(path));
  const changed = both.filter(({ path, sha256 }) => was.get(path)!.sha256 !== sha256).map(({ path }) => path);
  return {
    kept: both.length - changed.length,
    added: added.sort(compareUtf8),
    removed: [...goneBySha.values()].flat().sort(compareUtf8),
    changed: changed.sort(compareUtf8),
    renamed: renamed.sort((a, b) => compareUtf8(a.to, b.to)),
  };
}
