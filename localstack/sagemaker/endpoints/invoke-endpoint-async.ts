/** InvokeEndpointAsync of the runtime. */
import type { InvokeEndpointAsyncInput, InvokeEndpointAsyncOutput } from '@aws-sdk/client-sagemaker-runtime';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly } from '../constraints.ts';
import { S3_URI } from '../names.ts';
import type { SageMaker } from '../sagemaker.ts';
import type { AsyncQueue } from './async-queue.ts';
import { asyncRequest, LONGEST_TTL_SECONDS } from './async-request.ts';
import {
  checkHeaders,
  checkRuntime,
  findServing,
  requestHeaders,
  runtimeRefusal,
} from './invoke-endpoint.ts';

const EXTENSION = "(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+$";
const FILENAME = '(?!.*\\..*\\.)[a-zA-Z0-9][a-zA-Z0-9-_\\.]*$';

/** Accepts a request; what becomes of it is in S3 and at the endpoint's topics. */
export function invokeEndpointAsync(
  { sagemaker, queue }: { sagemaker: SageMaker; queue: AsyncQueue },
  input: InvokeEndpointAsyncInput,
  call: Call,
): InvokeEndpointAsyncOutput {
  checkRequest(input);
  const record = findServing(sagemaker, input.EndpointName ?? '', call.account);
  const config = record.live.async;
  if (!config) {
    throw runtimeRefusal(`Endpoint ${record.name} is not asynchronous: invoke it with InvokeEndpoint.`);
  }
  const request = asyncRequest(input, { config, headers: requestHeaders(input), now: call.now });
  sagemaker.asyncRequests.put(request.id, request);
  queue.add(request);
  return {
    InferenceId: request.inferenceId,
    OutputLocation: request.outputLocation,
    ...(request.failureLocation === undefined ? {} : { FailureLocation: request.failureLocation }),
  };
}

function checkRequest(input: InvokeEndpointAsyncInput): void {
  supportOnly('InvokeEndpointAsync', input, [
    ...['EndpointName', 'ContentType', 'Accept', 'CustomAttributes', 'InferenceId', 'InputLocation'],
    // the wire cannot tell an empty body from none
    ...(input.Body === undefined || input.Body.length === 0 ? ['Body'] : []),
    ...['S3OutputPathExtension', 'Filename', 'RequestTTLSeconds', 'InvocationTimeoutSeconds'],
  ]);
  const constraints = new Constraints();
  checkHeaders(constraints, input);
  constraints.required(input.InputLocation, 'inputLocation');
  constraints.length(input.InputLocation, 'inputLocation', [1, 1024]);
  constraints.pattern(input.InputLocation, 'inputLocation', S3_URI);
  constraints.length(input.S3OutputPathExtension, 's3OutputPathExtension', [1, 512]);
  constraints.pattern(input.S3OutputPathExtension, 's3OutputPathExtension', EXTENSION);
  constraints.length(input.Filename, 'filename', [1, 32]);
  constraints.pattern(input.Filename, 'filename', FILENAME);
  constraints.range(input.RequestTTLSeconds, 'requestTTLSeconds', [60, LONGEST_TTL_SECONDS]);
  constraints.range(input.InvocationTimeoutSeconds, 'invocationTimeoutSeconds', [1, 3600]);
  checkRuntime(constraints);
}
