/** A project's settings as they were deployed. */
import { settingsKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import { readJson } from './actions.ts';
import { getProject } from './catalog.ts';
import { type Connection, UsageError } from './connect.ts';

/** @throws UsageError when the project is not registered. */
export async function readSettings(connection: Connection): Promise<ProjectSettings> {
  const project = await getProject(connection);
  if (project) return readJson<ProjectSettings>(connection, settingsKey(project.settingsDigest));
  throw new UsageError(`project "${connection.project}" is not registered; deploy its stack again`);
}
