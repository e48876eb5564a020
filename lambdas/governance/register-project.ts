/** Takes a project into the catalog when its stack is deployed. */
import { join } from 'node:path';
import { getItem, putItem } from '../shared/catalog.ts';
import { type HeadItem, PROJECTS_PK, type ProjectItem, projectPk, SK } from '../shared/catalog-items.ts';
import { nowIso } from '../shared/clock.ts';
import { canonicalJson, digestOf } from '../shared/digest.ts';
import { publish } from '../shared/events.ts';
import { codeKey, settingsKey } from '../shared/keys.ts';
import { downloadObject, putJson, uploadFile } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { withTempDirectory } from '../shared/temp-directory.ts';
import type { RegisterProjectProperties } from './contract.ts';
import { trainingDigest } from './training-digest.ts';

/** The item with what the bus was last told, so that a deployment that dies in between is made up for by the next. */
interface RegisteredProject extends ProjectItem {
  readonly announcedTrainingDigest?: string;
}

/**
 * Stores settings and code under their digests and points the catalog at them. `CodeChanged` goes out when what a
 * training depends on is new and there is a dataset to train on; without one, the first upload starts the first run.
 */
export async function registerProject(properties: RegisterProjectProperties): Promise<ProjectItem> {
  const { Project: project, DataBucket: dataBucket } = properties;
  const settings = JSON.parse(properties.Settings) as ProjectSettings;
  const settingsDigest = await storeSettings(dataBucket, settings);
  const codeDigest = await storeCode(properties);
  const pk = projectPk(project);
  const before = (await getItem<RegisteredProject>(pk, SK.project))?.item;
  const item: RegisteredProject = {
    project,
    dataBucket,
    settingsDigest,
    codeDigest,
    trainingDigest: trainingDigest(settings, codeDigest),
    deployedAt: nowIso(),
    ...(before?.announcedTrainingDigest && { announcedTrainingDigest: before.announcedTrainingDigest }),
  };
  await store(item);
  if (item.trainingDigest !== item.announcedTrainingDigest) {
    if (await getItem<HeadItem>(pk, SK.head)) {
      const { trainingDigest: digest } = item;
      await publish('CodeChanged', { project, settingsDigest, codeDigest, trainingDigest: digest });
    }
    await store({ ...item, announcedTrainingDigest: item.trainingDigest });
  }
  return item;
}

async function store(item: RegisteredProject): Promise<void> {
  await putItem(projectPk(item.project), SK.project, item);
  await putItem(PROJECTS_PK, item.project, item);
}

async function storeSettings(bucket: string, settings: ProjectSettings): Promise<string> {
  const digest = digestOf(settings);
  // in canonical order, so that the object's bytes have the digest that it is named by
  await putJson(bucket, settingsKey(digest), JSON.parse(canonicalJson(settings)));
  return digest;
}

/** The asset's key holds a digest of CDK's; ours is over the bytes, so it is made from them. */
async function storeCode({ DataBucket, CodeBucket, CodeKey }: RegisterProjectProperties): Promise<string> {
  return withTempDirectory(async (directory) => {
    const file = join(directory, 'sourcedir.tar.gz');
    const { sha256 } = await downloadObject(CodeBucket, CodeKey, file);
    await uploadFile(DataBucket, codeKey(sha256), file, 'application/gzip');
    return sha256;
  });
}
