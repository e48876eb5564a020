/** Verifies that a request was signed with the key that it names, lately, and as it arrived. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { AwsError } from '../../core/errors.ts';
import type { HttpRequest } from '../http-request.ts';
import { canonicalRequest, stringToSign } from './canonical-request.ts';
import { oldSignature, oldStringToSign } from './old-signature.ts';
import { checkedPayload, signedChunks } from './payload.ts';
import {
  type AnySignature,
  epochMsOf,
  type OldPresignedSignature,
  type RequestSignature,
} from './read-signature.ts';
import {
  earlyUrl,
  expiredToken,
  expiredUrl,
  type RefusedService,
  skewedTime,
  skewLimitMs,
  unknownKey,
  wrongSignature,
  wrongToken,
} from './refusals.ts';
import { isSameSignature, signingKey, signText } from './signing-key.ts';

/** What an access key stands for. */
export interface KeyOwner {
  readonly secretAccessKey: string;
  /** Tokens that go with the key; `undefined` among them when it is used without one. */
  readonly sessionTokens: readonly (string | undefined)[];
  /** End of the session, epoch milliseconds on the cloud's clock. */
  readonly expiresAt?: number;
}

/** What it takes to judge signatures. */
export interface Verifier {
  readonly clock: Clock;
  /** The key's secret; undefined for one that nobody owns or that is inactive. */
  readonly keyOwner: (accessKeyId: string) => KeyOwner | undefined;
}

/**
 * Checks key, token, time and signature, and arranges for the body to be checked as it is read.
 * @throws AwsError as the service refuses
 */
export async function verifySignature(
  { clock, keyOwner }: Verifier,
  request: HttpRequest,
  signature: AnySignature,
  service: RefusedService,
): Promise<void> {
  const { accessKeyId, sessionToken } = signature;
  const owner = keyOwner(accessKeyId);
  if (!owner) throw unknownKey(service, accessKeyId);
  if (!owner.sessionTokens.includes(sessionToken)) throw wrongToken(service, accessKeyId, sessionToken ?? '');
  if (owner.expiresAt !== undefined && owner.expiresAt <= clock.now())
    throw expiredToken(service, sessionToken ?? '');
  if (signature.version === 2) return verifyOld(clock, request, signature, service, owner.secretAccessKey);
  checkTime(clock, signature, service);
  const payloadHash = await signedPayloadHash(request, signature);
  const canonical = canonicalRequest(request, signature, payloadHash);
  const text = stringToSign(signature, canonical);
  const key = signingKey(owner.secretAccessKey, signature);
  if (!isSameSignature(signText(key, text), signature.signature)) {
    throw wrongSignature(service, {
      accessKeyId,
      signature: signature.signature,
      stringToSign: text,
      canonicalRequest: canonical,
    });
  }
  if (signature.service === 's3') checkBodyOf(request, signature, service, key, payloadHash);
}

/** S3 takes the hash from the header, for the body may be large; the others hash what they got. */
async function signedPayloadHash(request: HttpRequest, signature: RequestSignature): Promise<string> {
  if (signature.service !== 's3')
    return createHash('sha256')
      .update(await request.sentBody())
      .digest('hex');
  return (
    request.header('x-amz-content-sha256') ??
    request.query.get('X-Amz-Content-Sha256') ??
    (signature.isPresigned ? 'UNSIGNED-PAYLOAD' : '')
  );
}

function checkBodyOf(
  request: HttpRequest,
  signature: RequestSignature,
  service: RefusedService,
  key: Buffer,
  payloadHash: string,
): void {
  if (payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')) {
    const refuse = (given: string, stringToSign: string): AwsError =>
      wrongSignature(service, { accessKeyId: signature.accessKeyId, signature: given, stringToSign });
    request.checkChunks(signedChunks(signature, key, refuse));
  } else if (/^[0-9a-f]{64}$/.test(payloadHash)) {
    request.checkBody(() => checkedPayload(payloadHash));
  }
}

/**
 * A client lives on the machine's clock or, as a function does, on the cloud's, which is never behind it: a signature
 * is timely when it is so on either, or in between for a process that was started before the clock stepped on.
 */
function checkTime(clock: Clock, signature: RequestSignature, service: RefusedService): void {
  const { signedAt, isPresigned, expiresSeconds } = signature;
  const signedMs = epochMsOf(signedAt);
  const limitMs = skewLimitMs(service);
  const latestMs = Math.max(Date.now(), clock.now()) + limitMs;
  if (Number.isNaN(signedMs)) throw skewedTime(service, signedAt, clock.now());
  if (isPresigned && expiresSeconds !== undefined) {
    if (signedMs > latestMs) throw earlyUrl();
    const nowMs = signersNow(clock, signedMs);
    const endMs = signedMs + expiresSeconds * 1000;
    if (endMs < nowMs) throw expiredUrl(endMs, nowMs, expiresSeconds);
    return;
  }
  const earliestMs = Math.min(Date.now(), clock.now()) - limitMs;
  if (signedMs < earliestMs) throw skewedTime(service, signedAt, earliestMs + limitMs);
  if (signedMs > latestMs) throw skewedTime(service, signedAt, latestMs - limitMs);
}

/**
 * Now, by the clock that a presigned URL was made on: the machine's only if it was made when the cloud's was already
 * ahead of it.
 */
function signersNow(clock: Clock, signedMs: number): number {
  // signatures tell whole seconds
  const { aheadSince = Number.POSITIVE_INFINITY } = clock;
  const isOnMachineClock = signedMs > aheadSince - 1000 && signedMs <= Date.now();
  return isOnMachineClock ? Date.now() : clock.now();
}

function verifyOld(
  clock: Clock,
  request: HttpRequest,
  signature: OldPresignedSignature,
  service: RefusedService,
  secret: string,
): void {
  const endMs = signature.expires * 1000;
  // the query does not say when it was made: either clock may be the one that it was made on
  const nowMs = clock.aheadSince === undefined ? clock.now() : Date.now();
  if (endMs < nowMs) throw expiredUrl(endMs, nowMs);
  const text = oldStringToSign(request, signature);
  if (isSameSignature(oldSignature(secret, text), signature.signature)) return;
  const { accessKeyId } = signature;
  throw wrongSignature(service, { accessKeyId, signature: signature.signature, stringToSign: text });
}
