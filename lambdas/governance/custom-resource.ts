/** CloudFormation's protocol for custom resources: the answer goes to a URL, whatever happened. */
import { logger } from '../shared/logger.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface CustomResourceRequest<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
}

export interface CustomResourceResult {
  readonly physicalResourceId: string;
  /** Attributes for `Fn::GetAtt`, 4 KB at most. */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Runs `work` and answers. A failure is answered too: without an answer the stack waits for an hour. It is not thrown
 * again, because Lambda's retries would answer a request that is closed.
 */
export async function answerCustomResource<Properties>(
  request: CustomResourceRequest<Properties>,
  work: (request: CustomResourceRequest<Properties>) => Promise<CustomResourceResult>,
): Promise<void> {
  let answer: { Status: 'SUCCESS' | 'FAILED'; Reason?: string; PhysicalResourceId: string; Data?: object };
  try {
    const { physicalResourceId, data } = await work(request);
    answer = { Status: 'SUCCESS', PhysicalResourceId: physicalResourceId, Data: data };
  } catch (error) {
    logger.error('custom resource failed', error as Error);
    answer = {
      Status: 'FAILED',
      Reason: (error as Error).message,
      // A failed creation has no id of its own yet; CloudFormation wants one all the same.
      PhysicalResourceId: request.PhysicalResourceId ?? request.LogicalResourceId,
    };
  }
  const { StackId, RequestId, LogicalResourceId } = request;
  const response = await fetch(request.ResponseURL, {
    method: 'PUT',
    // CloudFormation's presigned URL is signed for an empty content type.
    headers: { 'content-type': '' },
    body: JSON.stringify({ ...answer, StackId, RequestId, LogicalResourceId }),
  });
  if (!response.ok)
    throw new Error(`CloudFormation did not take the answer: ${response.status} ${await response.text()}`);
}
