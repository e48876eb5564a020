/** What is kept of buckets, objects and uploads. */
import type {
  LifecycleRule,
  LoggingEnabled,
  ObjectLockConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  Tag,
} from '@aws-sdk/client-s3';
import type { Segment } from './blob-store.ts';
import type { Checksum, ChecksumAlgorithm } from './digests.ts';

export interface BucketRecord {
  readonly name: string;
  readonly createdMs: number;
  /** Absent: never versioned. */
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly encryption?: ServerSideEncryptionConfiguration;
  readonly publicAccessBlock?: PublicAccessBlockConfiguration;
  readonly ownership?: OwnershipControls;
  /** Policy document, JSON. */
  readonly policy?: string;
  readonly lifecycle?: readonly LifecycleRule[];
  readonly tags?: readonly Tag[];
  /** Whether events go to EventBridge. */
  readonly eventBridge?: boolean;
  readonly objectLock?: ObjectLockConfiguration;
  readonly logging?: LoggingEnabled;
}

/** How an object is encrypted; nothing is, but who may read it follows from this. */
export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  readonly keyArn?: string;
  readonly bucketKey?: boolean;
}

/** System metadata that is stored and given back as it came. */
export interface ContentHeaders {
  readonly ContentType?: string;
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly Expires?: Date;
  readonly WebsiteRedirectLocation?: string;
}

export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly untilMs: number;
}

/** What is fixed when an upload starts, be it in one request or in parts. */
export interface ObjectProperties {
  readonly headers: ContentHeaders;
  /** User metadata without the `x-amz-meta-` prefix. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly encryption: Encryption;
  readonly retention?: Retention;
  readonly legalHold?: boolean;
}

/** What the bytes are. */
export interface ObjectContent {
  readonly size: number;
  readonly segments: readonly Segment[];
  /** Without quotes. */
  readonly etag: string;
  readonly checksum?: Checksum;
  /** Parts of a multipart upload, in order. */
  readonly parts?: readonly { readonly size: number; readonly checksum?: string }[];
}

interface VersionIdentity {
  readonly key: string;
  /** `null` for a version made while versioning was not enabled. */
  readonly id: string;
  /** Increases with every change in the bucket; newest first is highest first. */
  readonly sequence: number;
  readonly modifiedMs: number;
}

export interface ObjectVersion extends VersionIdentity, ObjectProperties, ObjectContent {
  readonly deleteMarker?: undefined;
}

export interface DeleteMarker extends VersionIdentity {
  readonly deleteMarker: true;
}

export type VersionRecord = ObjectVersion | DeleteMarker;

export interface UploadRecord {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly initiatorArn: string;
  readonly properties: ObjectProperties;
  /** What the client asked for; CRC64NVME over the full object when it asked for nothing. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };
}

export interface PartRecord {
  readonly uploadId: string;
  readonly number: number;
  readonly size: number;
  readonly segments: readonly Segment[];
  /** MD5 of the part in hex. */
  readonly etag: string;
  readonly checksum: Checksum;
  readonly modifiedMs: number;
}
