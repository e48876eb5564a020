/** What a request would train on and with: the head and the deployed settings, or what a person asks for instead. */
import { getItem } from '../shared/catalog.ts';
import {
  type ProjectItem,
  projectPk,
  type RunRequest,
  SK,
  type VersionItem,
} from '../shared/catalog-items.ts';
import { canonicalJson, digestOf } from '../shared/digest.ts';
import { settingsKey } from '../shared/keys.ts';
import { putJson } from '../shared/objects.ts';
import { applyOverrides } from '../shared/run-overrides.ts';
import type { ProjectSettings } from '../shared/settings.ts';

export interface Wanted {
  /** Absent before the first version, and when the version that is asked for does not exist. */
  readonly head: VersionItem | undefined;
  readonly settings: ProjectSettings;
  readonly settingsDigest: string;
  readonly trainingDigest: string;
  readonly mistakes: readonly string[];
}

/** Reads no more than the version that is asked for; settings with overrides are not stored yet. */
export async function wantedBy(
  { datasetVersion, overrides }: RunRequest,
  project: ProjectItem,
  settings: ProjectSettings,
  head: VersionItem | undefined,
): Promise<Wanted> {
  const mistakes: string[] = [];
  const version = datasetVersion === undefined ? head : await versionOf(project, datasetVersion);
  if (datasetVersion !== undefined && !version) {
    mistakes.push(`dataset version ${JSON.stringify(datasetVersion)} does not exist`);
  }
  const { settingsDigest, trainingDigest } = project;
  if (overrides === undefined) return { head: version, settings, settingsDigest, trainingDigest, mistakes };
  const own = applyOverrides(settings, overrides);
  return {
    head: version,
    settings: own.settings,
    settingsDigest: digestOf(own.settings),
    // another one than the deployed digest even where the values are the same: this run answers for itself only
    trainingDigest: digestOf([trainingDigest, overrides]),
    mistakes: [...mistakes, ...own.mistakes],
  };
}

/** Stores settings under their digest, as a deployment does; harmless twice. */
export async function storeWanted({ settings, settingsDigest }: Wanted): Promise<void> {
  const document = JSON.parse(canonicalJson(settings));
  await putJson(settings.dataBucket, settingsKey(settingsDigest), document, { ifAbsent: true });
}

async function versionOf({ project }: ProjectItem, version: number): Promise<VersionItem | undefined> {
  if (!Number.isSafeInteger(version) || version < 1) return undefined;
  return (await getItem<VersionItem>(projectPk(project), SK.version(version)))?.item;
}
