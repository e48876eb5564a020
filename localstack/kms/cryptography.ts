/** KMS operations that encrypt and decrypt. */
import { randomBytes } from 'node:crypto';
import type {
  DecryptCommandInput,
  EncryptCommandInput,
  GenerateDataKeyCommandInput,
  GenerateDataKeyWithoutPlaintextCommandInput,
  ReEncryptCommandInput,
} from '@aws-sdk/client-kms';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Operation } from '../core/service.ts';
import { open, seal, sealedUnder } from './envelope.ts';
import type { KeyRecord } from './key.ts';
import type { KeyStore } from './key-store.ts';

const LARGEST_PLAINTEXT_BYTES = 4096;
const ALGORITHM = 'SYMMETRIC_DEFAULT';

/** The operations over stored keys. */
export function cryptography(store: KeyStore): Record<string, Operation> {
  function dataKey(input: GenerateDataKeyCommandInput | GenerateDataKeyWithoutPlaintextCommandInput) {
    refuseMembers('kms GenerateDataKey', input, ['DryRun', 'Recipient']);
    if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined)) {
      throw new AwsError('ValidationException', 'Please specify either number of bytes or key spec.');
    }
    const key = store.usable(input.KeyId!);
    const plaintext = randomBytes(input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32));
    return {
      KeyId: key.arn,
      Plaintext: new Uint8Array(plaintext),
      CiphertextBlob: seal(key, plaintext, input.EncryptionContext),
    };
  }

  function decrypt(blob: Uint8Array, context: Record<string, string> | undefined, reference?: string) {
    const key = store.usable(sealedUnder(blob));
    if (reference !== undefined && store.find(reference).keyId !== key.keyId) {
      throw new AwsError(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    return { key, plaintext: open(key, blob, context) };
  }

  return {
    Encrypt(input: EncryptCommandInput) {
      refuseMembers('kms Encrypt', input, ['DryRun']);
      requireSymmetric(input.EncryptionAlgorithm);
      if (input.Plaintext!.length === 0 || input.Plaintext!.length > LARGEST_PLAINTEXT_BYTES) {
        throw new AwsError(
          'ValidationException',
          "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: " +
            `Member must have length between 1 and ${LARGEST_PLAINTEXT_BYTES}`,
        );
      }
      const key: KeyRecord = store.usable(input.KeyId!);
      const CiphertextBlob = seal(key, input.Plaintext!, input.EncryptionContext);
      return { KeyId: key.arn, CiphertextBlob, EncryptionAlgorithm: ALGORITHM };
    },
    Decrypt(input: DecryptCommandInput) {
      refuseMembers('kms Decrypt', input, ['DryRun', 'DryRunModifiers', 'Recipient']);
      requireSymmetric(input.EncryptionAlgorithm);
      const { key, plaintext } = decrypt(input.CiphertextBlob!, input.EncryptionContext, input.KeyId);
      return { KeyId: key.arn, Plaintext: plaintext, EncryptionAlgorithm: ALGORITHM };
    },
    ReEncrypt(input: ReEncryptCommandInput) {
      refuseMembers('kms ReEncrypt', input, ['DryRun', 'DryRunModifiers']);
      requireSymmetric(input.SourceEncryptionAlgorithm);
      requireSymmetric(input.DestinationEncryptionAlgorithm);
      const source = decrypt(input.CiphertextBlob!, input.SourceEncryptionContext, input.SourceKeyId);
      const key = store.usable(input.DestinationKeyId!);
      return {
        CiphertextBlob: seal(key, source.plaintext, input.DestinationEncryptionContext),
        SourceKeyId: source.key.arn,
        KeyId: key.arn,
        SourceEncryptionAlgorithm: ALGORITHM,
        DestinationEncryptionAlgorithm: ALGORITHM,
      };
    },
    GenerateDataKey: dataKey,
    GenerateDataKeyWithoutPlaintext(input: GenerateDataKeyWithoutPlaintextCommandInput) {
      const { Plaintext: _plaintext, ...output } = dataKey(input);
      return output;
    },
  };
}

function requireSymmetric(algorithm: string | undefined): void {
  if ((algorithm ?? ALGORITHM) !== ALGORITHM)
    throw new NotImplementedByLocalCloud(`KMS algorithm ${algorithm}`);
}
