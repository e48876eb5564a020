/** Buckets: create, delete, find. */
import type {
  CreateBucketCommandInput,
  CreateBucketCommandOutput,
  GetBucketLocationCommandOutput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import { sdkValues } from '../core/sdk-values.ts';
import type { Call } from '../core/service.ts';
import { invalidArgument, notFound } from './errors.ts';
import type { Answer, S3State } from './state.ts';
import type { BucketRecord } from './storage/records.ts';

const BUCKET_NAME = /^(?!xn--|sthree-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Regions that the SDK's model knows; the oldest is no location constraint. */
const regions = (): readonly string[] => ['us-east-1', ...sdkValues('s3', 'BucketLocationConstraint')];
const MAX_BUCKETS_PAGE = 10_000;
/** The members that are access control lists. */
const GRANTS = ['GrantFullControl', 'GrantRead', 'GrantReadACP', 'GrantWrite', 'GrantWriteACP'] as const;

/** Canonical user id of the account that owns every bucket. */
export const OWNER_ID = '1'.padStart(64, '0');

/** What AWS gives a new bucket since April 2023. */
const BLOCK_ALL_PUBLIC_ACCESS = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** Making a bucket again that the caller owns changes nothing in us-east-1, and is refused in every other region. */
export function createBucket(
  state: S3State,
  input: CreateBucketCommandInput,
  call: Call,
): Answer<CreateBucketCommandOutput> {
  const name = input.Bucket ?? '';
  checkNewBucket(state, input, name);
  const made = { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
  if (state.buckets.has(name)) return made;
  const record: BucketRecord = {
    name,
    createdMs: call.now.getTime(),
    publicAccessBlock: BLOCK_ALL_PUBLIC_ACCESS,
    ownership: { Rules: [{ ObjectOwnership: input.ObjectOwnership ?? 'BucketOwnerEnforced' }] },
    ...(input.CreateBucketConfiguration?.Tags ? { tags: input.CreateBucketConfiguration.Tags } : {}),
    ...(input.ObjectLockEnabledForBucket
      ? { versioning: 'Enabled' as const, objectLock: { ObjectLockEnabled: 'Enabled' as const } }
      : {}),
  };
  state.buckets.put(name, record);
  return made;
}

export function deleteBucket(state: S3State, { Bucket }: { Bucket?: string }): object {
  const { name, versioning } = state.bucket(Bucket);
  if (!state.index(name).isEmpty) {
    const versions = versioning === undefined ? '' : '. You must delete all versions in the bucket.';
    throw new AwsError('BucketNotEmpty', `The bucket you tried to delete is not empty${versions}`, {
      status: 409,
      fields: { BucketName: name },
    });
  }
  for (const upload of state.uploadsOf(name)) state.removeUpload(upload.id);
  state.buckets.delete(name);
  return {};
}

export function headBucket(state: S3State, { Bucket }: { Bucket?: string }): Answer<HeadBucketCommandOutput> {
  if (!state.buckets.has(Bucket ?? '')) throw notFound();
  return {
    BucketArn: `arn:aws:s3:::${Bucket}`,
    BucketRegion: state.cloud.region,
    AccessPointAlias: false,
  };
}

export function getBucketLocation(
  state: S3State,
  { Bucket }: { Bucket?: string },
): Answer<GetBucketLocationCommandOutput> {
  state.bucket(Bucket);
  // us-east-1 is older than locations: it answers with none
  if (state.cloud.region === 'us-east-1') return {};
  return {
    LocationConstraint: state.cloud.region as NonNullable<
      GetBucketLocationCommandOutput['LocationConstraint']
    >,
  };
}

export function listBuckets(
  state: S3State,
  input: ListBucketsCommandInput,
): Answer<ListBucketsCommandOutput> {
  const region = input.BucketRegion;
  if (region !== undefined && !regions().includes(region)) {
    throw invalidArgument(`Argument value ${region} is not a valid AWS Region`, 'bucket-region', region);
  }
  const names = state.buckets
    .keys()
    .filter((name) => name.startsWith(input.Prefix ?? ''))
    .filter(() => region === undefined || region === state.cloud.region)
    .filter((name) => input.ContinuationToken === undefined || name > input.ContinuationToken)
    .sort();
  const page = names.slice(0, input.MaxBuckets ?? MAX_BUCKETS_PAGE);
  return {
    Buckets: page.map((name) => ({
      Name: name,
      CreationDate: new Date(state.bucket(name).createdMs),
      BucketRegion: state.cloud.region,
      BucketArn: `arn:aws:s3:::${name}`,
    })),
    Owner: { ID: OWNER_ID },
    ...(input.Prefix === undefined ? {} : { Prefix: input.Prefix }),
    ...(page.length < names.length ? { ContinuationToken: page.at(-1)! } : {}),
  };
}

/** Refuses a call that expects another account to own the bucket. @throws AwsError AccessDenied, InvalidBucketOwnerAWSAccountID */
export function checkExpectedOwner(state: S3State, owner: string | undefined): void {
  if (owner === undefined || owner === state.cloud.account) return;
  if (!/^\d{12}$/.test(owner)) {
    throw new AwsError(
      'InvalidBucketOwnerAWSAccountID',
      `The value of the expected bucket owner parameter must be an AWS Account ID... [${owner}]`,
    );
  }
  throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
}

function checkNewBucket(state: S3State, input: CreateBucketCommandInput, name: string): void {
  if (!BUCKET_NAME.test(name)) {
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: name },
    });
  }
  const { region } = state.cloud;
  const location: string | undefined = input.CreateBucketConfiguration?.LocationConstraint;
  if (location !== undefined && (location === 'us-east-1' || !regions().includes(location))) {
    throw new AwsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      fields: { LocationConstraint: location },
    });
  }
  if ((location ?? 'us-east-1') !== region) {
    throw new NotImplementedByLocalCloud(`s3 buckets in region ${location}; this cloud is ${region}`);
  }
  refuseMembers('s3 CreateBucket', input.CreateBucketConfiguration ?? {}, ['Bucket', 'Location']);
  const isPrivate = GRANTS.every((grant) => input[grant] === undefined);
  if (!isPrivate || (input.ACL !== undefined && input.ACL !== 'private')) {
    throw new AwsError(
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  }
  const ownership = input.ObjectOwnership ?? 'BucketOwnerEnforced';
  if (!['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'].includes(ownership)) {
    throw invalidArgument(
      `Invalid x-amz-object-ownership header: ${ownership}`,
      'x-amz-object-ownership',
      ownership,
    );
  }
  if (state.buckets.has(name) && region !== 'us-east-1') {
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { status: 409, fields: { BucketName: name } },
    );
  }
}
