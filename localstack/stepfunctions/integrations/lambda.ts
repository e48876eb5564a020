/** Lambda functions as tasks: `lambda:invoke` and a function's own ARN. */
import type { InvocationResponse } from '@aws-sdk/client-lambda';
import { StateFailure } from '../engine/failure.ts';
import { isObject, type Json } from '../json.ts';
import { refuseBadArguments } from './api-task.ts';
import type { Integration, Pattern, TaskContext } from './integration.ts';
import { asObject, shapeProblems } from './request-shape.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import { operationSchemas, SDK_SERVICES } from './sdk-services.ts';
import { type ErrorStyle, serviceFailure } from './service-errors.ts';

const FIELDS = ['ClientContext', 'FunctionName', 'InvocationType', 'Payload', 'Qualifier'];
const ERRORS: ErrorStyle = {
  prefix: 'Lambda',
  genericName: 'AWSLambdaException',
  sdk: 'v1',
  service: 'AWSLambda',
};
const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w$-]+(:[\w$-]+)?$/;

/** Whether a task's resource is a function's ARN. */
export function isFunctionArn(resource: string): boolean {
  return FUNCTION_ARN.test(resource);
}

/** The optimized integration, whose result has the function's answer under `Payload`. */
export async function lambdaInvoke(pattern: Pattern): Promise<Integration> {
  const input = operationSchemas(await loadClient(), 'Invoke')?.input;
  const shape = { fields: FIELDS };
  return {
    resourceType: 'lambda',
    resource: pattern === 'token' ? 'invoke.waitForTaskToken' : 'invoke',
    pattern,
    events: 'Task',
    problems: (args) => shapeProblems(input, args, shape),
    async start(args, task) {
      refuseBadArguments(args, shapeProblems(input, args, shape));
      const { Payload, ...rest } = asObject(args);
      const response = await invoke({ ...rest, Payload: toBytes(Payload ?? {}) }, task);
      return {
        ...(response.ExecutedVersion ? { ExecutedVersion: response.ExecutedVersion } : {}),
        ...(response.Payload ? { Payload: readPayload(response.Payload) } : {}),
        ...sdkMetadata(task.cloud.clock.date()),
        StatusCode: response.StatusCode ?? 200,
      };
    },
  };
}

/** A function named by its ARN: the arguments are its event and its answer is the result. */
export function directFunction(functionArn: string): Integration {
  return {
    resourceType: 'lambda',
    resource: functionArn,
    pattern: 'request',
    events: 'LambdaFunction',
    problems: () => [],
    async start(args, task) {
      const response = await invoke({ FunctionName: functionArn, Payload: toBytes(args) }, task);
      return response.Payload ? readPayload(response.Payload) : null;
    },
  };
}

async function invoke(request: object, task: TaskContext): Promise<InvocationResponse> {
  const client = await loadClient();
  const principal = task.principal();
  let response: InvocationResponse;
  try {
    response = await task.cloud.call<InvocationResponse>('lambda', 'Invoke', request, principal);
  } catch (thrown) {
    throw serviceFailure(thrown, client, ERRORS);
  }
  if (response.FunctionError) throw functionFailure(text(response.Payload));
  return response;
}

/** The function's own error: named by its `errorType`, with the whole payload as cause. */
function functionFailure(payload: string): StateFailure {
  const parsed = parseOr(payload, undefined);
  const errorType = isObject(parsed) ? parsed.errorType : undefined;
  if (typeof errorType === 'string' && errorType !== '') return new StateFailure(errorType, payload);
  const cause = `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`;
  return new StateFailure('Lambda.Unknown', cause);
}

function readPayload(payload: Uint8Array): Json {
  const content = text(payload);
  return content === '' ? '' : (parseOr(content, content) ?? null);
}

function toBytes(payload: Json): Uint8Array {
  return Buffer.from(JSON.stringify(payload));
}

function text(payload: Uint8Array | undefined): string {
  return Buffer.from(payload ?? []).toString();
}

function parseOr<T>(content: string, otherwise: T): Json | T {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return otherwise;
  }
}

function loadClient(): Promise<Readonly<Record<string, unknown>>> {
  return SDK_SERVICES.lambda!.load();
}
