/** Which versions' files hold rows of keys: from their indexes, or by reading the files. */
import { join } from 'node:path';
import { queryItems } from '../../shared/catalog.ts';
import { projectPk, SK_PREFIX, type VersionItem } from '../../shared/catalog-items.ts';
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import { isAwsError } from '../../shared/errors.ts';
import { indexKey, objectKey } from '../../shared/keys.ts';
import { downloadObject, findObject } from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import type { ForgetKeysResult, HoldingContent, ManifestHeader } from '../contract.ts';
import { loadManifestHeader, manifestFiles } from '../versions/manifest.ts';
import { indexDigest, parquet, textKeyHash } from '../versions/row-hashes.ts';
import { loadTombstoneList } from '../versions/tombstones.ts';
import { forEachVersionFile } from '../versions/version-files.ts';

/** Time to leave for the answer, and for the version that is begun. */
const RESERVE_MS = 180_000;

export interface FindHoldersOptions {
  /** With the table `wanted_keys` (`key`). */
  readonly database: DuckDb;
  readonly directory: string;
  readonly settings: ProjectSettings;
  /** What stands for the keys of `wanted_keys` on tombstone lists. */
  readonly hashes: ReadonlySet<string>;
  /** Version to begin with. @default - the newest */
  readonly next?: number;
  readonly remainingMs: () => number;
}

type Holders = Pick<ForgetKeysResult, 'contents' | 'indexes' | 'versions' | 'next'>;

/** Looks at the versions from the newest to the oldest, at each content once; always at one version at least. */
export async function findHolders(options: FindHoldersOptions): Promise<Holders> {
  const { settings, next: from, remainingMs } = options;
  const bucket = settings.dataBucket;
  const items = await queryItems<VersionItem>(projectPk(settings.project), SK_PREFIX.version, {
    newestFirst: true,
  });
  const numbers = items.map(({ item }) => item.version).filter((version) => version <= (from ?? version));
  const search = new Search(options);
  for (const [index, version] of numbers.entries()) {
    if (index > 0 && remainingMs() < RESERVE_MS) return { ...search.found(), next: version };
    await search.lookAt(version, await loadManifestHeader(bucket, version));
  }
  return search.found();
}

class Search {
  private readonly options: FindHoldersOptions;
  /** Rows by content; 0 for one without any. */
  private readonly looked = new Map<string, number>();
  private readonly contents = new Map<string, HoldingContent & { versions: number[] }>();
  private readonly versions: { version: number; rows: number; files: number }[] = [];
  private readonly indexes = new Set<string>();

  constructor(options: FindHoldersOptions) {
    this.options = options;
  }

  found(): Holders {
    const contents = [...this.contents.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    return { contents, indexes: [...this.indexes].sort(), versions: this.versions };
  }

  async lookAt(version: number, header: ManifestHeader): Promise<void> {
    const { settings } = this.options;
    const { key } = settings.dataset;
    if (!header.schema.columns.some(({ name }) => name === key)) return;
    const made = indexDigest(settings.dataset, header.schema);
    const comparable = (index: string) => index.startsWith(indexKey(made!, '').replace(/\.parquet$/, ''));
    const isComplete = header.indexes?.every(comparable) && !(await this.wasErased(header));
    if (isComplete && (await this.areThere(header.indexes!))) await this.askIndexes(version, header.indexes!);
    else await this.readFiles(version, header);
    await this.collect(version);
  }

  /** Whether one of the keys was on the list when the version was made: its index leaves their rows out, its files do not. */
  private async wasErased({ tombstones }: ManifestHeader): Promise<boolean> {
    if (tombstones === undefined) return false;
    const { settings, hashes } = this.options;
    const list = await loadTombstoneList(settings.dataBucket, tombstones);
    return list.some((hash) => hashes.has(hash));
  }

  /** Rows of each file by the hashes of its keys. */
  private async askIndexes(version: number, indexes: readonly string[]): Promise<void> {
    const { database, directory, settings } = this.options;
    const rows = new Map<string, number>();
    for (const [number, index] of indexes.entries()) {
      const file = join(directory, `index-${number}.parquet`);
      await downloadObject(settings.dataBucket, index, file);
      const found = await database.rows<{ path: string; rows: number }>(
        `SELECT path, count(*) AS rows FROM ${parquet([file])}
         WHERE key_hash IN (SELECT ${textKeyHash('key')} FROM wanted_keys) GROUP BY 1`,
      );
      if (found.length > 0) this.indexes.add(index);
      for (const { path, rows: count } of found) rows.set(path, (rows.get(path) ?? 0) + count);
    }
    for await (const { path, sha256 } of manifestFiles(settings.dataBucket, version)) {
      this.looked.set(sha256, Math.max(this.looked.get(sha256) ?? 0, rows.get(path) ?? 0));
    }
  }

  private async areThere(keys: readonly string[]): Promise<boolean> {
    for (const key of keys) if (!(await findObject(this.options.settings.dataBucket, key))) return false;
    return true;
  }

  /** Reads those contents that no newer version has. Contents that an earlier erasure removed hold nothing. */
  private async readFiles(version: number, header: ManifestHeader): Promise<void> {
    try {
      await this.readContents(version, header);
    } catch (error) {
      // a role that may list only some prefixes is not told that an object is absent
      if (!isAwsError(error, 'NoSuchKey', 'AccessDenied')) throw error;
      if (!(await this.noteGone(version))) throw error;
      await this.readContents(version, header);
    }
  }

  /** @returns whether a content of the version is gone. */
  private async noteGone(version: number): Promise<boolean> {
    let isAnyGone = false;
    for await (const { sha256 } of manifestFiles(this.options.settings.dataBucket, version)) {
      if (this.looked.has(sha256) || (await this.areThere([objectKey(sha256)]))) continue;
      this.looked.set(sha256, 0);
      isAnyGone = true;
    }
    return isAnyGone;
  }

  private async readContents(version: number, header: ManifestHeader): Promise<void> {
    const { database, directory, settings } = this.options;
    const key = `CAST(${identifier(settings.dataset.key!)} AS VARCHAR)`;
    await forEachVersionFile(
      {
        database,
        bucket: settings.dataBucket,
        directory,
        settings: settings.dataset,
        version,
        header,
        withoutDropped: false,
        only: ({ sha256 }) => !this.looked.has(sha256),
      },
      async ({ files }) => {
        const found = await database.rows<{ file: number; rows: number }>(
          `SELECT __file AS file, count(*) AS rows FROM data
           WHERE ${key} IN (SELECT key FROM wanted_keys) GROUP BY 1`,
        );
        const rows = new Map(found.map(({ file, rows: count }) => [file, count]));
        for (const { index, sha256 } of files) this.looked.set(sha256, rows.get(index) ?? 0);
      },
    );
  }

  private async collect(version: number): Promise<void> {
    let rows = 0;
    let files = 0;
    for await (const { path, sha256 } of manifestFiles(this.options.settings.dataBucket, version)) {
      const held = this.looked.get(sha256) ?? 0;
      if (held === 0) continue;
      if (!this.contents.has(sha256) && !(await this.areThere([objectKey(sha256)]))) {
        this.looked.set(sha256, 0);
        continue;
      }
      rows += held;
      files++;
      const content = this.contents.get(sha256) ?? { sha256, path, rows: held, versions: [] };
      if (!content.versions.includes(version)) content.versions.push(version);
      this.contents.set(sha256, content);
    }
    if (files > 0) this.versions.push({ version, rows, files });
  }
}
