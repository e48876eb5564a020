/** DeleteObject and DeleteObjects. */
import type {
  DeletedObject,
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  _Error as ObjectError,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Call } from '../core/service.ts';
import { matches } from './conditions.ts';
import { malformedXml, preconditionFailed } from './errors.ts';
import { deleteRequests } from './iam-requests.ts';
import { checkDeletable } from './object-lock.ts';
import { checkKey } from './object-properties.ts';
import type { Answer, S3State } from './state.ts';
import type { BucketRecord } from './storage/records.ts';
import { checkVersionId, type Deletion, deleteCurrent, removeVersion } from './versions.ts';

const MAX_KEYS = 1000;

interface DeleteRequest {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly ifMatch?: string | undefined;
  readonly bypassesGovernance: boolean;
}

export function deleteObject(
  state: S3State,
  input: DeleteObjectCommandInput,
  call: Call,
): Answer<DeleteObjectCommandOutput> {
  const { deleteMarker, versionId } = deleteOne(
    state,
    {
      bucket: state.bucket(input.Bucket),
      key: checkKey(input.Key),
      versionId: input.VersionId,
      ifMatch: input.IfMatch,
      bypassesGovernance: input.BypassGovernanceRetention === true,
    },
    call,
  );
  return {
    ...(deleteMarker ? { DeleteMarker: true } : {}),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
}

/** Each key stands for itself: what may not be deleted is listed among the errors of an answer with status 200. */
export function deleteObjects(
  state: S3State,
  input: DeleteObjectsCommandInput,
  call: Call,
): Answer<DeleteObjectsCommandOutput> {
  const bucket = state.bucket(input.Bucket);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > MAX_KEYS) throw malformedXml();
  for (const object of objects) refuseMembers('s3 DeleteObjects', object, ['LastModifiedTime', 'Size']);
  const deleted: DeletedObject[] = [];
  const errors: ObjectError[] = [];
  for (const { Key, VersionId, ETag } of objects) {
    const named = {
      ...(Key === undefined ? {} : { Key }),
      ...(VersionId === undefined ? {} : { VersionId }),
    };
    try {
      const key = checkKey(Key);
      state.cloud.authorize(deleteRequests(bucket.name, key, VersionId, bucket.policy), call.principal, call);
      const bypassesGovernance = input.BypassGovernanceRetention === true;
      const request = { bucket, key, versionId: VersionId, ifMatch: ETag, bypassesGovernance };
      const { deleteMarker, versionId } = deleteOne(state, request, call);
      const marker = deleteMarker
        ? { DeleteMarker: true, ...(versionId === undefined ? {} : { DeleteMarkerVersionId: versionId }) }
        : {};
      deleted.push({ ...named, ...marker });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const code = error.code.startsWith('AccessDenied') ? 'AccessDenied' : error.code;
      errors.push({ ...named, Code: code, Message: error.message });
    }
  }
  return {
    ...(input.Delete?.Quiet ? {} : { Deleted: deleted }),
    ...(errors.length > 0 ? { Errors: errors } : {}),
  };
}

function deleteOne(state: S3State, request: DeleteRequest, call: Call): Deletion {
  const { bucket, key, versionId } = request;
  const index = state.index(bucket.name);
  if (versionId !== undefined) checkVersionId(bucket, versionId);
  const named = versionId === undefined ? index.current(key) : index.version(key, versionId);
  if (request.ifMatch !== undefined) {
    const isMatch = named && !named.deleteMarker && matches(request.ifMatch, named.etag);
    if (!isMatch) throw preconditionFailed('If-Match');
  }
  if (versionId === undefined) return deleteCurrent(state, { bucket, key }, call.now, { call });
  // deleting a version that is not there succeeds, so that a repeated request does
  if (!named) return { versionId };
  if (!named.deleteMarker) {
    checkDeletable(state, named, { requested: request.bypassesGovernance, bucket, call });
  }
  removeVersion(state, bucket, named, call.now, { call });
  return { versionId, ...(named.deleteMarker ? { deleteMarker: true } : {}) };
}
