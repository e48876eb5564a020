/** Multipart uploads: create, complete, abort. */
import { createHash, randomBytes } from 'node:crypto';
import type {
  AbortMultipartUploadCommandInput,
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Call } from '../core/service.ts';
import { type ChecksumMembers, checksumMembers, parseAlgorithm } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { authorizeKey, encryptionHeaders } from './encryption.ts';
import { badDigest, invalidRequest } from './errors.ts';
import { emitCreated } from './notifications.ts';
import { checkKey, readProperties } from './object-properties.ts';
import type { Answer, S3State } from './state.ts';
import { type Checksum, compositeChecksum, fullObjectChecksum, isCrc } from './storage/digests.ts';
import type { PartRecord, UploadRecord } from './storage/records.ts';
import { addVersion, shownVersionId } from './versions.ts';

/** Checksums of algorithms that no upload here has. */
const NOT_COMPUTED = ['ChecksumXXHASH64', 'ChecksumXXHASH3', 'ChecksumXXHASH128'];
const MIN_PART_BYTES = 5 * 1024 * 1024;

export async function createMultipartUpload(
  state: S3State,
  input: CreateMultipartUploadCommandInput,
  call: Call,
): Promise<Answer<CreateMultipartUploadCommandOutput>> {
  const bucket = state.bucket(input.Bucket);
  const key = checkKey(input.Key);
  const properties = await readProperties(state, bucket, input, call);
  const { encryption } = properties;
  await authorizeKey(state, 'kms:GenerateDataKey', { bucket: bucket.name, key, encryption }, call);
  const checksum = uploadChecksum(input);
  const upload: UploadRecord = {
    id: randomBytes(48).toString('base64url'),
    bucket: bucket.name,
    key,
    initiatedMs: call.now.getTime(),
    initiatorArn: call.principal.arn,
    properties,
    ...(checksum ? { checksum } : {}),
  };
  state.addUpload(upload);
  return {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.id,
    ...(checksum ? { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type } : {}),
    ...encryptionHeaders(encryption),
  };
}

export async function completeMultipartUpload(
  state: S3State,
  input: CompleteMultipartUploadCommandInput,
  call: Call,
): Promise<Answer<CompleteMultipartUploadCommandOutput>> {
  const bucketName = state.bucket(input.Bucket).name;
  const key = checkKey(input.Key);
  const { encryption } = state.upload(bucketName, key, input.UploadId).properties;
  await authorizeKey(state, 'kms:Decrypt', { bucket: bucketName, key, encryption }, call);

  // no pause from here on: of two completions of one upload, or of one key under a condition, one wins
  const upload = state.upload(bucketName, key, input.UploadId);
  const parts = chooseParts(state, upload, input.MultipartUpload?.Parts);
  checkWrite(key, state.index(bucketName).current(key), input);
  const checksum = joinChecksums(upload, parts);
  checkClaims(upload, input, parts, checksum);
  const bucket = state.bucket(bucketName);
  const version = addVersion(
    state,
    { bucket, key },
    {
      ...upload.properties,
      size: parts.reduce((sum, part) => sum + part.size, 0),
      segments: parts.flatMap((part) => part.segments),
      etag: multipartTag(parts, encryption.keyArn !== undefined),
      checksum,
      parts: parts.map((part) => ({ size: part.size, checksum: part.checksum.value })),
    },
    call.now,
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html (Last-Modified)
    upload.initiatedMs,
  );
  state.removeUpload(upload.id);
  emitCreated(state, bucket, version, 'CompleteMultipartUpload', call);
  return {
    Location: `${state.cloud.endpoint}/${bucketName}/${encodeURIComponent(key)}`,
    Bucket: bucketName,
    Key: key,
    ETag: `"${version.etag}"`,
    ...checksumMembers(checksum),
    ...shownVersionId(bucket, version),
    ...encryptionHeaders(encryption),
  };
}

export function abortMultipartUpload(state: S3State, input: AbortMultipartUploadCommandInput): object {
  const upload = state.upload(state.bucket(input.Bucket).name, input.Key, input.UploadId);
  state.removeUpload(upload.id);
  return {};
}

