/** What a person can ask of a stage: an upload, a run, a judgement, an answer. */
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { Upload } from '@aws-sdk/lib-storage';
import { EVENT_SOURCE, type EventDetails, type EventName } from '../../lambdas/events/contract.ts';
import { INCOMING_PREFIX, LABELS_PREFIX, SUCCESS_MARKER } from '../../lambdas/shared/keys.ts';
import { type Connection, UsageError } from './connect.ts';

export interface Uploaded {
  /** `incoming/...` keys, in the order of the files. */
  readonly keys: readonly string[];
  readonly upload: string;
}

/**
 * Uploads files to be committed together: one by itself, several under one name with the marker last.
 * @throws UsageError for a file that is not there, or two of one name.
 */
export async function uploadFiles(
  connection: Connection,
  files: readonly string[],
  onProgress?: (loaded: number, total: number) => void,
): Promise<Uploaded> {
  for (const file of files) {
    if (!existsSync(file) || !statSync(file).isFile()) throw new UsageError(`no such file: ${file}`);
  }
  assertNamesDiffer(files);
  const total = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const upload =
    files.length === 1 ? basename(files[0]!) : `upload-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  const keys = files.map(
    (file) => INCOMING_PREFIX + (files.length === 1 ? upload : `${upload}/${basename(file)}`),
  );
  let finished = 0;
  for (const [index, file] of files.entries()) {
    await putFile(connection, keys[index]!, file, (loaded) => onProgress?.(finished + loaded, total));
    finished += statSync(file).size;
  }
  if (files.length > 1) {
    await connection.s3.send(
      new PutObjectCommand({
        Bucket: connection.bucket,
        Key: `${INCOMING_PREFIX}${upload}/${SUCCESS_MARKER}`,
        // an empty string would make the SDK warn of a stream
        Body: new Uint8Array(),
      }),
    );
  }
  return { keys, upload };
}

/** Folders are left out of the keys: of two files of one name the second would replace the first. */
export function assertNamesDiffer(files: readonly string[]): void {
  const names = files.map((file) => basename(file));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(
      `two of the files are called ${twice}; rename one, or upload them one after the other`,
    );
  }
}

/** Uploads a file of label records. @returns its key. */
export async function uploadLabels(connection: Connection, file: string): Promise<string> {
  const key = LABELS_PREFIX + basename(file);
  await putFile(connection, key, file);
  return key;
}

async function putFile(
  { s3, bucket }: Connection,
  key: string,
  file: string,
  onProgress?: (loaded: number) => void,
): Promise<void> {
  const upload = new Upload({
    client: s3,
    params: { Bucket: bucket, Key: key, Body: createReadStream(file) },
  });
  upload.on('httpUploadProgress', ({ loaded }) => onProgress?.(loaded ?? 0));
  await upload.done();
}

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

/** Asks for a run. @returns the id of the request. */
export async function requestRun(connection: Connection, reason: string): Promise<string> {
  const requestId = randomUUID();
  await putDomainEvent(connection, 'RunRequested', {
    project: connection.project,
    requestId,
    reason,
    by: connection.identity,
  });
  return requestId;
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
export async function readJson<Content>({ s3, bucket }: Connection, key: string): Promise<Content> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return JSON.parse(await Body!.transformToString()) as Content;
}
