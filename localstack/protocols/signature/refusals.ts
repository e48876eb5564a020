/** How AWS refuses a request whose signature is not good: S3, query services and JSON services each in their own words. */
import { AwsError } from '../../core/errors.ts';
import type { ServiceWire } from '../clients.ts';
import type { Protocol } from '../wire-error.ts';

/** What a refusal is written for. */
export interface RefusedService {
  readonly wire: ServiceWire;
  readonly protocol: Protocol;
}

const WRONG_SIGNATURE =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const S3_WRONG_SIGNATURE =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

/** Nobody has this key, or no session has this token. */
export function unknownKey(service: RefusedService, accessKeyId: string): AwsError {
  if (isS3(service)) {
    return new AwsError(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      { status: 403, fields: { AWSAccessKeyId: accessKeyId } },
    );
  }
  const message = 'The security token included in the request is invalid.';
  return refusal(service, 'InvalidClientTokenId', 'UnrecognizedClientException', message);
}

/** The key's session has another token. */
export function wrongToken(service: RefusedService, accessKeyId: string, token: string): AwsError {
  if (!isS3(service)) return unknownKey(service, accessKeyId);
  return new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.', {
    status: 400,
    fields: { 'Token-0': token },
  });
}

/** The session is over. */
export function expiredToken(service: RefusedService, token: string): AwsError {
  if (isS3(service)) {
    const fields = { 'Token-0': token };
    return new AwsError('ExpiredToken', 'The provided token has expired.', { status: 400, fields });
  }
  const message = 'The security token included in the request is expired';
  return refusal(service, 'ExpiredToken', 'ExpiredTokenException', message);
}

/** The secret is not the key's, or the request was changed on its way. */
export function wrongSignature(
  service: RefusedService,
  details: {
    readonly accessKeyId: string;
    readonly signature: string;
    readonly stringToSign: string;
    readonly canonicalRequest?: string;
  },
): AwsError {
  if (!isS3(service))
    return refusal(service, 'SignatureDoesNotMatch', 'InvalidSignatureException', WRONG_SIGNATURE);
  const { accessKeyId, signature, stringToSign, canonicalRequest } = details;
  return new AwsError('SignatureDoesNotMatch', S3_WRONG_SIGNATURE, {
    status: 403,
    fields: {
      AWSAccessKeyId: accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: signature,
      StringToSignBytes: hexBytes(stringToSign),
      ...(canonicalRequest === undefined
        ? {}
        : { CanonicalRequest: canonicalRequest, CanonicalRequestBytes: hexBytes(canonicalRequest) }),
    },
  });
}

/** The request was signed too long ago or too far ahead, by this clock. */
export function skewedTime(service: RefusedService, signedAt: string, nowEpochMs: number): AwsError {
  if (isS3(service)) {
    return new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        status: 403,
        fields: {
          RequestTime: signedAt,
          ServerTime: isoSeconds(nowEpochMs),
          MaxAllowedSkewMilliseconds: skewLimitMs(service),
        },
      },
    );
  }
  const limitMs = skewLimitMs(service);
  const minutes = `${limitMs / 60_000} min.`;
  const now = stamp(nowEpochMs);
  const isPast = signedAt < now;
  const message = isPast
    ? `Signature expired: ${signedAt} is now earlier than ${stamp(nowEpochMs - limitMs)} (${now} - ${minutes})`
    : `Signature not yet current: ${signedAt} is still later than ${stamp(nowEpochMs + limitMs)} (${now} + ${minutes})`;
  return refusal(service, 'SignatureDoesNotMatch', 'InvalidSignatureException', message);
}

/** How far a client's clock may be off. */
export function skewLimitMs(service: RefusedService): number {
  return (isS3(service) || isQuery(service) ? 15 : 5) * 60_000;
}

/** A presigned URL whose time is over. */
export function expiredUrl(expiresAtEpochMs: number, nowEpochMs: number, expiresSeconds?: number): AwsError {
  return new AwsError('AccessDenied', 'Request has expired', {
    status: 403,
    fields: {
      ...(expiresSeconds === undefined ? {} : { 'X-Amz-Expires': expiresSeconds }),
      Expires: isoSeconds(expiresAtEpochMs),
      ServerTime: isoSeconds(nowEpochMs),
    },
  });
}

/** A presigned URL from the future. */
export function earlyUrl(): AwsError {
  return new AwsError('AccessDenied', 'Request is not yet valid', { status: 403 });
}

/** No signature at all, at a service that has no public resources. */
export function missingToken(service: RefusedService): AwsError {
  return isQuery(service)
    ? new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', { status: 403 })
    : refusal(service, '', 'MissingAuthenticationTokenException', 'Missing Authentication Token');
}

/** The body is not the one whose hash was signed. */
export function wrongPayload(signedHash: string, computedHash: string): AwsError {
  return new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    {
      status: 400,
      fields: { ClientComputedContentSHA256: signedHash, S3ComputedContentSHA256: computedHash },
    },
  );
}

const isS3 = ({ wire }: RefusedService) => wire.name === 's3';

/** Services of the query protocol answer with its codes in their newer protocols too. */
const isQuery = ({ wire }: RefusedService) => wire.name !== 's3' && wire.xmlNamespace !== undefined;

function refusal(service: RefusedService, queryCode: string, jsonCode: string, message: string): AwsError {
  if (isQuery(service)) return new AwsError(queryCode, message, { status: 403 });
  return new AwsError(jsonCode, message, { status: service.protocol === 'rest-json' ? 403 : 400 });
}

function hexBytes(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
}

function stamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

function isoSeconds(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+/, '');
}
