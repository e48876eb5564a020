import { describe, expect, test } from 'vitest';
import { loadModel } from './model.ts';

async function operationOf(service: string, method: string, target: string, headers: readonly string[] = []) {
  const [path = '/', query = ''] = target.split('?');
  const { routes } = await loadModel(service);
  const match = routes.match({
    method,
    path,
    query: new URLSearchParams(query),
    hasHeader: (name) => headers.includes(name.toLowerCase()),
    // these targets are what is left once the bucket is taken off
    ...(service === 's3' ? { hasBucket: !headers.includes('no-bucket') } : {}),
  });
  return match && [match.operation.name, match.labels];
}

describe('S3 tells operations apart by query and headers', () => {
  test.each<[string, string, string, readonly string[], string]>([
    ['GET', '/', 'no-bucket', ['no-bucket'], 'ListBuckets'],
    ['PUT', '/', '', [], 'CreateBucket'],
    ['HEAD', '/', '', [], 'HeadBucket'],
    ['GET', '/', '', [], 'ListObjects'],
    ['GET', '/', 'list-type=2&prefix=a', [], 'ListObjectsV2'],
    ['GET', '/', 'versions', [], 'ListObjectVersions'],
    ['GET', '/', 'versioning', [], 'GetBucketVersioning'],
    ['PUT', '/', 'versioning=', [], 'PutBucketVersioning'],
    ['GET', '/', 'uploads', [], 'ListMultipartUploads'],
    ['GET', '/', 'location', [], 'GetBucketLocation'],
    ['GET', '/', 'analytics', [], 'ListBucketAnalyticsConfigurations'],
    ['GET', '/', 'analytics&id=1', [], 'GetBucketAnalyticsConfiguration'],
    ['POST', '/', 'delete', [], 'DeleteObjects'],
    ['PUT', '/a/b', '', [], 'PutObject'],
    ['PUT', '/a/b', 'x-id=PutObject', [], 'PutObject'],
    ['PUT', '/a/b', '', ['x-amz-copy-source'], 'CopyObject'],
    ['PUT', '/a/b', 'partNumber=1&uploadId=u', [], 'UploadPart'],
    ['PUT', '/a/b', 'partNumber=1&uploadId=u', ['x-amz-copy-source'], 'UploadPartCopy'],
    ['PUT', '/a/b', 'tagging', [], 'PutObjectTagging'],
    ['POST', '/a/b', 'uploads', [], 'CreateMultipartUpload'],
    ['POST', '/a/b', 'uploadId=u', [], 'CompleteMultipartUpload'],
    ['DELETE', '/a/b', 'uploadId=u', [], 'AbortMultipartUpload'],
    ['DELETE', '/a/b', 'versionId=v', [], 'DeleteObject'],
    ['GET', '/a/b', 'uploadId=u', [], 'ListParts'],
    ['GET', '/a/b', 'partNumber=1', [], 'GetObject'],
    ['GET', '/a/b', 'attributes', ['x-amz-object-attributes'], 'GetObjectAttributes'],
  ])('%s %s?%s %j is %s', async (method, path, query, headers, expected) => {
    const [name] =
      (await operationOf('s3', method, `${path}?${query === 'no-bucket' ? '' : query}`, headers)) ?? [];
    expect(name).toBe(expected);
  });

  test('keys keep slashes and are decoded', async () => {
    expect(await operationOf('s3', 'GET', '/a//b%20c/%2F/')).toEqual(['GetObject', { Key: 'a//b c///' }]);
  });
});

describe('REST JSON', () => {
  test('labels take one segment, decoded; a slash at the end does not matter', async () => {
    expect(
      await operationOf('lambda', 'POST', '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations'),
    ).toEqual(['Invoke', { FunctionName: 'arn:aws:lambda' }]);
    expect(await operationOf('lambda', 'GET', '/2015-03-31/functions/')).toEqual(['ListFunctions', {}]);
    expect(await operationOf('lambda', 'GET', '/2015-03-31/functions')).toEqual(['ListFunctions', {}]);
  });

  test('an unknown path has no operation', async () => {
    expect(await operationOf('scheduler', 'GET', '/nowhere')).toBeUndefined();
  });
});
