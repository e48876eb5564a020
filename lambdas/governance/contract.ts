/** Names and payloads of governance that constructs share. Types and constants only. */

export const PROJECT_RESOURCE_TYPE = 'Custom::DriftlessProject';

/**
 * Properties of `Custom::DriftlessProject`, answered by `register-project` in CloudFormation's own protocol.
 * Digests are computed by the handler, from what it writes: nothing is taken on trust from the template.
 */
export interface RegisterProjectProperties {
  readonly Project: string;
  readonly DataBucket: string;
  /** `ProjectSettings` as JSON; the handler stores it canonically under `settings/<sha256>.json`. */
  readonly Settings: string;
  /** The trainer's `sourcedir.tar.gz` as an asset; copied to `code/<sha256>/sourcedir.tar.gz`. */
  readonly CodeBucket: string;
  readonly CodeKey: string;
  /** `true`: a delete also removes what was made at run time (endpoint, configurations, models, packages). */
  readonly RemoveRuntimeResources: 'true' | 'false';
}

export const BUCKET_CONTENTS_RESOURCE_TYPE = 'Custom::DriftlessBucketContents';

/** Properties of `Custom::DriftlessBucketContents`, answered by `empty-bucket`: a delete removes every version of every object. */
export interface BucketContentsProperties {
  readonly BucketName: string;
}
