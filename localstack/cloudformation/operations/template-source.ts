/** Where a request's template comes from. */
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { validationError } from '../errors.ts';
import { readBody } from '../resources/read-body.ts';

const MAX_BODY_BYTES = 51_200;
const MAX_OBJECT_BYTES = 1_048_576;

export interface TemplateSource {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
}

/** Bucket and key of an S3 URL, path-style or with the bucket in the host name. */
function objectOf(templateUrl: string): { Bucket: string; Key: string; VersionId?: string } {
  const refused = validationError('S3 error: Domain name specified in TemplateURL is not a valid S3 domain');
  if (!URL.canParse(templateUrl)) throw validationError('TemplateURL must be a supported URL.');
  const { hostname, pathname, searchParams } = new URL(templateUrl);
  const path = decodeURIComponent(pathname.slice(1));
  const version = searchParams.get('versionId');
  const withVersion = version === null ? {} : { VersionId: version };
  const virtual = /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com$|^(.+)\.s3\.localhost/.exec(hostname);
  const bucket = virtual?.[1] ?? virtual?.[2];
  if (bucket) return { Bucket: bucket, Key: path, ...withVersion };
  const isPathStyle = /^s3[.-].*amazonaws\.com$|^s3\.amazonaws\.com$|^127\.0\.0\.1$|^localhost$/.test(
    hostname,
  );
  const slash = path.indexOf('/');
  if (!isPathStyle || slash < 1) throw refused;
  return { Bucket: path.slice(0, slash), Key: path.slice(slash + 1), ...withVersion };
}

/**
 * The template's text, read from S3 as the caller where the request names a URL.
 * @throws AwsError ValidationError when there is not exactly one source, it cannot be read, or it is too long.
 */
export async function readTemplate(
  cloud: Cloud,
  principal: Principal,
  source: TemplateSource,
  previous: string | undefined,
): Promise<string> {
  const { TemplateBody, TemplateURL, UsePreviousTemplate } = source;
  if (UsePreviousTemplate && previous !== undefined) return previous;
  if ((TemplateBody === undefined) === (TemplateURL === undefined)) {
    throw validationError('Either Template URL or Template Body must be specified.');
  }
  if (TemplateBody !== undefined) {
    if (Buffer.byteLength(TemplateBody) > MAX_BODY_BYTES) {
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${MAX_BODY_BYTES}`,
      );
    }
    return TemplateBody;
  }
  try {
    const answer = await cloud.call<GetObjectCommandOutput>(
      's3',
      'GetObject',
      objectOf(TemplateURL ?? ''),
      principal,
    );
    const body = await readBody(answer.Body);
    if (Buffer.byteLength(body) > MAX_OBJECT_BYTES) {
      throw validationError(`Template may not exceed ${MAX_OBJECT_BYTES} bytes in size.`);
    }
    return body;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'ValidationError') throw error;
    throw validationError(
      `S3 error: ${error.message}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
    );
  }
}
