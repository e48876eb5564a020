/** What an endpoint really serves. */
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { sagemaker } from '../shared/clients.ts';

export interface LiveEndpoint {
  /** SageMaker's EndpointStatus. */
  readonly status: string;
  readonly endpointConfigName: string | undefined;
  readonly failureReason: string | undefined;
}

/** The endpoint as SageMaker describes it; undefined when there is none. */
export async function readEndpoint(endpointName: string): Promise<LiveEndpoint | undefined> {
  try {
    const answer = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }));
    return {
      status: answer.EndpointStatus ?? '',
      endpointConfigName: answer.EndpointConfigName,
      failureReason: answer.FailureReason,
    };
  } catch (error) {
    // SageMaker has no error of its own for what does not exist, only this sentence of a validation error
    if (error instanceof Error && /^Could not find endpoint\b/.test(error.message)) return undefined;
    throw error;
  }
}
