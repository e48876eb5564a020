/** What the capabilities of a platform stack share, and the grants that more than one of them gives. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { ENV } from '../../lambdas/shared/contract.ts';
import type { StageConfig } from '../config/schema.ts';
import type { FunctionEnvironment, PlatformFunction } from './platform-function.ts';

export interface PlatformContext extends FunctionEnvironment {
  readonly stage: StageConfig;
  readonly key: Key;
  readonly bus: EventBus;
  readonly catalog: Table;
  readonly topic: Topic;
  /** Where rules put events that their target never took. */
  readonly undeliveredEvents: Queue;
}

/** `get` and `query` read items by key and by prefix of their keys; `put` writes them; `delete` is for teardown. */
export type CatalogAccess = 'get' | 'query' | 'put' | 'delete';

const CATALOG_ACTIONS: Readonly<Record<CatalogAccess, string>> = {
  get: 'dynamodb:GetItem',
  query: 'dynamodb:Query',
  put: 'dynamodb:PutItem',
  delete: 'dynamodb:DeleteItem',
};

/** Lets a function use the catalog in these ways. */
export function bindCatalog(
  fn: PlatformFunction,
  context: PlatformContext,
  ...access: CatalogAccess[]
): void {
  fn.bind(ENV.catalogTable, context.catalog.tableName, {
    sid: 'UseTheCatalog',
    actions: access.map((way) => CATALOG_ACTIONS[way]),
    resources: [context.catalog.tableArn],
  });
}

/** Lets a function put domain events. */
export function bindBus(fn: PlatformFunction, context: PlatformContext): void {
  fn.bind(ENV.eventBus, context.bus.eventBusName, {
    sid: 'PutDomainEvents',
    actions: ['events:PutEvents'],
    resources: [context.bus.eventBusArn],
  });
}

export interface DataAccess {
  /** Key patterns below the data buckets, for example `datasets/*`. */
  readonly read?: readonly string[];
  /** Versions of objects that are named by their id. */
  readonly readVersions?: readonly string[];
  readonly write?: readonly string[];
  readonly delete?: readonly string[];
  /** Prefixes that may be listed. */
  readonly list?: readonly string[];
  readonly listVersions?: readonly string[];
  /** Versions of objects that may be given tags, for the bucket's lifecycle rules. */
  readonly tagVersions?: readonly string[];
}

/** Lets a function use parts of the projects' data buckets, and the key that they are encrypted with. */
export function allowData(fn: PlatformFunction, context: PlatformContext, access: DataAccess): void {
  const { names } = context;
  const because =
    'Handlers are deployed once for all projects of the stage, whose buckets are made later; keys are content-addressed.';
  const keys = (patterns: readonly string[]) => patterns.map((pattern) => names.dataBucketArn(pattern));
  if (access.read) {
    fn.allow({ sid: 'ReadData', actions: ['s3:GetObject'], resources: keys(access.read), because });
  }
  if (access.readVersions) {
    const resources = keys(access.readVersions);
    fn.allow({ sid: 'ReadVersions', actions: ['s3:GetObjectVersion'], resources, because });
  }
  if (access.write) {
    fn.allow({ sid: 'WriteData', actions: ['s3:PutObject'], resources: keys(access.write), because });
  }
  if (access.delete) {
    fn.allow({ sid: 'DeleteData', actions: ['s3:DeleteObject'], resources: keys(access.delete), because });
  }
  if (access.list) {
    fn.allow({
      sid: 'ListData',
      actions: ['s3:ListBucket'],
      resources: [names.dataBucketArn()],
      conditions: { StringLike: { 's3:prefix': [...access.list] } },
      because,
    });
  }
  if (access.listVersions) {
    fn.allow({
      sid: 'ListVersions',
      actions: ['s3:ListBucketVersions'],
      resources: [names.dataBucketArn()],
      conditions: { StringLike: { 's3:prefix': [...access.listVersions] } },
      because,
    });
  }
  if (access.tagVersions) {
    const resources = keys(access.tagVersions);
    fn.allow({ sid: 'TagVersions', actions: ['s3:PutObjectVersionTagging'], resources, because });
  }
  if (access.read || access.readVersions) fn.allowKey('kms:Decrypt');
  if (access.write) fn.allowKey('kms:GenerateDataKey');
}
