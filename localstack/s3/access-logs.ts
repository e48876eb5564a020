/**
 * Server access logs: a line for each request to a bucket that logs, delivered to its target every hour of the cloud's
 * clock, by the log service under the target's own policy.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 */
import { randomBytes } from 'node:crypto';
import type { LoggingEnabled } from '@aws-sdk/client-s3';
import type { Timer } from '../core/clock.ts';
import { AwsError } from '../core/errors.ts';
import type { Call, Operation } from '../core/service.ts';
import { OWNER_ID } from './buckets.ts';
import type { S3State } from './state.ts';

const LOG_SERVICE = 'logging.s3.amazonaws.com';
/** AWS delivers "within a few hours", as well as it can. */
const DELIVER_AFTER_MS = 3_600_000;

/** What AWS calls the requests whose names do not follow from their operation's. */
const REQUESTS: Readonly<Record<string, string>> = {
  CopyObject: 'REST.COPY.OBJECT',
  UploadPart: 'REST.PUT.PART',
  UploadPartCopy: 'REST.COPY.PART',
  CreateMultipartUpload: 'REST.POST.UPLOADS',
  CompleteMultipartUpload: 'REST.POST.UPLOAD',
  AbortMultipartUpload: 'REST.DELETE.UPLOAD',
  ListParts: 'REST.GET.UPLOAD',
  ListMultipartUploads: 'REST.GET.UPLOADS',
  ListObjects: 'REST.GET.BUCKET',
  ListObjectsV2: 'REST.GET.BUCKET',
  ListObjectVersions: 'REST.GET.BUCKETVERSIONS',
  DeleteObjects: 'REST.POST.MULTI_OBJECT_DELETE',
  GetBucketLogging: 'REST.GET.LOGGING_STATUS',
  PutBucketLogging: 'REST.PUT.LOGGING_STATUS',
};
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface LoggedInput {
  readonly Bucket?: string;
  readonly Key?: string;
}

interface LoggedOutput {
  readonly ContentLength?: number;
  readonly VersionId?: string;
}

/** How a request ended. */
interface Outcome {
  readonly status: number;
  readonly tookMs: number;
  readonly errorCode?: string;
  readonly output?: LoggedOutput;
}

/** The lines of all buckets that log. */
export interface AccessLogs {
  /** The operation, with its requests logged. */
  logged(name: string, operation: Operation): Operation;
  stop(): void;
}

/** Gathers lines in memory; those of the last hour are lost with the process. */
export function createAccessLogs(state: S3State): AccessLogs {
  const lines = new Map<string, { readonly target: LoggingEnabled; readonly lines: string[] }>();
  const { cloud } = state;
  let timer: Timer | undefined;

  function record(name: string, input: LoggedInput, call: Call, outcome: Outcome): void {
    const target = state.buckets.get(input.Bucket ?? '')?.logging;
    if (!target || (call.principal.kind === 'service' && call.principal.service === LOG_SERVICE)) return;
    const known = lines.get(input.Bucket ?? '') ?? { target, lines: [] };
    known.lines.push(lineOf(name, input, call, outcome));
    lines.set(input.Bucket ?? '', known);
    timer ??= cloud.clock.after(DELIVER_AFTER_MS, 's3 access logs', async () => {
      timer = undefined;
      const batches = [...lines];
      lines.clear();
      for (const [bucket, batch] of batches) await deliver(bucket, batch.target, batch.lines);
    });
  }

  async function deliver(bucket: string, target: LoggingEnabled, batch: readonly string[]): Promise<void> {
    const stamp = cloud.clock.date().toISOString().slice(0, 19).replace(/[T:]/g, '-');
    const Key = `${target.TargetPrefix ?? ''}${stamp}-${randomBytes(8).toString('hex').toUpperCase()}`;
    const input = { Bucket: target.TargetBucket, Key, Body: batch.map((line) => `${line}\n`).join('') };
    try {
      const service = cloud.servicePrincipal(LOG_SERVICE, `arn:aws:s3:::${bucket}`);
      await cloud.call('s3', 'PutObject', { ...input, ContentType: 'text/plain' }, service);
    } catch (error) {
      // a target that is gone or does not let the log service write gets nothing, and nobody is told
      if (!(error instanceof AwsError)) throw error;
    }
  }

  return {
    logged: (name, operation) => async (input: LoggedInput, call: Call) => {
      const tookMs = () => cloud.clock.now() - call.now.getTime();
      try {
        const output = (await operation(input, call)) as LoggedOutput;
        record(name, input, call, { status: 200, tookMs: tookMs(), output });
        return output;
      } catch (error) {
        if (error instanceof AwsError)
          record(name, input, call, { status: error.status, tookMs: tookMs(), errorCode: error.code });
        throw error;
      }
    },
    stop() {
      timer?.cancel();
      timer = undefined;
    },
  };
}

function lineOf(name: string, input: LoggedInput, call: Call, outcome: Outcome): string {
  const { status, errorCode, output } = outcome;
  const { http, principal, requestId, now } = call;
  const size = output?.ContentLength === undefined ? '-' : String(output.ContentLength);
  const query = http?.query.toString() ?? '';
  const uri = http ? `"${http.method} ${http.path}${query === '' ? '' : `?${query}`} HTTP/1.1"` : '"-"';
  const header = (header: string) => String(http?.headers[header] ?? '-');
  return [
    OWNER_ID,
    input.Bucket,
    `[${timeOf(now)}]`,
    http?.sourceIp ?? '-',
    principal.kind === 'anonymous' ? '-' : principal.kind === 'root' ? OWNER_ID : principal.arn,
    requestId,
    requestName(name),
    input.Key === undefined ? '-' : encodeURIComponent(encodeURI(input.Key)).replaceAll('%2F', '/'),
    uri,
    String(status),
    errorCode ?? '-',
    name === 'GetObject' ? size : '-',
    size,
    String(outcome.tookMs),
    '-',
    `"${header('referer')}"`,
    `"${header('user-agent')}"`,
    output?.VersionId ?? '-',
    'local',
    http?.headers.authorization ? 'SigV4' : '-',
    '-',
    http?.headers.authorization ? 'AuthHeader' : http?.query.has('X-Amz-Signature') ? 'QueryString' : '-',
    header('host'),
    '-',
    '-',
    '-',
  ].join(' ');
}

/** For example `REST.GET.OBJECT` of GetObject and `REST.PUT.BUCKETPOLICY` of PutBucketPolicy. */
function requestName(operation: string): string {
  const known = REQUESTS[operation];
  if (known) return known;
  const [, verb = '', rest = ''] = /^([A-Z][a-z]+)(.*)$/.exec(operation) ?? [];
  const sub = rest.replace(/Configuration$/, '');
  const resource = /^Bucket(?!Policy$).+/.test(sub) ? sub.slice('Bucket'.length) : sub;
  const words = resource.replace(/([a-z])([A-Z])/g, resource === 'BucketPolicy' ? '$1$2' : '$1_$2');
  return `REST.${verb.toUpperCase()}.${words.toUpperCase()}`;
}

function timeOf(date: Date): string {
  const iso = date.toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[date.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
