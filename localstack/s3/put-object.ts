/** PutObject. */
import { randomBytes } from 'node:crypto';
import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { checksumMembers, expectChecksum } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { authorizeKey, encryptionHeaders } from './encryption.ts';
import { invalidRequest } from './errors.ts';
import { emitCreated } from './notifications.ts';
import { checkKey, readProperties } from './object-properties.ts';
import type { Answer, S3State } from './state.ts';
import type { BodySource, Segment } from './storage/blob-store.ts';
import { type CrcName, createCrc } from './storage/crc.ts';
import { type ChecksumAlgorithm, checksumOf, createDigests } from './storage/digests.ts';
import type { Encryption } from './storage/records.ts';
import { addVersion, shownVersionId } from './versions.ts';

export const MAX_PUT_BYTES = 5 * 1024 ** 3;

export async function putObject(
  state: S3State,
  input: PutObjectCommandInput,
  call: Call,
): Promise<Answer<PutObjectCommandOutput>> {
  const bucketName = state.bucket(input.Bucket).name;
  const key = checkKey(input.Key);
  if (input.WriteOffsetBytes !== undefined)
    throw invalidRequest('Append is not supported by this bucket type');
  const properties = await readProperties(state, state.bucket(bucketName), input, call);
  await authorizeKey(
    state,
    'kms:GenerateDataKey',
    { bucket: bucketName, key, encryption: properties.encryption },
    call,
  );
  checkWrite(key, state.index(bucketName).current(key), input);
  const received = await receiveBody(state, input, call);

  // the bucket may have changed or gone while the body came
  const name = keepOrDiscard(state, received.segment, () => {
    checkWrite(key, state.index(bucketName).current(key), input);
    return { bucket: state.bucket(bucketName), key };
  });
  const version = addVersion(
    state,
    name,
    {
      ...properties,
      size: received.segment.size,
      segments: [received.segment],
      etag: entityTag(received.md5, properties.encryption),
      checksum: received.checksum,
    },
    call.now,
  );
  emitCreated(state, name.bucket, version, 'PutObject', call);
  return {
    ETag: `"${version.etag}"`,
    ...checksumMembers(version.checksum),
    ...shownVersionId(name.bucket, version),
    ...encryptionHeaders(version.encryption),
  };
}

interface BodyInput {
  readonly Body?: unknown;
  readonly ContentLength?: number | undefined;
  readonly ContentMD5?: string | undefined;
  readonly ChecksumAlgorithm?: string | undefined;
}

/**
 * Writes a request's body to a file that belongs to the caller and checks it against what the client said about it.
 * `alsoTaken` is a checksum to take beside the one that is checked.
 * @throws AwsError BadDigest, IncompleteBody, EntityTooLarge; nothing is left then
 */
export async function receiveBody(
  state: S3State,
  input: BodyInput,
  call: Call,
  ofUpload?: ChecksumAlgorithm,
  alsoTaken?: CrcName,
) {
  const expected = expectChecksum(input, call, ofUpload);
  const declared = input.ContentLength;
  if ((declared ?? 0) > MAX_PUT_BYTES) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      fields: { ProposedSize: String(declared), MaxSizeAllowed: String(MAX_PUT_BYTES) },
    });
  }
  const digests = createDigests(expected.algorithm);
  // taken in the same pass: what is not named by a record yet must not be read again
  const other = alsoTaken === expected.algorithm ? undefined : alsoTaken && createCrc(alsoTaken);
  const segment = await state.blobs.write(input.Body as BodySource, (chunk) => {
    digests.update(chunk);
    other?.update(chunk);
  });
  const taken = digests.finish();
  return keepOrDiscard(state, segment, () => {
    if (declared !== undefined && declared !== segment.size) {
      throw new AwsError(
        'IncompleteBody',
        'You did not provide the number of bytes specified by the Content-Length HTTP header',
      );
    }
    expected.verify(taken);
    return {
      segment,
      ...taken,
      checksumChosenByClient: expected.chosenByClient,
      ...(other && alsoTaken ? { otherChecksum: checksumOf(alsoTaken, other.digest()) } : {}),
    };
  });
}

/** Runs a check whose failure means that the bytes are not wanted. */
export function keepOrDiscard<T>(state: S3State, segment: Segment, check: () => T): T {
  try {
    return check();
  } catch (error) {
    state.blobs.discard(segment);
    throw error;
  }
}

/** MD5 in hex; under KMS something else, so that nobody relies on it being the MD5. */
export function entityTag(md5: Buffer, encryption: Encryption): string {
  return (encryption.keyArn === undefined ? md5 : randomBytes(16)).toString('hex');
}
