/** What became of things on a stage, once everything that has begun has come to rest. */
import { GetObjectCommand, GetObjectTaggingCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { getController, listDecisions, listRuns, listVersions } from '../../console/client/catalog.ts';
import type { EVENT_SOURCE, EventDetails, EventName } from '../../lambdas/events/contract.ts';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import type { LocalStage } from './local-stage.ts';

/** Longer than a run with its rollout: retries, polls and a bake of three minutes. */
const REST_SECONDS = 1200;
const LOOK_EVERY_MS = 100;

/** Lets the cloud's time pass; returns when nothing runs any more. */
export const rest = (stage: LocalStage) => stage.clock.advance(REST_SECONDS);

/** Looks in real time, without moving the clock, for what is on its way. @throws Error after half a minute. */
export async function soon<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`waited half a minute for ${what}, and it did not come`);
}

export interface Counts {
  readonly versions: number;
  readonly runs: number;
}

export async function counts({ connection }: LocalStage): Promise<Counts> {
  const [versions, runs] = await Promise.all([listVersions(connection), listRuns(connection)]);
  return { versions: versions.length, runs: runs.length };
}

export async function newestRun({ connection }: LocalStage): Promise<RunItem> {
  const [run] = await listRuns(connection);
  if (!run) throw new Error('there is no run yet');
  return run;
}

export async function isLocked({ connection }: LocalStage): Promise<boolean> {
  return (await getController(connection))?.lock !== undefined;
}

/** Decisions on one subject, newest first. */
export async function decisionsOn({ connection }: LocalStage, subject: string) {
  return (await listDecisions(connection)).filter((decision) => decision.subject === subject);
}

export async function endpoint({ connection }: LocalStage) {
  return connection.sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: connection.names.endpoint(connection.project) }),
  );
}

export async function keysBelow({ connection }: LocalStage, prefix: string, bucket = connection.bucket) {
  const { Contents = [] } = await connection.s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
  );
  return Contents.map(({ Key }) => Key!);
}

/** Keys of objects that are not tagged with what became of them: the lifecycle would never remove them. */
export async function unsettledBelow(stage: LocalStage, prefix: string) {
  const { bucket, s3 } = stage.connection;
  const unsettled: string[] = [];
  for (const Key of await keysBelow(stage, prefix)) {
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }));
    if (!TagSet.some((tag) => tag.Key === 'driftless:state')) unsettled.push(Key);
  }
  return unsettled;
}

export async function bytesOf({ connection }: LocalStage, key: string, bucket = connection.bucket) {
  const { Body } = await connection.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
}

export async function jsonOf<Content>(stage: LocalStage, key: string, bucket?: string): Promise<Content> {
  return JSON.parse((await bytesOf(stage, key, bucket)).toString()) as Content;
}

/** A domain event as the audit trail keeps it. */
export interface Audited<Name extends EventName> {
  readonly 'detail-type': Name;
  readonly source: typeof EVENT_SOURCE;
  readonly detail: EventDetails[Name];
}

/** The domain events of one name, from the audit bucket. */
export async function audited<Name extends EventName>(
  stage: LocalStage,
  name: Name,
): Promise<Audited<Name>[]> {
  const bucket = stage.connection.names.auditBucket();
  const events: Audited<Name>[] = [];
  for (const key of await keysBelow(stage, 'audit/', bucket)) {
    const event = await jsonOf<Audited<Name>>(stage, key, bucket);
    if (event['detail-type'] === name) events.push(event);
  }
  return events;
}
