/** Why a deployment did not come up, in the words of an endpoint's FailureReason. */
import { AwsError } from '../../core/errors.ts';
import { ContainerStartError, modelDataUri } from '../models/serving-container.ts';
import type { Deployment } from './endpoint-record.ts';

/** The FailureReason for what starting a fleet threw. */
export function startFailure(deployment: Deployment, error: unknown): string {
  if (!(error instanceof ContainerStartError)) return error instanceof Error ? error.message : String(error);
  const name = (error as { variant?: string }).variant;
  const variant = deployment.variants.find((each) => each.name === name) ?? deployment.variants[0]!;
  switch (error.kind) {
    case 'model-data':
      return (
        `Failed to download model data for container "container_1" from URL: "${modelDataUri(variant.container)}". ` +
        'Please ensure that there is an object located at the URL and that the role passed to CreateModel has ' +
        'permissions to download the object.'
      );
    case 'image':
      return error.cause instanceof AwsError
        ? `The role '${variant.roleArn}' does not have BatchGetImage permission for the image: '${variant.container.Image}'.`
        : `ClientError: ${error.message}`;
    case 'ping':
      return (
        `The primary container for production variant ${variant.name} did not pass the ping health check. Please check ` +
        'CloudWatch logs for this endpoint.'
      );
  }
}
