/** The profile of a version to be: of the upload's rows, or with those of the version that it adds to. */
import type { DatasetSchema } from '../contract.ts';
import { mergeProfiles } from '../profile/merge-profiles.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { countOnProfile, profileTable } from '../profile/profile-table.ts';
import { type Duplicates, deleteDroppedRows } from '../versions/duplicates.ts';
import { profileBatches } from '../versions/profile-batches.ts';
import { forEachVersionFile } from '../versions/version-files.ts';
import type { ScanContext, ScanHead, ScanPlace } from './scan-context.ts';
import { NUMBERED_FILES } from './version-tables.ts';

export interface ProfiledVersion {
  readonly profile: DatasetProfile;
  /** How the profile came about, where there is a choice. */
  readonly note?: string;
}

/** Takes the upload's dropped rows out of the table `data` and profiles what is left, with the head's rows when they stay. */
export async function profileVersion(
  context: ScanContext,
  place: ScanPlace,
  schema: DatasetSchema,
  duplicates: Duplicates | undefined,
): Promise<ProfiledVersion> {
  const { head, adds } = context;
  const { database } = place;
  const dropped = duplicates?.dropped;
  if (dropped !== undefined && duplicates!.ownDroppedRows > 0) {
    await deleteDroppedRows(database, dropped, NUMBERED_FILES);
  }
  if (!adds || !head) return { profile: await profileTable(database, 'data', schema) };

  const { version } = head;
  const why = whyReadAgain(context, head, schema, duplicates);
  if (why === undefined) {
    const own = await countOnProfile(database, 'data', head.profile.columns);
    return { profile: mergeProfiles(head.profile, own), note: addedUp(version) };
  }
  const profile = await profileAll(context, place, schema, { head, dropped });
  return { profile, note: readAgain(version, why) };
}

/** Notes on how a profile came about. */
export const addedUp = (version: number) =>
  `Only the new files were read: the profile of version ${version} and that of the new rows were added up.`;
export const readAgain = (version: number, why: string) =>
  `All rows of version ${version} were read again, because ${why}.`;

/** Why the head's profile is not part of the new one, as the end of a sentence; undefined when it is. */
export function whyReadAgain(
  { tombstones }: Pick<ScanContext, 'tombstones'>,
  { header, profile }: Pick<ScanHead, 'header' | 'profile'>,
  schema: DatasetSchema,
  duplicates: Pick<Duplicates, 'supersededRows' | 'supersedesHead'> | undefined,
): string | undefined {
  if (duplicates?.supersedesHead) return `new rows replace ${duplicates.supersededRows} of them`;
  if (header.tombstones !== tombstones?.digest) return 'keys were forgotten since';
  const columnsOf = (columns: readonly { name: string; type: string; role: string }[]) =>
    JSON.stringify(columns.map(({ name, type, role }) => [name, type, role]));
  if (columnsOf(profile.columns) !== columnsOf(schema.columns)) return 'the schema has changed';
  return undefined;
}

async function profileAll(
  { settings, tombstones }: ScanContext,
  { database, directory }: ScanPlace,
  schema: DatasetSchema,
  { head, dropped }: { readonly head: ScanHead; readonly dropped?: string },
): Promise<DatasetProfile> {
  const { dataBucket: bucket, dataset } = settings;
  await database.run('ALTER TABLE data RENAME TO own_rows');
  return profileBatches(database, schema, async (work) => {
    await work('own_rows');
    await forEachVersionFile(
      {
        database,
        bucket,
        directory,
        settings: dataset,
        version: head.version,
        header: { ...head.header, schema },
        tombstones,
      },
      async ({ relation, files }) => {
        // beside the version's own dropped rows those that the upload replaces
        if (dropped !== undefined) await deleteDroppedRows(database, dropped, files);
        await work(relation);
      },
    );
  });
}
