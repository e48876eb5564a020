/** ARNs of SageMaker resources and the shapes of their names. */
import type { Cloud } from '../core/cloud.ts';

export type ResourceKind =
  | 'training-job'
  | 'transform-job'
  | 'processing-job'
  | 'hyper-parameter-tuning-job'
  | 'model'
  | 'endpoint'
  | 'endpoint-config'
  | 'model-package'
  | 'model-package-group'
  | 'artifact'
  | 'action'
  | 'context';

/** For example `arn:aws:sagemaker:us-east-1:000000000000:model/churn`. */
export function sagemakerArn(
  place: Pick<Cloud, 'region' | 'account'>,
  kind: ResourceKind,
  name: string,
): string {
  return `arn:aws:sagemaker:${place.region}:${place.account}:${kind}/${name}`;
}

/** The part of an ARN after `kind/`; a plain name is returned as it is. */
export function nameFromArn(arnOrName: string): string {
  return arnOrName.startsWith('arn:') ? arnOrName.slice(arnOrName.indexOf('/') + 1) : arnOrName;
}

/** Jobs, endpoints, endpoint configurations, variants, groups and packages. */
export const ENTITY_NAME = '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}';
export const TUNING_JOB_NAME = '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}';
export const MODEL_NAME = '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?';
export const CHANNEL_NAME = '[A-Za-z0-9\\.\\-_]+';
/** With the anchors that AWS prints in its refusals. */
export const S3_URI = '^(https|s3)://([^/]+)/?(.*)$';
export const ROLE_ARN = '^arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+$';
export const ENVIRONMENT_KEY = '[a-zA-Z_][a-zA-Z0-9_]*';
export const SNS_TOPIC_ARN = 'arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+';
export const KMS_KEY_ID = '[a-zA-Z0-9:/_-]*';
