/** InvokeEndpoint of the runtime. */
import type { InvokeEndpointInput, InvokeEndpointOutput } from '@aws-sdk/client-sagemaker-runtime';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly } from '../constraints.ts';
import type { SageMaker } from '../sagemaker.ts';
import { type EndpointRecord, endpointKey } from './endpoint-record.ts';
import { type InvokeContext, invokeContainer, isGood, modelError, route } from './invocation.ts';

const MAXIMUM_BODY = 6_291_456;
/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html */
const MAXIMUM_SERVERLESS_BODY = 4_194_304;
const ATTRIBUTES = 'X-Amzn-SageMaker-Custom-Attributes';
const INFERENCE_ID = '\\A\\S[\\p{Print}]*\\z';
const SERVING = ['InService', 'Updating', 'RollingBack', 'SystemUpdating'];

/** Sends a request to one of an endpoint's variants and answers what its container does. */
export async function invokeEndpoint(
  context: InvokeContext,
  input: InvokeEndpointInput,
  call: Call,
): Promise<InvokeEndpointOutput> {
  const receivedAt = performance.now();
  const { sagemaker } = context;
  const record = checkRequest(sagemaker, input, call);
  const picked = route(sagemaker, record.name, input.TargetVariant);
  const body = bytesOf(input.Body);
  checkSize(body, picked.variant.serverless ? MAXIMUM_SERVERLESS_BODY : MAXIMUM_BODY);
  const headers = requestHeaders(input);
  const { name: endpoint } = record;
  const answer = await invokeContainer(context, {
    endpoint,
    picked,
    at: call.now,
    receivedAt,
    body,
    headers,
  });
  if (!isGood(answer)) throw modelError(endpoint, call, answer);
  const settings = picked.fleet.deployment.capture;
  if (settings) {
    const invocation = {
      endpoint,
      variant: picked.variant.name,
      role: picked.process.role(),
      capture: settings,
      input: { contentType: headers['content-type'] ?? 'application/octet-stream', body },
      output: { contentType: answer.contentType, body: answer.body },
      inferenceId: input.InferenceId,
      customAttributes: input.CustomAttributes,
      at: call.now,
    };
    context.capture.record(invocation, sagemaker.random());
  }
  const attributes = answer.headers[ATTRIBUTES.toLowerCase()];
  return {
    Body: answer.body as unknown as InvokeEndpointOutput['Body'],
    ContentType: answer.contentType,
    InvokedProductionVariant: picked.variant.name,
    ...(typeof attributes === 'string' ? { CustomAttributes: attributes } : {}),
  };
}

/** The runtime's own refusal, which is not the control plane's ValidationException. */
export function runtimeRefusal(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** The endpoint that a request names. @throws AwsError ValidationError when it does not serve. */
export function findServing(sagemaker: SageMaker, name: string, account: string): EndpointRecord {
  const record = sagemaker.endpoints.get(endpointKey(name));
  if (record && SERVING.includes(record.status)) return record;
  throw runtimeRefusal(`Endpoint ${name} of account ${account} not found.`);
}

/** Checks constraints that the runtime reports as ValidationError. @throws AwsError ValidationError */
export function checkRuntime(constraints: Constraints): void {
  try {
    constraints.check();
  } catch (error) {
    throw runtimeRefusal((error as Error).message);
  }
}

/** Checks what both kinds of invocation may carry. */
export function checkHeaders(
  constraints: Constraints,
  input: Pick<InvokeEndpointInput, 'InferenceId' | 'CustomAttributes' | 'Accept' | 'ContentType'>,
): void {
  constraints.length(input.InferenceId, 'inferenceId', [1, 64]);
  if (input.InferenceId !== undefined && !/^[\x21-\x7e][\x20-\x7e]*$/.test(input.InferenceId)) {
    constraints.violate(
      input.InferenceId,
      'inferenceId',
      `Member must satisfy regular expression pattern: ${INFERENCE_ID}`,
    );
  }
  constraints.length(input.CustomAttributes, 'customAttributes', [0, 1024]);
  constraints.length(input.Accept, 'accept', [0, 1024]);
  constraints.length(input.ContentType, 'contentType', [0, 1024]);
}

function checkRequest(sagemaker: SageMaker, input: InvokeEndpointInput, call: Call): EndpointRecord {
  const name = input.EndpointName ?? '';
  supportOnly('InvokeEndpoint', input, [
    ...['EndpointName', 'Body', 'ContentType', 'Accept', 'CustomAttributes', 'TargetVariant', 'InferenceId'],
  ]);
  const constraints = new Constraints();
  checkHeaders(constraints, input);
  checkRuntime(constraints);
  const record = findServing(sagemaker, name, call.account);
  if (record.live.async) {
    throw runtimeRefusal(`Endpoint ${name} is asynchronous: invoke it with InvokeEndpointAsync.`);
  }
  return record;
}

function checkSize(body: Uint8Array, maximum: number): void {
  if (body.length <= maximum) return;
  throw runtimeRefusal(
    `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${maximum}`,
  );
}

function bytesOf(body: InvokeEndpointInput['Body'] | string): Uint8Array {
  if (body === undefined) return Buffer.alloc(0);
  return typeof body === 'string' ? Buffer.from(body) : body;
}

type ForwardedHeaders = Pick<
  InvokeEndpointInput,
  'ContentType' | 'Accept' | 'CustomAttributes' | 'InferenceId'
>;

/** Only what SageMaker forwards. */
export function requestHeaders(input: ForwardedHeaders): Record<string, string> {
  return {
    ...(input.ContentType ? { 'content-type': input.ContentType } : {}),
    ...(input.Accept ? { accept: input.Accept } : {}),
    ...(input.CustomAttributes ? { [ATTRIBUTES]: input.CustomAttributes } : {}),
    ...(input.InferenceId ? { 'X-Amzn-SageMaker-Inference-Id': input.InferenceId } : {}),
  };
}
