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
import { refuseMembers } from '../core/refuse-members.ts';
import type { Call, Operation } from '../core/service.ts';
import { evaluate } from '../iam/evaluate.ts';
import { parsePolicy } from '../iam/policy-document.ts';
import { defaultKeyPolicy, type KeyRecord, keyMetadata, newKey } from './key.ts';
import type { KeyStore } from './key-store.ts';

interface ByKey {
  readonly KeyId: string;
}

const DAY_MS = 86_400_000;
const DEFAULT_ROTATION_DAYS = 365;
const SHORTEST_ROTATION_DAYS = 90;
const LONGEST_ROTATION_DAYS = 2560;

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
      if (input.Policy !== undefined) checkPolicy(input.Policy, input, call);
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
    GetKeyPolicy(input: ByKey & { readonly PolicyName?: string }) {
      const { policy } = store.find(input.KeyId);
      if ((input.PolicyName ?? 'default') !== 'default')
        throw new AwsError('NotFoundException', 'No such policy exists');
      return { Policy: policy, PolicyName: 'default' };
    },
    PutKeyPolicy(input: PutKeyPolicyCommandInput, call) {
      if ((input.PolicyName ?? 'default') !== 'default')
        throw new AwsError('NotFoundException', 'No such policy exists');
      checkPolicy(input.Policy!, input, call);
      change(live(input.KeyId!).keyId, { policy: input.Policy! });
    },
    EnableKeyRotation(input: EnableKeyRotationCommandInput, call) {
      const rotationDays = input.RotationPeriodInDays ?? DEFAULT_ROTATION_DAYS;
      if (rotationDays < SHORTEST_ROTATION_DAYS || rotationDays > LONGEST_ROTATION_DAYS) {
        const isShort = rotationDays < SHORTEST_ROTATION_DAYS;
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value '${rotationDays}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value ${isShort ? `greater than or equal to ${SHORTEST_ROTATION_DAYS}` : `less than or equal to ${LONGEST_ROTATION_DAYS}`}`,
        );
      }
      const key = live(input.KeyId!);
      change(key.keyId, { rotationDays, rotatedSince: key.rotatedSince ?? call.now });
    },
    DisableKeyRotation(input: ByKey) {
      const { rotationDays: _days, rotatedSince: _since, ...key } = live(input.KeyId);
      store.keys.put(key.keyId, key);
    },
    GetKeyRotationStatus(input: ByKey, call) {
      const { arn, rotationDays, rotatedSince } = store.find(input.KeyId);
      if (rotationDays === undefined || !rotatedSince) return { KeyId: arn, KeyRotationEnabled: false };
      const periodMs = rotationDays * DAY_MS;
      const passed = Math.floor((call.now.getTime() - rotatedSince.getTime()) / periodMs);
      return {
        KeyId: arn,
        KeyRotationEnabled: true,
        RotationPeriodInDays: rotationDays,
        NextRotationDate: new Date(rotatedSince.getTime() + (passed + 1) * periodMs),
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
      const tags = Object.entries(store.find(input.KeyId!).tags);
      const page = pageOf(tags, {
        token: input.Marker,
        size: input.Limit ?? 50,
        invalidTokenCode: 'InvalidMarkerException',
      });
      return {
        Tags: page.items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
        NextMarker: page.nextToken,
        Truncated: page.nextToken !== undefined,
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
  refuseMembers('kms CreateKey', input, ['MultiRegion', 'CustomKeyStoreId', 'XksKeyId']);
}

/** @throws AwsError MalformedPolicyDocumentException, also for a policy that would lock its author out */
function checkPolicy(
  policy: string,
  { BypassPolicyLockoutSafetyCheck }: { readonly BypassPolicyLockoutSafetyCheck?: boolean | undefined },
  { principal }: Call,
): void {
  try {
    parsePolicy(policy);
  } catch (error) {
    throw new AwsError('MalformedPolicyDocumentException', (error as Error).message);
  }
  if (BypassPolicyLockoutSafetyCheck) return;
  const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const { isAllowed } = evaluate({
    principal,
    action: 'kms:PutKeyPolicy',
    resource: '*',
    context: new Map(),
    // whether the key's policy lets its author change it, whatever the author may do otherwise
    identityPolicies: [{ name: 'everything', document: JSON.stringify(everything) }],
    resourcePolicy: { name: 'key', document: policy },
    isResourcePolicyDecisive: true,
  });
  if (isAllowed) return;
  throw new AwsError(
    'MalformedPolicyDocumentException',
    'The new key policy will not allow you to update the key policy in the future.',
  );
}

/** @throws AwsError TagException */
function tagRecord(tags: readonly { TagKey?: string | undefined; TagValue?: string | undefined }[]) {
  const keys = tags.map(({ TagKey }) => TagKey ?? '');
  if (new Set(keys).size < keys.length) throw new AwsError('TagException', 'Duplicate tag keys');
  if (keys.some((key) => /^aws:/i.test(key)))
    throw new AwsError('TagException', 'Tags beginning with aws: are reserved');
  return Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey!, TagValue!]));
}
