/** Counts a version's rows on this machine on the edges of another version's profile: what stored profiles cannot tell. */

import { mergeProfiles } from '../../../lambdas/datasets/profile/merge-profiles.ts';
import type { ColumnProfile, DatasetProfile } from '../../../lambdas/datasets/profile/profile.ts';
import { countOnProfile } from '../../../lambdas/datasets/profile/profile-table.ts';
import { loadTombstones } from '../../../lambdas/datasets/versions/tombstones.ts';
import { forEachVersionFile } from '../../../lambdas/datasets/versions/version-files.ts';
import { ENV } from '../../../lambdas/shared/contract.ts';
import type { DatasetSettings } from '../../../lambdas/shared/settings.ts';
import { withTempDirectory } from '../../../lambdas/shared/temp-directory.ts';
import type { Connection } from '../connect.ts';
import { withLocalDuckDb } from '../local-duckdb.ts';
import type { ListedVersion } from './documents.ts';

/**
 * Downloads a version's files, some at a time, and counts their logical rows.
 * @param reference columns that the version has too; their edges and values are counted on.
 */
export async function countVersion(
  { project, bucket, names }: Connection,
  { item, manifest }: ListedVersion,
  settings: DatasetSettings,
  reference: readonly ColumnProfile[],
): Promise<DatasetProfile> {
  // the same code as in the functions, which are told of the table by their environment
  process.env[ENV.catalogTable] = names.catalog();
  const tombstones = await loadTombstones(project, bucket);
  const { files: _files, ...header } = manifest;
  return withTempDirectory((directory) =>
    withLocalDuckDb(directory, async (database) => {
      let counted: DatasetProfile | undefined;
      const options = { database, bucket, directory, settings, version: item.version, header, tombstones };
      await forEachVersionFile(options, async ({ relation }) => {
        const batch = await countOnProfile(database, relation, reference);
        counted = counted ? mergeProfiles(counted, batch) : batch;
      });
      return counted ?? { format: 2, rows: 0, columns: [] };
    }),
  );
}
