/** What a person can ask of a stage besides an upload: a run, a judgement, an answer. */
import { randomUUID } from 'node:crypto';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { EVENT_SOURCE, type EventDetails, type EventName } from '../../lambdas/events/contract.ts';
import type { RunOverrides } from '../../lambdas/shared/run-overrides.ts';
import { type Connection, UsageError } from './connect.ts';

export { uploadFiles, uploadLabels } from './upload/upload-files.ts';

export async function putDomainEvent<Name extends EventName>(
  { events, names }: Connection,
  name: Name,
  detail: EventDetails[Name],
): Promise<void> {
  const { FailedEntryCount, Entries } = await events.send(
    new PutEventsCommand({
      Entries: [
        { EventBusName: names.bus(), Source: EVENT_SOURCE, DetailType: name, Detail: JSON.stringify(detail) },
      ],
    }),
  );
  if (FailedEntryCount)
    throw new UsageError(`the bus ${names.bus()} refused ${name}: ${Entries?.[0]?.ErrorMessage}`);
}

export interface RunOptions {
  /** Dataset version. @default - the head when the run starts */
  readonly datasetVersion?: number;
  /** Settings of this run alone, by path. */
  readonly overrides?: RunOverrides;
}

/** Asks for a run. @returns the id of the request; the controller knows it as `manual-` and this id. */
export async function requestRun(
  connection: Connection,
  reason: string,
  options: RunOptions = {},
): Promise<string> {
  const requestId = randomUUID();
  await putDomainEvent(connection, 'RunRequested', {
    project: connection.project,
    requestId,
    reason,
    by: connection.identity,
    ...options,
  });
  return requestId;
}

/** Stops runs that nobody asks for in person, or allows them again. */
export async function switchRetraining(
  connection: Connection,
  paused: boolean,
  reason: string,
): Promise<void> {
  const { project, identity: by } = connection;
  const at = new Date().toISOString();
  await putDomainEvent(connection, 'RetrainingSwitched', { project, paused, by, reason, at });
}

/** Asks for a judgement of complete windows, or of one. */
export async function requestMonitor(
  connection: Connection,
  options: { readonly window?: string; readonly force?: boolean } = {},
): Promise<void> {
  await putDomainEvent(connection, 'MonitorRequested', {
    project: connection.project,
    requestId: randomUUID(),
    ...options,
  });
}

export interface Answer {
  readonly inferenceId: string;
  /** One per row. */
  readonly probabilities: readonly number[];
}

/** Sends rows, as CSV without a header, to the project's endpoint. */
export async function invoke(
  connection: Connection,
  csv: string,
  inferenceId: string = randomUUID(),
): Promise<Answer> {
  const { Body } = await connection.runtime.send(
    new InvokeEndpointCommand({
      EndpointName: connection.names.endpoint(connection.project),
      ContentType: 'text/csv',
      Accept: 'text/csv',
      Body: csv,
      InferenceId: inferenceId,
    }),
  );
  const lines = new TextDecoder().decode(Body).trim().split('\n');
  return { inferenceId, probabilities: lines.map(Number) };
}

/** A JSON object of the data bucket. */
export async function readJson<Content>(connection: Connection, key: string): Promise<Content> {
  return JSON.parse(await readText(connection, key)) as Content;
}

/** A text object of the data bucket. */
export async function readText({ s3, bucket }: Connection, key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Body!.transformToString();
}
