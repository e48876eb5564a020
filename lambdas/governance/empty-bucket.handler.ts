/** `Custom::DriftlessBucketContents`: a delete removes every version of every object, so that the bucket can go. */
import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3 } from '../shared/clients.ts';
import { RetryableError } from '../shared/errors.ts';
import { makeHandler } from '../shared/make-handler.ts';
import type { BucketContentsProperties } from './contract.ts';
import { answerCustomResource, type CustomResourceRequest } from './custom-resource.ts';

export const handler = makeHandler<CustomResourceRequest<BucketContentsProperties>, void>({
  name: 'empty-bucket',
  run: (request) =>
    answerCustomResource(request, async ({ RequestType, ResourceProperties: { BucketName } }) => {
      if (RequestType === 'Delete') await emptyBucket(BucketName);
      return { physicalResourceId: BucketName };
    }),
});

/** Pages of a thousand, which is also what one deletion takes. */
async function emptyBucket(bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket }),
    );
    const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key: Key!, VersionId }));
    if (objects.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    );
    const [error] = Errors;
    if (error)
      throw new RetryableError(`${Errors.length} objects of ${bucket} stay: ${error.Key}: ${error.Message}`);
  }
}
