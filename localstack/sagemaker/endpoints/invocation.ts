/** One request to a variant's container, measured and counted: what real-time and asynchronous invocations share. */
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import type { ContainerAnswer, ContainerRequest } from '../models/container-http.ts';
import type { SageMaker } from '../sagemaker.ts';
import type { DataCapture } from './capture.ts';
import type { EndpointMetrics } from './endpoint-metrics.ts';
import { endpointKey } from './endpoint-record.ts';
import { type PickedVariant, pickVariant } from './fleet.ts';
import type { InstanceMetrics } from './instance-metrics.ts';
import { invocationPoints } from './invocation-metrics.ts';

/** What an invocation works with. */
export interface InvokeContext {
  readonly sagemaker: SageMaker;
  readonly capture: DataCapture;
  readonly metrics: EndpointMetrics;
  readonly instanceMetrics: InstanceMetrics;
}

const TIMED_OUT =
  'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each ' +
  'container in Amazon CloudWatch, resolve the issue, and try again.';

export interface Invocation extends ContainerRequest {
  readonly endpoint: string;
  readonly picked: PickedVariant;
  readonly isAsync?: boolean;
  readonly at: Date;
  /** Of `performance.now()`, when the service took the request up. */
  readonly receivedAt: number;
}

/** Chooses fleet and variant for one request. @throws AwsError ValidationError when the named variant is not there. */
export function route(sagemaker: SageMaker, endpoint: string, targetVariant?: string): PickedVariant {
  const fleets = sagemaker.fleets.get(endpointKey(endpoint)) ?? [];
  const picked = pickVariant(fleets, targetVariant, sagemaker.random);
  if (picked) return picked;
  throw new AwsError('ValidationError', `Variant ${targetVariant} not found for Endpoint ${endpoint}.`);
}

/**
 * Sends a request to the container; whatever it answers is counted and returned. A container that does not answer counts
 * as status 0.
 * @throws AwsError ThrottlingException, ServiceUnavailable when the request does not come to a container.
 */
export async function invokeContainer(
  { metrics, instanceMetrics }: InvokeContext,
  { endpoint, picked, isAsync = false, at, receivedAt, ...request }: Invocation,
): Promise<ContainerAnswer> {
  const { fleet, variant, process } = picked;
  let setupMs: number | undefined;
  let modelMs = 0;
  const count = (status: number) => {
    const overheadMs = performance.now() - receivedAt - modelMs - (setupMs ?? 0);
    metrics.add(
      invocationPoints({
        endpoint,
        variant: variant.name,
        config: fleet.isUpdate ? fleet.deployment.configName : undefined,
        instances: variant.serverless ? 0 : variant.desiredInstances,
        isAsync,
        at,
        status,
        modelMicroseconds: Math.round(modelMs * 1000),
        overheadMicroseconds: Math.round(overheadMs * 1000),
        setupMicroseconds: setupMs === undefined ? undefined : Math.round(setupMs * 1000),
      }),
    );
  };
  try {
    const answer = await process.use(variant.serverless?.MaxConcurrency, async (running) => {
      setupMs = running.setupMs;
      const startedAt = performance.now();
      try {
        return await running.container.invoke(request);
      } finally {
        modelMs = performance.now() - startedAt;
      }
    });
    count(answer.status);
    instanceMetrics.used(endpoint, picked);
    return answer;
  } catch (error) {
    if (error instanceof AwsError) {
      count(error.status);
      throw error;
    }
    count(0);
    const text = (error as Error).message === 'timed out' ? TIMED_OUT : (error as Error).message;
    return { status: 0, contentType: 'text/plain', body: Buffer.from(text), headers: {} };
  }
}

/** The error that a container's answer means. @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors */
export function modelError(
  endpoint: string,
  { region, account }: Pick<Call, 'region' | 'account'>,
  answer: ContainerAnswer,
): AwsError {
  const { status } = answer;
  const isClient = status >= 400 && status < 500;
  const original = answer.body.toString('utf8').slice(0, 1024);
  const page = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  const message =
    `Received ${isClient ? 'client' : 'server'} error (${status}) from primary with message "${original}". See ` +
    `${page}#logEventViewer:group=${group} in account ${account} for more information.`;
  return new AwsError('ModelError', message, {
    status: 424,
    fields: {
      OriginalStatusCode: status,
      OriginalMessage: original,
      LogStreamArn: `arn:aws:logs:${region}:${account}:log-group:${group}`,
      ErrorCode: isClient ? 'CLIENT_ERROR_FROM_MODEL' : 'INTERNAL_FAILURE_FROM_MODEL',
    },
  });
}

/** Whether the container took the request and answered it. */
export const isGood = ({ status }: ContainerAnswer): boolean => status >= 200 && status <= 299;
