/** The objects of a channel: found under a prefix or named by a manifest, and downloaded into the container's folders. */
import { mkdir } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../constraints.ts';
import { parseS3Uri, type RoleS3, relativeKey, type S3Location } from '../s3-as-role.ts';

/** Where data is, as jobs of every kind say it. */
export interface S3Source {
  readonly S3DataType?: string | undefined;
  readonly S3Uri?: string | undefined;
}

/** One object, with the path that it gets. */
export interface InputObject {
  readonly location: S3Location;
  readonly path: string;
}

/** All objects of a source, in order. @throws AwsError as S3 throws it, ValidationException when a manifest is none. */
export async function inputObjects(s3: RoleS3, source: S3Source): Promise<InputObject[]> {
  const { bucket, key } = parseS3Uri(source.S3Uri ?? '');
  if (source.S3DataType !== 'ManifestFile') {
    const keys = await s3.list({ bucket, key });
    return keys.map((each) => ({ location: { bucket, key: each }, path: relativeKey(key, each) }));
  }
  const [head, ...names] = readManifest((await s3.read({ bucket, key })).toString('utf8'), source.S3Uri!);
  const prefix = parseS3Uri(head);
  return names.map((path) => ({ location: { bucket: prefix.bucket, key: prefix.key + path }, path }));
}

/** Prefix and keys of `[{"prefix": "s3://b/p/"}, "a", "b"]`. */
function readManifest(text: string, uri: string): [prefix: string, ...keys: string[]] {
  try {
    const [head, ...keys] = JSON.parse(text) as [{ prefix?: unknown }, ...unknown[]];
    if (typeof head.prefix === 'string' && keys.every((key) => typeof key === 'string')) {
      return [head.prefix, ...keys];
    }
  } catch {
    // said below
  }
  throw validationError(`Manifest ${uri} is not a JSON array of {"prefix": "s3://..."} and keys.`);
}

/** @throws AwsError ValidationException when the source has no objects, or its role may not see them. */
export async function requireObjects(
  s3: RoleS3,
  source: S3Source,
  { region, roleArn }: { region: string; roleArn: string },
): Promise<void> {
  const objects = await inputObjects(s3, source).catch((error: unknown) => {
    if (error instanceof AwsError && !(error instanceof NotImplementedByLocalCloud)) return [];
    throw error;
  });
  if (objects.length > 0) return;
  throw validationError(
    `No S3 objects found under S3 URL "${source.S3Uri}" given in input data source. Please ensure that the bucket exists ` +
      `in the selected region (${region}), that objects exist under that S3 prefix, and that the role "${roleArn}" has ` +
      `"s3:ListBucket" permissions on bucket "${parseS3Uri(source.S3Uri!).bucket}".`,
  );
}

/** Downloads a source into `folder`. */
export async function downloadInput(s3: RoleS3, source: S3Source, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { location, path } of await inputObjects(s3, source)) {
    const file = resolve(folder, path);
    if (relative(folder, file).startsWith('..')) throw validationError(`Invalid S3 key "${location.key}".`);
    await s3.download(location, file);
  }
}
