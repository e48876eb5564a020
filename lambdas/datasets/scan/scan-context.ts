/** What a scan compares an upload with. */
import type { UploadItem } from '../../shared/catalog-items.ts';
import type { HashLimits } from '../../shared/content-hash.ts';
import { sha256 } from '../../shared/digest.ts';
import type { DuckDb } from '../../shared/duckdb.ts';
import { profileKey } from '../../shared/keys.ts';
import { requireJson } from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import type { ManifestHeader, ScanPlan } from '../contract.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { requireUpload } from '../upload/upload-store.ts';
import { loadManifestHeader } from '../versions/manifest.ts';
import { loadTombstones, type Tombstones } from '../versions/tombstones.ts';

export interface ScanHead {
  readonly version: number;
  readonly header: ManifestHeader;
  readonly profile: DatasetProfile;
}

export interface ScanContext {
  readonly settings: ProjectSettings;
  readonly plan: ScanPlan;
  readonly item: UploadItem;
  /** The version that was the head when the scan was planned; absent before the first. */
  readonly head?: ScanHead;
  /** Whether the head's files stay beside those of the upload. */
  readonly adds: boolean;
  /** Those that the scan was planned with. */
  readonly tombstones?: Tombstones;
  /** Goes before values that are hashed for a report, so that projects cannot be compared. */
  readonly salt: string;
}

/** Where a scan works. */
export interface ScanPlace {
  readonly database: DuckDb;
  /** Local folder. */
  readonly directory: string;
  readonly hashLimits?: HashLimits;
}

export async function loadScanContext(settings: ProjectSettings, plan: ScanPlan): Promise<ScanContext> {
  const { project, dataBucket: bucket, dataset } = settings;
  const [item, head, tombstones] = await Promise.all([
    requireUpload(project, plan.upload),
    plan.headVersion === undefined ? undefined : loadScanHead(bucket, plan.headVersion),
    plan.tombstones === undefined ? undefined : loadTombstones(project, bucket, plan.tombstones),
  ]);
  const adds = dataset.uploads === 'append' && head !== undefined;
  return { settings, plan, item, head, adds, tombstones, salt: sha256(`${bucket}\n${project}`) };
}

async function loadScanHead(bucket: string, version: number): Promise<ScanHead> {
  const [header, profile] = await Promise.all([
    loadManifestHeader(bucket, version),
    requireJson<DatasetProfile>(bucket, profileKey(version)),
  ]);
  return { version, header, profile };
}
