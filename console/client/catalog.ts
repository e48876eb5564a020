/** What the catalog knows of a project, newest first. */
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import {
  type ChampionItem,
  type ControllerItem,
  type DecisionItem,
  type HeadItem,
  type ModelItem,
  type ProjectItem,
  projectPk,
  type RolloutItem,
  type RunItem,
  SK,
  SK_PREFIX,
  type UploadItem,
  type VersionItem,
  type WindowItem,
} from '../../lambdas/shared/catalog-items.ts';
import { INCOMING_PREFIX } from '../../lambdas/shared/keys.ts';
import type { Connection } from './connect.ts';

async function one<Item>({ documents, names, project }: Connection, sk: string): Promise<Item | undefined> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: names.catalog(), Key: { pk: projectPk(project), sk }, ConsistentRead: true }),
  );
  return Item as Item | undefined;
}

export async function all<Item>(
  { documents, names, project }: Connection,
  prefix: string,
  limit = Infinity,
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName: names.catalog(),
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': projectPk(project), ':prefix': prefix },
        ScanIndexForward: false,
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    start = page.LastEvaluatedKey;
  } while (start && items.length < limit);
  return items.slice(0, limit);
}

export const getProject = (connection: Connection) => one<ProjectItem>(connection, SK.project);
export const getHead = (connection: Connection) => one<HeadItem>(connection, SK.head);
export const getChampion = (connection: Connection) => one<ChampionItem>(connection, SK.champion);
export const getController = (connection: Connection) => one<ControllerItem>(connection, SK.controller);
export const getRollout = (connection: Connection) => one<RolloutItem>(connection, SK.rollout);
export const getRun = (connection: Connection, run: string) => one<RunItem>(connection, SK.run(run));
export const listVersions = (connection: Connection) => all<VersionItem>(connection, SK_PREFIX.version);
export const getVersion = (connection: Connection, version: number) =>
  one<VersionItem>(connection, SK.version(version));
export const getUpload = (connection: Connection, upload: string) =>
  one<UploadItem>(connection, SK.upload(upload));
export const listUploads = (connection: Connection) => all<UploadItem>(connection, SK_PREFIX.upload);
export const listModels = (connection: Connection) => all<ModelItem>(connection, SK_PREFIX.model);
export const listWindows = (connection: Connection) => all<WindowItem>(connection, SK_PREFIX.window);
export const listDecisions = (connection: Connection, limit?: number) =>
  all<DecisionItem>(connection, SK_PREFIX.decision, limit);

/** Uploads that an object below `incoming/` has committed, whatever its version. */
export async function listUploadsBy(connection: Connection, key: string): Promise<UploadItem[]> {
  // an upload's id begins as its file or folder does, with other characters replaced
  const [name = ''] = key.slice(INCOMING_PREFIX.length).split('/');
  const [kept = ''] = /^[A-Za-z0-9._-]*/.exec(name)!;
  const uploads = await all<UploadItem>(connection, SK.upload(kept));
  return uploads.filter((upload) => upload.key === key);
}

/** Runs are named by digests: newest first means by their start. */
export async function listRuns(connection: Connection): Promise<RunItem[]> {
  const runs = await all<RunItem>(connection, SK_PREFIX.run);
  return runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}
