/** What SageMaker does under an execution role before any user code runs. */
import type { Cloud } from '../core/cloud.ts';
import type { Principal } from '../core/principal.ts';
import type { AccessRequest } from '../core/service.ts';
import { validationError } from './constraints.ts';

const SERVICE = 'sagemaker.amazonaws.com';
/** SageMaker's own name for its sessions, as CloudTrail shows it. */
const SESSION_NAME = 'SageMaker';

/** A session of the role, for the resource `sourceArn`. @throws AwsError ValidationException when the role's trust policy does not let SageMaker in. */
export function assumeExecutionRole(cloud: Cloud, roleArn: string, sourceArn?: string): Principal {
  try {
    return cloud.assumeRole(roleArn, SERVICE, SESSION_NAME, sourceArn);
  } catch {
    throw validationError(
      `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal '${SERVICE}' to assume the role.`,
    );
  }
}

/** Checks the permissions to pull `image` from ECR. @throws AwsError AccessDeniedException */
export function authorizeImagePull(cloud: Cloud, image: string, role: Principal): void {
  const requests: AccessRequest[] = [{ action: 'ecr:GetAuthorizationToken', resource: '*' }];
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(image);
  if (match) {
    const resource = `arn:aws:ecr:${match[2]}:${match[1]}:repository/${match[3]}`;
    requests.push(
      { action: 'ecr:BatchCheckLayerAvailability', resource },
      { action: 'ecr:GetDownloadUrlForLayer', resource },
      { action: 'ecr:BatchGetImage', resource },
    );
  }
  cloud.authorize(requests, role);
}

/** Environment with which a process of this cloud signs as `role`. */
export function roleEnvironment(cloud: Cloud, role: Principal): Record<string, string> {
  const keys = cloud.credentialsFor(role);
  return {
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_ENDPOINT_URL: cloud.endpoint,
    S3_ENDPOINT_URL: cloud.endpoint,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
  };
}
