/** Events of S3 on the default event bus. */
import type { Call } from '../core/service.ts';
import type { S3State } from './state.ts';
import type { BucketRecord, VersionRecord } from './storage/records.ts';

/** MD5 of nothing, which events of delete markers carry. */
const EMPTY_ETAG = 'd41d8cd98f00b204e9800998ecf8427e';

/** Who made a change: a caller, or S3 itself by a lifecycle rule. */
export type Actor = { readonly call: Call } | { readonly lifecycleRequestId: string };

export type CreatedReason = 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';

/** Emits `Object Created` if the bucket sends events. */
export function emitCreated(
  state: S3State,
  bucket: BucketRecord,
  object: VersionRecord & { readonly size: number; readonly etag: string },
  reason: CreatedReason,
  call: Call,
): void {
  emit(state, bucket, 'Object Created', {
    ...base(bucket, { ...identity(object), size: object.size, etag: object.etag }, { call }),
    reason,
  });
}

/** Emits `Object Deleted` for a version that is gone for good. `sequence` is of the deletion. */
export function emitDeleted(
  state: S3State,
  bucket: BucketRecord,
  version: VersionRecord,
  sequence: number,
  actor: Actor,
): void {
  emit(state, bucket, 'Object Deleted', {
    ...base(bucket, identity({ ...version, sequence }), actor),
    reason: deletionReason(actor),
    'deletion-type': 'Permanently Deleted',
  });
}

/** Emits `Object Deleted` for a delete marker put on top of a key's versions. */
export function emitDeleteMarker(
  state: S3State,
  bucket: BucketRecord,
  marker: VersionRecord,
  actor: Actor,
): void {
  emit(state, bucket, 'Object Deleted', {
    ...base(bucket, { ...identity(marker), etag: EMPTY_ETAG }, actor),
    reason: deletionReason(actor),
    'deletion-type': 'Delete Marker Created',
  });
}

/** Sequencers are compared as strings, so they all have one length. */
export function sequencer(sequence: number): string {
  return sequence.toString(16).toUpperCase().padStart(18, '0');
}

function identity({ key, id, sequence }: VersionRecord): object {
  return { key, ...(id === 'null' ? {} : { 'version-id': id }), sequencer: sequencer(sequence) };
}

function base(bucket: BucketRecord, object: object, actor: Actor): object {
  const common = { version: '0', bucket: { name: bucket.name }, object };
  if (!('call' in actor)) {
    return { ...common, 'request-id': actor.lifecycleRequestId, requester: 's3.amazonaws.com' };
  }
  const { principal, requestId, http } = actor.call;
  const requester = principal.kind === 'service' ? principal.service : principal.account;
  return {
    ...common,
    'request-id': requestId,
    requester,
    'source-ip-address': http?.sourceIp ?? '127.0.0.1',
  };
}

function deletionReason(actor: Actor): string {
  return 'call' in actor ? 'DeleteObject' : 'Lifecycle Expiration';
}

function emit(state: S3State, bucket: BucketRecord, detailType: string, detail: object): void {
  if (!bucket.eventBridge) return;
  state.cloud.emit({ source: 'aws.s3', detailType, resources: [`arn:aws:s3:::${bucket.name}`], detail });
}
