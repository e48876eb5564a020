/** KMS operations on keys themselves: making, describing, switching, policies, rotation, tags. */
import type {
  CreateKeyCommandInput,
  EnableKeyRotationCommandInput,
  ListKeysCommandInput,
  ListResourceTagsCommandInput,
  PutKeyPolicyCommandInput,
  ScheduleKeyDeletionCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateKeyDescriptionCommandInput,
} from '@aws-sdk/client-kms';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Operation } from '../core/service.ts';
import { parsePolicy } from '../iam/policy-document.ts';
import { defaultKeyPolicy, type KeyRecord, keyMetadata, newKey } from './key.ts';
import type { KeyStore } from './key-store.ts';

interface ByKey {
  readonly KeyId: string;
}

const DAY_MS = 86_400_000;
const DEFAULT_ROTATION_DAYS = 365;

/** The operations over stored keys. */
export function keyOperations(cloud: Cloud, store: KeyStore): Record<string, Operation> {
  const change = (reference: string, changes: Partial<KeyRecord>): KeyRecord => {
    const key = { ...store.find(reference), ...changes };
    store.keys.put(key.keyId, key);
    return key;
  };
  const live = (reference: string): KeyRecord => {
    const key = store.find(reference);
    if (key.state === 'PendingDeletion') {
      throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
    }
    return key;
  };

  return {
    CreateKey(input: CreateKeyCommandInput, call) {
      refuseUnsupported(input);
      if (input.Policy !== undefined) checkPolicy(input.Policy);
      const options = { policy: input.Policy ?? defaultKeyPolicy(cloud.account) };
      const made = newKey(
        { region: cloud.region, account: cloud.account, now: call.now },
        input.Description === undefined ? options : { ...options, description: input.Description },
      );
      const key = { ...made, tags: tagRecord(input.Tags ?? []) };
      store.keys.put(key.keyId, key);
      return { KeyMetadata: keyMetadata(key) };
    },
    DescribeKey: (input: ByKey) => ({ KeyMetadata: keyMetadata(store.find(input.KeyId)) }),
    ListKeys(input: ListKeysCommandInput) {
      const page = pageOf(store.keys.values(), {
        token: input.Marker,
        size: input.Limit ?? 100,
        invalidTokenCode: 'InvalidMarkerException',
      });
      return {
        Keys: page.items.map((key) => ({ KeyId: key.keyId, KeyArn: key.arn })),
        NextMarker: page.nextToken,
        Truncated: page.nextToken !== undefined,
      };
    },
    EnableKey: (input: ByKey) => void change(live(input.KeyId).keyId, { state: 'Enabled' }),
    DisableKey: (input: ByKey) => void change(live(input.KeyId).keyId, { state: 'Disabled' }),
    UpdateKeyDescription: (input: UpdateKeyDescriptionCommandInput) =>
      void change(live(input.KeyId!).keyId, { description: input.Description! }),
    ScheduleKeyDeletion(input: ScheduleKeyDeletionCommandInput, call) {
      const days = input.PendingWindowInDays ?? 30;
      if (days < 7 || days > 30) {
        throw new AwsError(
          'ValidationException',
          `PendingWindowInDays must be between 7 and 30, got ${days}`,
        );
      }
      const deletionDate = new Date(call.now.getTime() + days * DAY_MS);
      const key = change(live(input.KeyId!).keyId, { state: 'PendingDeletion', deletionDate });
      return { KeyId: key.arn, DeletionDate: deletionDate, KeyState: key.state, PendingWindowInDays: days };
    },
    CancelKeyDeletion(input: ByKey) {
      const { deletionDate: _date, ...key } = store.find(input.KeyId);
      if (key.state !== 'PendingDeletion') {
        throw new AwsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
      }
      store.keys.put(key.keyId, { ...key, state: 'Disabled' });
      return { KeyId: key.arn };
    },
    GetKeyPolicy: (input: ByKey) => ({ Policy: store.find(input.KeyId).policy, PolicyName: 'default' }),
    ListKeyPolicies: (input: ByKey) => {
      store.find(input.KeyId);
      return { PolicyNames: ['default'], Truncated: false };
    },
    PutKeyPolicy(input: PutKeyPolicyCommandInput) {
      checkPolicy(input.Policy!);
      change(live(input.KeyId!).keyId, { policy: input.Policy! });
    },
    EnableKeyRotation: (input: EnableKeyRotationCommandInput) =>
      void change(live(input.KeyId!).keyId, {
        rotationDays: input.RotationPeriodInDays ?? DEFAULT_ROTATION_DAYS,
      }),
    DisableKeyRotation(input: ByKey) {
      const { rotationDays: _days, ...key } = live(input.KeyId);
      store.keys.put(key.keyId, key);
    },
    GetKeyRotationStatus(input: ByKey) {
      const key = store.find(input.KeyId);
      return {
        KeyId: key.arn,
        KeyRotationEnabled: key.rotationDays !== undefined,
        ...(key.rotationDays === undefined ? {} : { RotationPeriodInDays: key.rotationDays }),
      };
    },
    TagResource(input: TagResourceCommandInput) {
      const key = live(input.KeyId!);
      change(key.keyId, { tags: { ...key.tags, ...tagRecord(input.Tags!) } });
    },
    UntagResource(input: UntagResourceCommandInput) {
      const key = live(input.KeyId!);
      const kept = Object.entries(key.tags).filter(([name]) => !input.TagKeys!.includes(name));
      change(key.keyId, { tags: Object.fromEntries(kept) });
    },
    ListResourceTags(input: ListResourceTagsCommandInput) {
      const { tags } = store.find(input.KeyId!);
      return {
        Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
        Truncated: false,
      };
    },
  };
}

function refuseUnsupported(input: CreateKeyCommandInput): void {
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  if (spec !== 'SYMMETRIC_DEFAULT') throw new NotImplementedByLocalCloud(`KMS keys of spec ${spec}`);
  if ((input.KeyUsage ?? 'ENCRYPT_DECRYPT') !== 'ENCRYPT_DECRYPT') {
    throw new NotImplementedByLocalCloud(`KMS keys for ${input.KeyUsage}`);
  }
  if ((input.Origin ?? 'AWS_KMS') !== 'AWS_KMS')
    throw new NotImplementedByLocalCloud(`KMS keys from ${input.Origin}`);
  if (input.MultiRegion) throw new NotImplementedByLocalCloud('KMS multi-Region keys');
}

function checkPolicy(policy: string): void {
  try {
    parsePolicy(policy);
  } catch (error) {
    throw new AwsError('MalformedPolicyDocumentException', (error as Error).message);
  }
}

function tagRecord(tags: readonly { TagKey?: string | undefined; TagValue?: string | undefined }[]) {
  return Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey!, TagValue!]));
}
