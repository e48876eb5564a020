/** Amazon S3: buckets and objects on disk. */
import type { Cloud } from '../core/cloud.ts';
import type { Operation, Service } from '../core/service.ts';
import { createAccessLogs } from './access-logs.ts';
import { bucketSettings } from './bucket-settings.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject, deleteObjects } from './delete-objects.ts';
import { getObject, getObjectAttributes, headObject } from './get-object.ts';
import { accessRequests, type S3Input } from './iam.ts';
import { type LifecycleSchedule, scheduleLifecycle } from './lifecycle.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listObjectVersions } from './list-versions.ts';
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload } from './multipart.ts';
import { objectSettings } from './object-settings.ts';
import { putObject } from './put-object.ts';
import { withCommonMembers } from './request-members.ts';
import { S3State } from './state.ts';
import { listMultipartUploads, listParts, uploadPart, uploadPartCopy } from './upload-parts.ts';

/** Makes the S3 service, loading what the data directory holds. */
export function createS3Service(cloud: Cloud): Service {
  const state = new S3State(cloud);
  const accessLogs = createAccessLogs(state);
  let lifecycle: LifecycleSchedule | undefined;
  const table: Record<string, Operation> = {
    ...bucketSettings(state, () => lifecycle?.refresh()),
    ...objectSettings(state),
    CreateBucket: (input, call) => createBucket(state, input, call),
    DeleteBucket(input) {
      const answer = deleteBucket(state, input);
      lifecycle?.refresh();
      return answer;
    },
    HeadBucket: (input) => headBucket(state, input),
    ListBuckets: (input) => listBuckets(state, input),
    GetBucketLocation: (input) => getBucketLocation(state, input),
    PutObject: (input, call) => putObject(state, input, call),
    GetObject: (input, call) => getObject(state, input, call),
    HeadObject: (input, call) => headObject(state, input, call),
    GetObjectAttributes: (input, call) => getObjectAttributes(state, input, call),
    CopyObject: (input, call) => copyObject(state, input, call),
    DeleteObject: (input, call) => deleteObject(state, input, call),
    DeleteObjects: (input, call) => deleteObjects(state, input, call),
    ListObjectsV2: (input) => listObjectsV2(state, input),
    ListObjects: (input) => listObjects(state, input),
    ListObjectVersions: (input) => listObjectVersions(state, input),
    CreateMultipartUpload: (input, call) => createMultipartUpload(state, input, call),
    UploadPart: (input, call) => uploadPart(state, input, call),
    UploadPartCopy: (input, call) => uploadPartCopy(state, input, call),
    CompleteMultipartUpload: (input, call) => completeMultipartUpload(state, input, call),
    AbortMultipartUpload: (input) => abortMultipartUpload(state, input),
    ListParts: (input) => listParts(state, input),
    ListMultipartUploads: (input) => listMultipartUploads(state, input),
  };
  return {
    name: 's3',
    operations: Object.fromEntries(
      Object.entries(table).map(([name, operation]) => [
        name,
        accessLogs.logged(name, withCommonMembers(state, name, operation)),
      ]),
    ),
    authorize: (operation: string, input: S3Input) => accessRequests(state, operation, input),
    async start() {
      lifecycle = scheduleLifecycle(state);
      lifecycle.refresh();
    },
    async stop() {
      lifecycle?.stop();
      accessLogs.stop();
    },
  };
}