/** Checksum that the client chose for the upload. @throws AwsError InvalidRequest when the two do not go together */
function uploadChecksum(input: CreateMultipartUploadCommandInput): UploadRecord['checksum'] {
  if (input.ChecksumAlgorithm === undefined) {
    if (input.ChecksumType === undefined) return undefined;
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const algorithm = parseAlgorithm(input.ChecksumAlgorithm);
  const type = input.ChecksumType ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible = type === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : isCrc(algorithm);
  if (!isPossible) {
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type };
}

/** The uploaded parts that the client lists. @throws AwsError InvalidPart, InvalidPartOrder, EntityTooSmall, MalformedXML */
function chooseParts(
  state: S3State,
  upload: UploadRecord,
  listed: readonly CompletedPart[] | undefined,
): PartRecord[] {
  if (!listed || listed.length === 0) throw invalidRequest('You must specify at least one part');
  const uploaded = state.partsOf(upload.id);
  const needsChecksums = upload.checksum?.type === 'COMPOSITE';
  const parts = listed.map((claim) => {
    refuseMembers('s3 CompleteMultipartUpload', claim, NOT_COMPUTED);
    const part = uploaded.get(claim.PartNumber ?? 0);
    const sent = (claim as ChecksumMembers)[`Checksum${part?.checksum.algorithm ?? 'CRC64NVME'}`];
    const isSame = part?.etag === claim.ETag?.replace(/^"|"$/g, '');
    const name = part?.checksum.algorithm.toLowerCase();
    if (part && isSame && sent === undefined && needsChecksums) {
      throw invalidRequest(
        `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
      );
    }
    if (part && isSame && sent !== undefined && sent !== part.checksum.value && needsChecksums) {
      throw new AwsError(
        'BadDigest',
        `The ${name} you specified for part ${part.number} did not match what we received.`,
      );
    }
    if (part && isSame && (sent === undefined || sent === part.checksum.value)) return part;
    throw new AwsError(
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      {
        fields: { UploadId: upload.id, PartNumber: String(claim.PartNumber ?? ''), ETag: claim.ETag ?? '' },
      },
    );
  });
  if (parts.some((part, i) => i > 0 && parts[i - 1]!.number >= part.number)) {
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      { fields: { UploadId: upload.id } },
    );
  }
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small) {
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      fields: {
        ProposedSize: String(small.size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(small.number),
        ETag: small.etag,
      },
    });
  }
  return parts;
}

function joinChecksums(upload: UploadRecord, parts: readonly PartRecord[]): Checksum {
  const { algorithm, type } = upload.checksum ?? {
    algorithm: 'CRC64NVME' as const,
    type: 'FULL_OBJECT' as const,
  };
  const values = parts.map((part) => ({ value: part.checksum.value, size: part.size }));
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) return fullObjectChecksum(algorithm, values);
  return compositeChecksum(
    algorithm,
    values.map(({ value }) => value),
  );
}

/** Compares what the client says of the whole object. @throws AwsError BadDigest, InvalidRequest */
function checkClaims(
  upload: UploadRecord,
  input: CompleteMultipartUploadCommandInput,
  parts: readonly PartRecord[],
  checksum: Checksum,
): void {
  if (input.ChecksumType !== undefined && input.ChecksumType !== (upload.checksum?.type ?? 'FULL_OBJECT')) {
    throw invalidRequest(
      `The upload was created using the ${upload.checksum?.type ?? 'null'} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const claimed = (input as ChecksumMembers)[`Checksum${checksum.algorithm}`];
  // clients may send a composite checksum with or without the number of parts
  if (
    claimed !== undefined &&
    claimed !== checksum.value &&
    claimed !== checksum.value.replace(/-\d+$/, '')
  ) {
    throw badDigest(checksum.algorithm.toLowerCase());
  }
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${size}`,
    );
  }
}

function multipartTag(parts: readonly PartRecord[], isOpaque: boolean): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  const tag = isOpaque ? randomBytes(16) : hash.digest();
  return `${tag.toString('hex')}-${parts.length}`;
}
