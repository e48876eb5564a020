/** Who signed a request, for which service and region, read from its Authorization header or presigned query. */
import { AwsError } from '../../core/errors.ts';
import type { HttpRequest } from '../http-request.ts';

/** S3's longest life of a presigned URL. */
const LONGEST_EXPIRY_SECONDS = 604_800;

/** A signature of version 4. */
export interface RequestSignature {
  readonly version: 4;
  readonly isPresigned: boolean;
  readonly accessKeyId: string;
  /** `yyyymmdd` of the credential scope. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** Lower-case names, in the order in which they were signed. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ` */
  readonly signedAt: string;
  readonly sessionToken?: string;
  /** Presigned URLs only. */
  readonly expiresSeconds?: number;
}

/** S3's older presigned query (version 2), which boto3 still makes in us-east-1. */
export interface OldPresignedSignature {
  readonly version: 2;
  readonly isPresigned: true;
  readonly accessKeyId: string;
  readonly service: 's3';
  readonly signature: string;
  /** Epoch seconds. */
  readonly expires: number;
  readonly sessionToken?: string;
}

export type AnySignature = RequestSignature | OldPresignedSignature;

/** Reads the signature; undefined for an anonymous request. @throws AwsError when it is malformed */
export function readSignature(request: HttpRequest): AnySignature | undefined {
  const authorization = request.header('authorization');
  if (authorization?.startsWith('AWS4-HMAC-SHA256')) return fromHeader(request, authorization);
  if (authorization?.startsWith('AWS ')) {
    throw new AwsError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (authorization !== undefined) {
    throw new AwsError('InvalidArgument', 'Unsupported Authorization Type', {
      fields: { ArgumentName: 'Authorization', ArgumentValue: authorization },
    });
  }
  const { query } = request;
  if (query.has('X-Amz-Algorithm') || query.has('X-Amz-Credential')) return fromQuery(query);
  if (query.has('AWSAccessKeyId')) return fromOldQuery(query);
  return undefined;
}

/** Epoch milliseconds of `yyyymmddThhmmssZ`; NaN when it is none. */
export function epochMsOf(stamp: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (!parts) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function fromHeader(request: HttpRequest, authorization: string): RequestSignature {
  const field = (name: string) => new RegExp(`[ ,]${name}=([^,\\s]*)`).exec(authorization)?.[1] ?? '';
  const credential = field('Credential');
  const signedHeaders = field('SignedHeaders');
  const signature = field('Signature');
  const signedAt = request.header('x-amz-date') ?? stampOf(request.header('date'));
  const missing = [
    ...(credential ? [] : [absent('Credential')]),
    ...(signature ? [] : [absent('Signature')]),
    ...(signedHeaders ? [] : [absent('SignedHeaders')]),
    ...(signedAt
      ? []
      : ["Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."]),
  ];
  if (missing.length > 0)
    throw incomplete(`${missing.join(' ')} Authorization=${authorization.split(' ')[0]}`);
  const token = request.header('x-amz-security-token');
  return {
    version: 4,
    isPresigned: false,
    ...scopeOf(credential),
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    signedAt: signedAt ?? '',
    ...(token === undefined ? {} : { sessionToken: token }),
  };
}

function fromQuery(query: URLSearchParams): RequestSignature {
  const credential = query.get('X-Amz-Credential');
  const signature = query.get('X-Amz-Signature');
  const signedAt = query.get('X-Amz-Date');
  const headers = query.get('X-Amz-SignedHeaders');
  const expires = query.get('X-Amz-Expires');
  const scope = scopeOf(credential ?? '');
  // other services' presigned requests live for as long as a signature does
  const isExpiring = scope.service === 's3';
  if (!credential || !signature || !signedAt || !headers || (isExpiring && expires === null)) {
    throw badQuery(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw badQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
  if (Number.isNaN(epochMsOf(signedAt)))
    throw badQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  const token = query.get('X-Amz-Security-Token');
  return {
    version: 4,
    isPresigned: true,
    ...scope,
    signedHeaders: headers.toLowerCase().split(';'),
    signature,
    signedAt,
    ...(expires === null ? {} : { expiresSeconds: expirySeconds(expires) }),
    ...(token === null ? {} : { sessionToken: token }),
  };
}

function expirySeconds(text: string): number {
  const seconds = Number(text);
  if (text === '' || !Number.isInteger(seconds)) throw badQuery('X-Amz-Expires should be a number');
  if (seconds < 0) throw badQuery('X-Amz-Expires must be non-negative');
  if (seconds > LONGEST_EXPIRY_SECONDS) {
    throw badQuery(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${LONGEST_EXPIRY_SECONDS} seconds`,
    );
  }
  return seconds;
}

function fromOldQuery(query: URLSearchParams): OldPresignedSignature {
  const accessKeyId = query.get('AWSAccessKeyId');
  const signature = query.get('Signature');
  const expires = query.get('Expires');
  if (!accessKeyId || !signature || !expires || !/^\d+$/.test(expires)) {
    throw new AwsError(
      'AccessDenied',
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
      { status: 403 },
    );
  }
  const token = query.get('x-amz-security-token');
  return {
    version: 2,
    isPresigned: true,
    accessKeyId,
    service: 's3',
    signature,
    expires: Number(expires),
    ...(token === null ? {} : { sessionToken: token }),
  };
}

function scopeOf(credential: string): Pick<RequestSignature, 'accessKeyId' | 'day' | 'region' | 'service'> {
  const [accessKeyId, day, region, service, terminator] = credential.split('/');
  if (!accessKeyId || !day || !region || !service || terminator !== 'aws4_request') {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  return { accessKeyId, day, region, service };
}

function stampOf(date: string | undefined): string | undefined {
  const epochMs = Date.parse(date ?? '');
  return Number.isNaN(epochMs) ? undefined : `${new Date(epochMs).toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

const absent = (name: string) => `Authorization header requires '${name}' parameter.`;

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignature', message, { status: 400 });
}

function badQuery(message: string): AwsError {
  return new AwsError('AuthorizationQueryParametersError', message, { status: 400 });
}
