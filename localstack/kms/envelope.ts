/** Ciphertext blobs: AES-256-GCM under a key, with the key's id inside and the encryption context as extra data. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from '../core/errors.ts';

export type EncryptionContext = Readonly<Record<string, string>>;

const VERSION = 1;
const KEY_ID_BYTES = 36;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

/** Encrypts; the blob is 65 bytes longer than the plain text. */
export function seal(
  key: { readonly keyId: string; readonly material: string },
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), iv);
  cipher.setAAD(contextBytes(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const blob = Buffer.concat([Buffer.from([VERSION]), Buffer.from(key.keyId), iv, cipher.getAuthTag(), body]);
  return new Uint8Array(blob);
}

/** The id of the key that a blob was made with. @throws AwsError InvalidCiphertextException */
export function sealedUnder(blob: Uint8Array): string {
  if (blob.length < HEADER_BYTES || blob[0] !== VERSION) throw invalidCiphertext();
  return Buffer.from(blob.subarray(1, 1 + KEY_ID_BYTES)).toString('latin1');
}

/** Decrypts what `seal` made. @throws AwsError InvalidCiphertextException when blob or context were changed */
export function open(
  key: { readonly material: string },
  blob: Uint8Array,
  context: EncryptionContext | undefined,
): Uint8Array {
  const ivStart = 1 + KEY_ID_BYTES;
  const tagStart = ivStart + IV_BYTES;
  const iv = blob.subarray(ivStart, tagStart);
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), iv);
  decipher.setAAD(contextBytes(context));
  decipher.setAuthTag(blob.subarray(tagStart, HEADER_BYTES));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(blob.subarray(HEADER_BYTES)), decipher.final()]));
  } catch {
    throw invalidCiphertext();
  }
}

/** The order in which a context's entries were given does not matter. */
function contextBytes(context: EncryptionContext = {}): Buffer {
  return Buffer.from(
    JSON.stringify(Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1))),
  );
}

function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', '');
}
