/** An asynchronous invocation between its acceptance and its end. */
import { randomUUID } from 'node:crypto';
import type { AsyncInferenceConfig } from '@aws-sdk/client-sagemaker';
import type { InvokeEndpointAsyncInput } from '@aws-sdk/client-sagemaker-runtime';
import { below } from '../s3-as-role.ts';

/** The longest that a request waits, and the default. */
export const LONGEST_TTL_SECONDS = 21_600;
const DEFAULT_TIMEOUT_SECONDS = 900;

/** Stored until the request is done, so that an accepted one survives the cloud. */
export interface AsyncRequest {
  readonly id: string;
  readonly endpoint: string;
  readonly inferenceId: string;
  readonly inputLocation: string;
  readonly outputLocation: string;
  readonly failureLocation?: string | undefined;
  /** What the container gets with the input. */
  readonly headers: Readonly<Record<string, string>>;
  readonly accept?: string | undefined;
  readonly contentType?: string | undefined;
  readonly receivedAt: Date;
  readonly expiresAt: Date;
  readonly timeoutSeconds: number;
}

/** The request that an input asks for, with its locations chosen. */
export function asyncRequest(
  input: InvokeEndpointAsyncInput,
  { config, headers, now }: { config: AsyncInferenceConfig; headers: Record<string, string>; now: Date },
): AsyncRequest {
  const { S3OutputPath, S3FailurePath } = config.OutputConfig!;
  const inferenceId = input.InferenceId ?? randomUUID();
  const file = input.Filename ?? `${randomUUID()}.out`;
  const name = input.S3OutputPathExtension === undefined ? file : below(input.S3OutputPathExtension, file);
  return {
    id: randomUUID(),
    endpoint: input.EndpointName!,
    inferenceId,
    inputLocation: input.InputLocation!,
    outputLocation: below(S3OutputPath!, name),
    failureLocation: S3FailurePath && below(S3FailurePath, `${inferenceId}-error.out`),
    headers,
    accept: input.Accept,
    contentType: input.ContentType,
    receivedAt: now,
    expiresAt: new Date(now.getTime() + (input.RequestTTLSeconds ?? LONGEST_TTL_SECONDS) * 1000),
    timeoutSeconds: input.InvocationTimeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
  };
}
