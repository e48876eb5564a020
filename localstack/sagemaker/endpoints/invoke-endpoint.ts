/** InvokeEndpoint of the runtime. */
import type { InvokeEndpointInput, InvokeEndpointOutput } from '@aws-sdk/client-sagemaker-runtime';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly } from '../constraints.ts';
import type { ContainerAnswer } from '../models/serving-container.ts';
import type { SageMaker } from '../sagemaker.ts';
import type { DataCapture } from './capture.ts';
import { type EndpointRecord, endpointKey } from './endpoint-record.ts';
import { pickVariant } from './fleet.ts';
import type { InvocationMetrics } from './invocation-metrics.ts';

const MAXIMUM_BODY = 6_291_456;
const ATTRIBUTES = 'X-Amzn-SageMaker-Custom-Attributes';
const TIMED_OUT =
  'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each ' +
  'container in Amazon CloudWatch, resolve the issue, and try again.';

export interface InvokeContext {
  readonly sagemaker: SageMaker;
  readonly capture: DataCapture;
  readonly metrics: InvocationMetrics;
}

export async function invokeEndpoint(
  { sagemaker, capture, metrics }: InvokeContext,
  input: InvokeEndpointInput,
  call: Call,
): Promise<InvokeEndpointOutput> {
  const startedAt = performance.now();
  const record = checkRequest(sagemaker, input, call);
  const picked = pickVariant(
    sagemaker.fleets.get(endpointKey(record.name)) ?? [],
    input.TargetVariant,
    Math.random,
  );
  if (!picked) throw validationError(`Variant ${input.TargetVariant} not found for Endpoint ${record.name}.`);
  const { fleet, variant, member } = picked;
  const body = bytesOf(input.Body);
  const headers = requestHeaders(input);
  const modelStartedAt = performance.now();
  const answer = await member
    .container()
    .then((container) => container.invoke({ body, headers }))
    .catch((error: Error): ContainerAnswer => noAnswer(error));
  const endedAt = performance.now();
  metrics.record({
    endpoint: record.name,
    variant: variant.name,
    config: fleet.isUpdate ? fleet.deployment.configName : undefined,
    instances: variant.desiredInstances,
    at: call.now,
    status: answer.status,
    modelMicroseconds: Math.round((endedAt - modelStartedAt) * 1000),
    overheadMicroseconds: Math.round((modelStartedAt - startedAt) * 1000),
  });
  if (answer.status < 200 || answer.status > 299) throw modelError(record, call, answer);
  const settings = fleet.deployment.capture;
  if (settings) {
    const invocation = {
      endpoint: record.name,
      variant: variant.name,
      role: member.role(),
      capture: settings,
      input: { contentType: headers['content-type'] ?? 'application/octet-stream', body },
      output: { contentType: answer.contentType, body: answer.body },
      inferenceId: input.InferenceId,
      customAttributes: input.CustomAttributes,
      at: call.now,
    };
    capture.record(invocation, Math.random());
  }
  const attributes = answer.headers[ATTRIBUTES.toLowerCase()];
  return {
    Body: answer.body as unknown as InvokeEndpointOutput['Body'],
    ContentType: answer.contentType,
    InvokedProductionVariant: variant.name,
    ...(typeof attributes === 'string' ? { CustomAttributes: attributes } : {}),
  };
}

/** The runtime's own refusal, which is not the control plane's ValidationException. */
function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function checkRequest(sagemaker: SageMaker, input: InvokeEndpointInput, call: Call): EndpointRecord {
  const name = input.EndpointName ?? '';
  const record = sagemaker.endpoints.get(endpointKey(name));
  const isServing =
    record && ['InService', 'Updating', 'RollingBack', 'SystemUpdating'].includes(record.status);
  if (!isServing) throw validationError(`Endpoint ${name} of account ${call.account} not found.`);
  supportOnly('InvokeEndpoint', input, [
    ...['EndpointName', 'Body', 'ContentType', 'Accept', 'CustomAttributes', 'TargetVariant', 'InferenceId'],
  ]);
  const constraints = new Constraints();
  constraints.length(input.InferenceId, 'inferenceId', [1, 64]);
  constraints.pattern(input.InferenceId, 'inferenceId', '[\\x21-\\x7e][\\x20-\\x7e]*');
  constraints.length(input.CustomAttributes, 'customAttributes', [0, 1024]);
  try {
    constraints.check();
  } catch (error) {
    throw validationError((error as Error).message);
  }
  if (bytesOf(input.Body).length > MAXIMUM_BODY) {
    throw validationError(
      `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${MAXIMUM_BODY}`,
    );
  }
  return record;
}

function bytesOf(body: InvokeEndpointInput['Body'] | string): Uint8Array {
  if (body === undefined) return Buffer.alloc(0);
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/** Only what SageMaker forwards. */
function requestHeaders(input: InvokeEndpointInput): Record<string, string> {
  return {
    ...(input.ContentType ? { 'content-type': input.ContentType } : {}),
    ...(input.Accept ? { accept: input.Accept } : {}),
    ...(input.CustomAttributes ? { [ATTRIBUTES]: input.CustomAttributes } : {}),
    ...(input.InferenceId ? { 'X-Amzn-SageMaker-Inference-Id': input.InferenceId } : {}),
  };
}

function noAnswer(error: Error): ContainerAnswer {
  const text = error.message === 'timed out' ? TIMED_OUT : error.message;
  return { status: 0, contentType: 'text/plain', body: Buffer.from(text), headers: {} };
}

function modelError(record: EndpointRecord, call: Call, answer: ContainerAnswer): AwsError {
  const { status } = answer;
  const isClient = status >= 400 && status < 500;
  const original = answer.body.toString('utf8').slice(0, 1024);
  const console_ = `https://${call.region}.console.aws.amazon.com/cloudwatch/home?region=${call.region}`;
  const group = `/aws/sagemaker/Endpoints/${record.name}`;
  const message =
    `Received ${isClient ? 'client' : 'server'} error (${status}) from primary with message "${original}". See ` +
    `${console_}#logEventViewer:group=${group} in account ${call.account} for more information.`;
  return new AwsError('ModelError', message, {
    status: 424,
    fields: {
      OriginalStatusCode: status,
      OriginalMessage: original,
      LogStreamArn: `arn:aws:logs:${call.region}:${call.account}:log-group:${group}`,
      ErrorCode: isClient ? 'CLIENT_ERROR_FROM_MODEL' : 'INTERNAL_FAILURE_FROM_MODEL',
    },
  });
}
