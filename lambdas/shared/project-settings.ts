/** Loads what is known about a project: its catalog item and its settings by digest. */
import { getItem, queryItems } from './catalog.ts';
import { PROJECTS_PK, type ProjectItem, projectPk, SK } from './catalog-items.ts';
import { NonRetryableError } from './errors.ts';
import { settingsKey } from './keys.ts';
import { getJson } from './objects.ts';
import type { ProjectSettings } from './settings.ts';

/** Settings are immutable under their digest, so a process reads each once. */
const settingsByDigest = new Map<string, ProjectSettings>();

/** The project's item. @throws NonRetryableError (code `ProjectUnknown`) when no such project is deployed. */
export async function loadProject(project: string): Promise<ProjectItem> {
  const found = await getItem<ProjectItem>(projectPk(project), SK.project);
  if (!found) {
    throw new NonRetryableError(
      `project "${project}" is not in the catalog; deploy its stack, which registers it`,
      { code: 'ProjectUnknown', details: { project } },
    );
  }
  return found.item;
}

/** All projects of the stage. */
export async function listProjects(): Promise<ProjectItem[]> {
  return (await queryItems<ProjectItem>(PROJECTS_PK, '')).map(({ item }) => item);
}

/**
 * Does something for each project; one that fails keeps no other from its turn.
 * @throws AggregateError naming the projects that failed, once all have had theirs.
 */
export async function forEachProject(
  projects: readonly ProjectItem[],
  work: (project: ProjectItem) => Promise<void>,
): Promise<void> {
  const failures = new Map<string, Error>();
  for (const project of projects) {
    try {
      await work(project);
    } catch (error) {
      failures.set(project.project, error as Error);
    }
  }
  const [only] = failures.values();
  if (only && projects.length === 1) throw only;
  if (only)
    throw new AggregateError(
      [...failures.values()],
      `failed for ${[...failures.keys()].join(', ')}: ${only.message}`,
    );
}

/** The project that owns a bucket. @throws NonRetryableError (code `ProjectUnknown`) when none does. */
export async function findProjectOfBucket(bucket: string): Promise<ProjectItem> {
  const project = (await listProjects()).find(({ dataBucket }) => dataBucket === bucket);
  if (!project) {
    throw new NonRetryableError(
      `no project of this stage has the data bucket "${bucket}"; deploy the project's stack, which registers it`,
      { code: 'ProjectUnknown', details: { bucket } },
    );
  }
  return project;
}

/** Settings by digest, read once a process. @throws NonRetryableError when the object is not there. */
export async function loadSettings(bucket: string, digest: string): Promise<ProjectSettings> {
  const known = settingsByDigest.get(digest);
  if (known) return known;
  const settings = await getJson<ProjectSettings>(bucket, settingsKey(digest));
  if (!settings) {
    throw new NonRetryableError(
      `settings ${digest} are not in bucket "${bucket}"; deploy the project's stack again`,
      { code: 'SettingsMissing', details: { bucket, digest } },
    );
  }
  settingsByDigest.set(digest, settings);
  return settings;
}
