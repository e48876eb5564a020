/** What an asynchronous endpoint tells its topics, published as the execution role. */
import type { AsyncInferenceConfig } from '@aws-sdk/client-sagemaker';
import type { Principal } from '../../core/principal.ts';
import type { ContainerAnswer } from '../models/container-http.ts';
import type { SageMaker } from '../sagemaker.ts';
import type { AsyncRequest } from './async-request.ts';

/** Longer answers are left out of notifications. */
const LARGEST_INCLUDED_BYTES = 128 * 1024;
const EVENT = { eventVersion: '1.0', eventSource: 'aws:sagemaker' };

/** How an invocation ended. */
export interface AsyncResult {
  readonly request: AsyncRequest;
  readonly at: Date;
  /** Set when it failed. */
  readonly failureReason?: string | undefined;
  /** What the container answered, if it did. */
  readonly answer?: ContainerAnswer | undefined;
}

/**
 * The message of a result.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
 */
function resultMessage(result: AsyncResult, config: AsyncInferenceConfig, region: string): object {
  const { request, at, failureReason, answer } = result;
  const hasFailed = failureReason !== undefined;
  const included = config.OutputConfig?.NotificationConfig?.IncludeInferenceResponseIn ?? [];
  const isIncluded = included.includes(hasFailed ? 'ERROR_NOTIFICATION_TOPIC' : 'SUCCESS_NOTIFICATION_TOPIC');
  return {
    awsRegion: region,
    eventTime: at.toISOString(),
    receivedTime: request.receivedAt.toISOString(),
    invocationStatus: hasFailed ? 'Failed' : 'Completed',
    ...(hasFailed ? { failureReason } : {}),
    requestParameters: {
      ...(request.accept === undefined ? {} : { accept: request.accept }),
      ...(request.contentType === undefined ? {} : { contentType: request.contentType }),
      endpointName: request.endpoint,
      inputLocation: request.inputLocation,
    },
    ...(hasFailed
      ? {}
      : { responseParameters: { contentType: answer!.contentType, outputLocation: request.outputLocation } }),
    ...(isIncluded && answer && answer.body.length <= LARGEST_INCLUDED_BYTES
      ? { responseBody: responseBody(answer.body) }
      : {}),
    inferenceId: request.inferenceId,
    ...EVENT,
    eventName: 'InferenceResult',
  };
}

function responseBody(body: Buffer): object {
  return {
    content: body.toString('base64'),
    message: 'Check S3 path location(if configured) or Cloudwatch for additional details.',
    encoding: 'BASE64',
  };
}

/** Tells the topic of the result's kind, if there is one. @throws AwsError when the role may not publish */
export async function notify(
  sagemaker: SageMaker,
  result: AsyncResult,
  { config, role }: { config: AsyncInferenceConfig; role: Principal },
): Promise<void> {
  const { SuccessTopic, ErrorTopic } = config.OutputConfig?.NotificationConfig ?? {};
  const topic = result.failureReason === undefined ? SuccessTopic : ErrorTopic;
  if (topic === undefined) return;
  await publish(sagemaker, topic, { message: resultMessage(result, config, sagemaker.cloud.region), role });
}

/** What SageMaker sends when it deploys, to see that it may. @throws AwsError when the role may not publish */
export async function sendTestNotifications(
  sagemaker: SageMaker,
  config: AsyncInferenceConfig | undefined,
  role: () => Principal,
): Promise<void> {
  const { SuccessTopic, ErrorTopic } = config?.OutputConfig?.NotificationConfig ?? {};
  const topics = new Set([SuccessTopic, ErrorTopic].filter((topic) => topic !== undefined));
  for (const topic of topics) {
    await publish(sagemaker, topic, { message: { ...EVENT, eventName: 'TestNotification' }, role: role() });
  }
}

async function publish(
  sagemaker: SageMaker,
  TopicArn: string,
  { message, role }: { message: object; role: Principal },
): Promise<void> {
  await sagemaker.cloud.call('sns', 'Publish', { TopicArn, Message: JSON.stringify(message) }, role);
}
