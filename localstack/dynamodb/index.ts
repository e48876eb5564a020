/** Amazon DynamoDB over `dynalite`. */
import { join } from 'node:path';
import type {
  DescribeContinuousBackupsCommandInput,
  DescribeTimeToLiveCommandInput,
  ListTagsOfResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateContinuousBackupsCommandInput,
  UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Operation, Service } from '../core/service.ts';
import { createEngine } from './engine.ts';
import { accessRequests, tableNameOf } from './iam.ts';
import { itemOperations } from './items.ts';
import { createTableKeys, settingsOf, type TableSettings } from './table-settings.ts';
import { tableOperations } from './tables.ts';
import { createTimeToLive, type TimeToLive } from './time-to-live.ts';
import { createTransactions } from './transactions.ts';

const RECOVERY_DAYS = 35;
const DAY_MS = 86_400_000;

/** Makes the DynamoDB service; its database is a folder of the data directory. */
export function createDynamodbService(cloud: Cloud): Service {
  const tables = cloud.collection<TableSettings>('dynamodb', 'tables');
  const engine = createEngine(
    join(cloud.directory('dynamodb'), 'level'),
    cloud.account,
    cloud.region,
    (table, item) => timeToLive.noticed(table, item),
  );
  const timeToLive = createTimeToLive(cloud.clock, tables, () => engine);
  const transactions = createTransactions(engine, cloud.clock);
  const keys = createTableKeys(cloud);
  const tableArn = (name: string) => `arn:aws:dynamodb:${cloud.region}:${cloud.account}:table/${name}`;
  return {
    name: 'dynamodb',
    operations: {
      ...tableOperations({ engine, tables, keys, tableArn }),
      ...itemOperations(engine, transactions, async (name, call) => {
        const settings = tables.get(name);
        if (settings) await keys.authorize(name, settings, call);
      }),
      ...settingOperations(tables, timeToLive),
    },
    authorize: (operation: string, input: object) => accessRequests(operation, input, tableArn),
    async start() {
      await engine.open();
      await transactions.load();
      for (const name of tables.keys()) timeToLive.refresh(name);
    },
    async stop() {
      timeToLive.stop();
      await engine.close();
    },
  };
}

function settingOperations(
  tables: Collection<TableSettings>,
  expiry: TimeToLive,
): Readonly<Record<string, Operation>> {
  return {
    ListTagsOfResource(input: ListTagsOfResourceCommandInput) {
      // all tags are on one page, so that no token was ever given
      refuseMembers('dynamodb ListTagsOfResource', input, ['NextToken']);
      return { Tags: [...taggedSettings(tables, input.ResourceArn ?? '').tags] };
    },
    TagResource({ ResourceArn = '', Tags = [] }: TagResourceCommandInput) {
      const name = tableNameOf(ResourceArn);
      const settings = taggedSettings(tables, ResourceArn);
      const merged = new Map([...settings.tags, ...Tags].map((tag) => [tag.Key, tag]));
      tables.put(name, { ...settings, tags: [...merged.values()] });
      return {};
    },
    UntagResource({ ResourceArn = '', TagKeys = [] }: UntagResourceCommandInput) {
      const name = tableNameOf(ResourceArn);
      const settings = taggedSettings(tables, ResourceArn);
      tables.put(name, {
        ...settings,
        tags: settings.tags.filter(({ Key }) => !TagKeys.includes(Key ?? '')),
      });
      return {};
    },
    DescribeTimeToLive({ TableName = '' }: DescribeTimeToLiveCommandInput) {
      const { timeToLive } = settingsOf(tables, tableNameOf(TableName));
      return {
        TimeToLiveDescription: timeToLive?.Enabled
          ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.AttributeName }
          : { TimeToLiveStatus: 'DISABLED' },
      };
    },
    UpdateTimeToLive({ TableName = '', TimeToLiveSpecification }: UpdateTimeToLiveCommandInput) {
      const name = tableNameOf(TableName);
      const settings = settingsOf(tables, name);
      const isEnabled = settings.timeToLive?.Enabled === true;
      if (isEnabled === (TimeToLiveSpecification?.Enabled === true)) {
        throw new AwsError(
          'ValidationException',
          `TimeToLive is already ${isEnabled ? 'enabled' : 'disabled'}`,
        );
      }
      tables.put(name, { ...settings, timeToLive: TimeToLiveSpecification! });
      expiry.refresh(name);
      return { TimeToLiveSpecification };
    },
    DescribeContinuousBackups: ({ TableName = '' }: DescribeContinuousBackupsCommandInput, call) => ({
      ContinuousBackupsDescription: describeBackups(
        backedUpSettings(tables, tableNameOf(TableName)),
        call.now,
      ),
    }),
    UpdateContinuousBackups(
      { TableName = '', PointInTimeRecoverySpecification: wanted }: UpdateContinuousBackupsCommandInput,
      call,
    ) {
      const name = tableNameOf(TableName);
      const { recoverySinceMs, recoveryDays: _days, ...rest } = backedUpSettings(tables, name);
      const settings: TableSettings = wanted?.PointInTimeRecoveryEnabled
        ? {
            ...rest,
            recoverySinceMs: recoverySinceMs ?? call.now.getTime(),
            recoveryDays: wanted.RecoveryPeriodInDays ?? RECOVERY_DAYS,
          }
        : rest;
      tables.put(name, settings);
      return { ContinuousBackupsDescription: describeBackups(settings, call.now) };
    },
  };
}

/** Settings of a table that a call names by ARN. @throws AwsError ResourceNotFoundException, misspelt as AWS has it */
function taggedSettings(tables: Collection<TableSettings>, arn: string): TableSettings {
  const settings = tables.get(tableNameOf(arn));
  if (settings) return settings;
  const message = `Requested resource not found: ResourcArn: ${arn} not found`;
  throw new AwsError('ResourceNotFoundException', message);
}

/** Settings of a table for calls about backups. @throws AwsError TableNotFoundException */
function backedUpSettings(tables: Collection<TableSettings>, name: string): TableSettings {
  const settings = tables.get(name);
  if (settings) return settings;
  throw new AwsError('TableNotFoundException', `Table not found: ${name}`);
}

function describeBackups(
  { recoverySinceMs, recoveryDays = RECOVERY_DAYS }: TableSettings,
  now: Date,
): object {
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription:
      recoverySinceMs === undefined
        ? { PointInTimeRecoveryStatus: 'DISABLED' }
        : {
            PointInTimeRecoveryStatus: 'ENABLED',
            RecoveryPeriodInDays: recoveryDays,
            EarliestRestorableDateTime: new Date(
              Math.max(recoverySinceMs, now.getTime() - recoveryDays * DAY_MS),
            ),
            LatestRestorableDateTime: now,
          },
  };
}
