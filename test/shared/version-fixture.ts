/** Puts a whole dataset version into the fakes, as a commit leaves it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetSchema, ManifestFile, ManifestHeader } from '../../lambdas/datasets/contract.ts';
import { profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { writeManifest } from '../../lambdas/datasets/versions/manifest.ts';
import { indexDigest, writeIndex, writeRowHashes } from '../../lambdas/datasets/versions/row-hashes.ts';
import { loadVersionFiles } from '../../lambdas/datasets/versions/version-files.ts';
import { projectPk, SK } from '../../lambdas/shared/catalog-items.ts';
import { sha256 } from '../../lambdas/shared/digest.ts';
import { type DuckDb, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { droppedKey, indexKey, manifestKey, objectKey, profileKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import type { FakeAws } from './aws-fakes.ts';

export interface VersionFixture {
  /** @default 1 */
  readonly version?: number;
  /** CSV with a header, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** @default - the declared columns */
  readonly schema?: DatasetSchema;
  /** Path and row of rows that the version leaves out. @default none */
  readonly dropped?: readonly (readonly [path: string, row: number])[];
  /** Whether the version has an index of its keys. @default false */
  readonly withIndex?: boolean;
  /** Index objects of other versions to name instead. */
  readonly indexes?: readonly string[];
  /** Digest of the tombstone list that was honoured. */
  readonly tombstones?: string;
}

/** Makes it the head. @returns the manifest's header. */
export async function putVersion(
  aws: FakeAws,
  settings: ProjectSettings,
  {
    version = 1,
    files,
    schema = schemaOf(settings),
    dropped = [],
    withIndex = false,
    indexes,
    tombstones,
  }: VersionFixture,
): Promise<ManifestHeader> {
  const { dataBucket: bucket, dataset, project } = settings;
  const listed: ManifestFile[] = Object.keys(files)
    .sort()
    .map((path) => {
      const content = files[path]!;
      const digest = sha256(content);
      aws.put(bucket, objectKey(digest), content);
      const rows = content.trimEnd().split('\n').length - 1;
      return { path, size: Buffer.byteLength(content), sha256: digest, rows };
    });
  const directory = await mkdtemp(join(tmpdir(), 'version-'));
  try {
    return await withDuckDb(directory, async (database) => {
      const made = withIndex ? indexDigest(dataset, schema)! : '';
      const index = indexKey(made, `fixture-${version}`);
      const file = join(directory, 'manifest.json');
      const header = await writeManifest(
        file,
        {
          rows: listed.reduce((sum, { rows }) => sum + rows, 0) - dropped.length,
          schemaVersion: 1,
          schema,
          droppedRows: dropped.length,
          indexes: withIndex ? [index] : indexes,
          tombstones,
        },
        listed,
      );
      aws.put(bucket, manifestKey(version), await readFile(file));
      if (dropped.length > 0)
        aws.put(bucket, droppedKey(version), await writeDropped(database, directory, dropped));
      await loadVersionFiles({ database, bucket, directory, settings: dataset, version });
      aws.put(bucket, profileKey(version), JSON.stringify(await profileTable(database, 'data', schema)));
      if (withIndex) {
        const hashes = join(directory, 'hashes.parquet');
        const to = join(directory, 'index.parquet');
        await writeRowHashes(database, dataset, schema, hashes);
        await writeIndex(database, {
          hashes: [hashes],
          files: listed.map(({ path }, place) => ({ index: place, path })),
          to,
        });
        aws.put(bucket, index, await readFile(to));
      }
      const pk = projectPk(project);
      const { digest, rows, fileCount, bytes, schemaVersion } = header;
      const item = {
        ...{ version, digest, rows, files: fileCount, bytes, schemaVersion },
        createdAt: '2026-03-01T00:00:00.000Z',
        source: { kind: 'upload', upload: `upload-${version}` },
        labelFiles: [],
      };
      const put = (sk: string, content: object) =>
        aws.items.set(`${pk}|${sk}`, { ...content, pk, sk, revision: 1 });
      put(SK.version(version), item);
      put(SK.versionDigest(digest), { version });
      put(SK.head, { version, digest });
      put(SK.commit, { lastVersion: version });
      return header;
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The declared columns as a schema. */
export const schemaOf = ({ dataset }: ProjectSettings): DatasetSchema => ({
  columns: dataset.columns.map(({ name, type, role }) => ({ name, type, role })),
});

async function writeDropped(
  database: DuckDb,
  directory: string,
  dropped: readonly (readonly [path: string, row: number])[],
): Promise<Uint8Array> {
  const file = join(directory, 'dropped.parquet');
  const values = dropped.map(([path, row]) => `(${literal(path)}, CAST(${row} AS BIGINT))`).join(', ');
  await database.run(
    `COPY (SELECT * FROM (VALUES ${values}) AS t(path, row) ORDER BY ALL) TO ${literal(file)} (FORMAT parquet)`,
  );
  return readFile(file);
}
