/** Data capture: what a request and its answer were, to S3 as the execution role. */
import { randomUUID } from 'node:crypto';
import type { CaptureContentTypeHeader, DataCaptureConfig } from '@aws-sdk/client-sagemaker';
import type { Principal } from '../../core/principal.ts';
import { type Batcher, createBatcher } from '../batcher.ts';
import { below, parseS3Uri, s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';

/** Real time: SageMaker gathers for minutes, a replay of a month should not. */
const IDLE_MS = 40;
const LONGEST_MS = 1_000;
const MAXIMUM_RECORDS = 2_000;
const JSON_LINES = 'application/octet-stream';

export interface CapturedBody {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface Invocation {
  readonly endpoint: string;
  readonly variant: string;
  readonly role: Principal;
  readonly capture: DataCaptureConfig;
  readonly input: CapturedBody;
  readonly output: CapturedBody;
  readonly inferenceId?: string | undefined;
  readonly customAttributes?: string | undefined;
  readonly at: Date;
}

export interface DataCapture {
  /** Samples, and writes with others a moment later. `random`: 0 <= random < 1. */
  record(invocation: Invocation, random: number): void;
  flush(): Promise<void>;
}

/** One record of a capture file, in SageMaker's order of members. */
export function captureRecord(invocation: Invocation, eventId: string): Record<string, unknown> {
  const modes = new Set((invocation.capture.CaptureOptions ?? []).map((option) => option.CaptureMode));
  const headers = invocation.capture.CaptureContentTypeHeader;
  const wantsBoth = modes.has('InputAndOutput');
  return {
    captureData: {
      ...(modes.has('Input') || wantsBoth ? { endpointInput: side(invocation.input, 'INPUT', headers) } : {}),
      ...(modes.has('Output') || wantsBoth
        ? { endpointOutput: side(invocation.output, 'OUTPUT', headers) }
        : {}),
    },
    eventMetadata: {
      eventId,
      ...(invocation.customAttributes ? { customAttributes: [invocation.customAttributes] } : {}),
      ...(invocation.inferenceId ? { inferenceId: invocation.inferenceId } : {}),
      inferenceTime: invocation.at.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    },
    eventVersion: '0',
  };
}

function side(
  { contentType, body }: CapturedBody,
  mode: 'INPUT' | 'OUTPUT',
  headers: CaptureContentTypeHeader | undefined,
): Record<string, string> {
  const encoding = encodingOf(contentType, headers);
  const bytes = Buffer.from(body);
  const data = bytes.toString(encoding === 'BASE64' ? 'base64' : 'utf8');
  return { observedContentType: contentType, mode, data, encoding };
}

function encodingOf(
  contentType: string,
  headers: CaptureContentTypeHeader | undefined,
): 'CSV' | 'JSON' | 'BASE64' {
  const type = contentType.split(';')[0]!.trim();
  if (headers?.CsvContentTypes?.includes(type)) return 'CSV';
  return headers?.JsonContentTypes?.includes(type) ? 'JSON' : 'BASE64';
}

/** `{destination}/{endpoint}/{variant}/yyyy/mm/dd/HH/MM-SS-mmm-{uuid}.jsonl`, by the first record's time (UTC). */
export function captureUri(
  invocation: Pick<Invocation, 'endpoint' | 'variant' | 'capture' | 'at'>,
  id: string,
): string {
  const [date, time] = invocation.at.toISOString().replace('Z', '').split('T') as [string, string];
  const [hour, minute, second] = time.split(':') as [string, string, string];
  const folder = `${invocation.endpoint}/${invocation.variant}/${date.replaceAll('-', '/')}/${hour}`;
  return below(
    invocation.capture.DestinationS3Uri!,
    `${folder}/${minute}-${second.replace('.', '-')}-${id}.jsonl`,
  );
}

/** Capture of all endpoints of a service. */
export function createDataCapture(sagemaker: SageMaker): DataCapture {
  const batcher: Batcher<Invocation> = createBatcher(sagemaker.cloud, {
    label: 'data capture',
    idleMs: IDLE_MS,
    longestMs: LONGEST_MS,
    maximumItems: MAXIMUM_RECORDS,
    deliver: async (invocations) => {
      for (const together of groups(invocations)) await write(sagemaker, together);
    },
  });
  return {
    record(invocation, random) {
      if (invocation.capture.EnableCapture !== true) return;
      if (random * 100 >= (invocation.capture.InitialSamplingPercentage ?? 0)) return;
      batcher.add(invocation);
    },
    flush: () => batcher.flush(),
  };
}

/** One file each: same endpoint, variant, configuration and hour. */
function groups(invocations: readonly Invocation[]): Invocation[][] {
  const byFolder = new Map<string, Invocation[]>();
  for (const each of invocations) {
    const hour = each.at.toISOString().slice(0, 13);
    const key = [each.capture.DestinationS3Uri, each.endpoint, each.variant, hour].join('\n');
    const group = byFolder.get(key);
    if (group) group.push(each);
    else byFolder.set(key, [each]);
  }
  return [...byFolder.values()];
}

async function write(sagemaker: SageMaker, invocations: readonly Invocation[]): Promise<void> {
  const first = invocations[0]!;
  const lines = invocations.map((each) => `${JSON.stringify(captureRecord(each, randomUUID()))}\n`);
  try {
    await s3AsRole(sagemaker.cloud, first.role).write(
      parseS3Uri(captureUri(first, randomUUID())),
      Buffer.from(lines.join('')),
      { kmsKeyId: first.capture.KmsKeyId, contentType: JSON_LINES },
    );
  } catch (error) {
    // as on AWS the invocations have succeeded; unlike there, the loss is said
    console.error(
      `local cloud: sagemaker: ${invocations.length} captured records of endpoint ${first.endpoint} are lost: ${String(error)}`,
    );
  }
}
