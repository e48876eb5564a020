/**
 * Operations whose permissions are not called as they are. The rest needs the action of its own name.
 * S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html ; the others: the page
 * "Actions, resources, and condition keys" of each service in https://docs.aws.amazon.com/service-authorization/latest/reference/
 */

/** What an operation needs and may need further, as names of actions of its own service. */
export interface OperationActions {
  /** At least one of these. */
  readonly needs: readonly string[];
  /** By what it is given: versions, tags, locks, or whether a missing object may be told from a forbidden one. */
  readonly mayNeed?: readonly string[];
}

const WRITES_OBJECT: OperationActions = {
  needs: ['PutObject'],
  mayNeed: [
    'PutObjectTagging',
    'PutObjectRetention',
    'PutObjectLegalHold',
    'BypassGovernanceRetention',
    'ListBucket',
  ],
};
const COPIES_OBJECT: OperationActions = {
  needs: ['PutObject'],
  mayNeed: [
    ...WRITES_OBJECT.mayNeed!,
    'GetObject',
    'GetObjectVersion',
    'GetObjectTagging',
    'GetObjectVersionTagging',
  ],
};
const READS_OBJECT: OperationActions = { needs: ['GetObject', 'GetObjectVersion'], mayNeed: ['ListBucket'] };
const only = (...needs: string[]): OperationActions => ({ needs });

const S3: Readonly<Record<string, OperationActions>> = {
  PutObject: WRITES_OBJECT,
  CreateMultipartUpload: WRITES_OBJECT,
  UploadPart: WRITES_OBJECT,
  CompleteMultipartUpload: WRITES_OBJECT,
  CopyObject: COPIES_OBJECT,
  UploadPartCopy: COPIES_OBJECT,
  GetObject: READS_OBJECT,
  HeadObject: READS_OBJECT,
  GetObjectAttributes: {
    needs: ['GetObject', 'GetObjectVersion'],
    mayNeed: ['GetObjectAttributes', 'GetObjectVersionAttributes', 'ListBucket'],
  },
  DeleteObject: { needs: ['DeleteObject', 'DeleteObjectVersion'], mayNeed: ['BypassGovernanceRetention'] },
  DeleteObjects: { needs: ['DeleteObject', 'DeleteObjectVersion'], mayNeed: ['BypassGovernanceRetention'] },
  GetObjectTagging: { needs: ['GetObjectTagging', 'GetObjectVersionTagging'], mayNeed: ['ListBucket'] },
  PutObjectTagging: { needs: ['PutObjectTagging', 'PutObjectVersionTagging'], mayNeed: ['ListBucket'] },
  DeleteObjectTagging: {
    needs: ['DeleteObjectTagging', 'DeleteObjectVersionTagging'],
    mayNeed: ['ListBucket'],
  },
  PutObjectRetention: { needs: ['PutObjectRetention'], mayNeed: ['BypassGovernanceRetention'] },
  CreateBucket: {
    needs: ['CreateBucket'],
    mayNeed: ['PutBucketObjectLockConfiguration', 'PutBucketVersioning', 'PutBucketOwnershipControls'],
  },
  HeadBucket: only('ListBucket'),
  ListBuckets: only('ListAllMyBuckets'),
  ListObjects: only('ListBucket'),
  ListObjectsV2: only('ListBucket'),
  ListObjectVersions: only('ListBucketVersions'),
  ListMultipartUploads: only('ListBucketMultipartUploads'),
  ListParts: only('ListMultipartUploadParts'),
  GetBucketEncryption: only('GetEncryptionConfiguration'),
  PutBucketEncryption: only('PutEncryptionConfiguration'),
  DeleteBucketEncryption: only('PutEncryptionConfiguration'),
  GetBucketLifecycleConfiguration: only('GetLifecycleConfiguration'),
  PutBucketLifecycleConfiguration: only('PutLifecycleConfiguration'),
  DeleteBucketLifecycle: only('PutLifecycleConfiguration'),
  GetBucketNotificationConfiguration: only('GetBucketNotification'),
  PutBucketNotificationConfiguration: only('PutBucketNotification'),
  GetObjectLockConfiguration: only('GetBucketObjectLockConfiguration'),
  PutObjectLockConfiguration: only('PutBucketObjectLockConfiguration'),
  GetPublicAccessBlock: only('GetBucketPublicAccessBlock'),
  PutPublicAccessBlock: only('PutBucketPublicAccessBlock'),
  DeletePublicAccessBlock: only('PutBucketPublicAccessBlock'),
  DeleteBucketOwnershipControls: only('PutBucketOwnershipControls'),
  DeleteBucketTagging: only('PutBucketTagging'),
  GetBucketCors: only('GetBucketCORS'),
  PutBucketCors: only('PutBucketCORS'),
  DeleteBucketCors: only('PutBucketCORS'),
};

const TABLE: Readonly<Record<string, Readonly<Record<string, OperationActions>>>> = {
  s3: S3,
  dynamodb: {
    TransactGetItems: only('GetItem'),
    TransactWriteItems: only('PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'),
  },
  sqs: {
    SendMessageBatch: only('SendMessage'),
    DeleteMessageBatch: only('DeleteMessage'),
    ChangeMessageVisibilityBatch: only('ChangeMessageVisibility'),
    StartMessageMoveTask: {
      needs: ['StartMessageMoveTask'],
      mayNeed: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'SendMessage'],
    },
  },
  sns: { PublishBatch: only('Publish') },
  lambda: {
    Invoke: only('InvokeFunction'),
    CreateFunction: { needs: ['CreateFunction'], mayNeed: ['GetLayerVersion'] },
    UpdateFunctionConfiguration: { needs: ['UpdateFunctionConfiguration'], mayNeed: ['GetLayerVersion'] },
  },
  cloudformation: { DescribeStacks: { needs: ['DescribeStacks'], mayNeed: ['ListStacks'] } },
  scheduler: { DeleteScheduleGroup: { needs: ['DeleteScheduleGroup'], mayNeed: ['DeleteSchedule'] } },
  kms: { ReEncrypt: only('ReEncryptFrom', 'ReEncryptTo') },
  states: { ListMapRuns: only('ListMapRuns'), StartSyncExecution: only('StartSyncExecution') },
  sts: { AssumeRole: { needs: ['AssumeRole'], mayNeed: ['TagSession'] } },
  sagemaker: { InvokeEndpointAsync: only('InvokeEndpointAsync') },
};

/** Tags given to what is created need a permission of their own. */
const TAGGING = ['TagResource', 'AddTags', 'AddTagsToResource', 'TagQueue'];
/** Prefixes of actions that are not the signing name. */
const PREFIXES: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  cloudcontrolapi: 'cloudformation',
};

/** What is wrong with the actions that one call asked for in its own service; empty when nothing is. */
export function actionFaults(service: string, operation: string, asked: readonly string[]): string[] {
  const prefix = PREFIXES[service] ?? service;
  const own = asked
    .filter((action) => action.startsWith(`${prefix}:`))
    .map((action) => action.slice(prefix.length + 1));
  const { needs, mayNeed = [] } = TABLE[service]?.[operation] ?? only(operation);
  const allowed = [...needs, ...mayNeed, ...TAGGING];
  return [
    ...own
      .filter((action) => !allowed.includes(action))
      .map((action) => `${service} ${operation} does not need ${prefix}:${action}`),
    ...(own.some((action) => needs.includes(action))
      ? []
      : [`${service} ${operation} asked for ${asked.join(', ')} and not for ${needs.join(' or ')}`]),
  ];
}
