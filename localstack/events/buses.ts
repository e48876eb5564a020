/** Operations on event buses. */
import type {
  CreateEventBusCommandInput,
  DeleteEventBusCommandInput,
  DescribeEventBusCommandInput,
  EventBus,
  ListEventBusesCommandInput,
  PutPermissionCommandInput,
  RemovePermissionCommandInput,
  UpdateEventBusCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { parsePolicy } from '../iam/policy-document.ts';
import { useKey } from '../sqs/key-use.ts';
import { requireConstraints, requireLimit } from './constraints.ts';
import { busKeyUse } from './put-events.ts';
import { type BusRecord, busArn, DEFAULT_BUS, type EventStore, requireBus, rulesOf } from './store.ts';
import { tagsToRecord } from './tags.ts';

interface Statement {
  readonly Sid?: string;
}
interface PolicyDocument {
  readonly Version: string;
  readonly Statement: Statement | readonly Statement[];
}

export function busOperations(cloud: Cloud, store: EventStore) {
  async function checkKey(keyId: string | undefined, arn: string): Promise<void> {
    if (keyId === undefined) return;
    await useKey(cloud, busKeyUse(cloud, keyId, arn, ['kms:DescribeKey']));
  }

  function change(bus: BusRecord, changes: Partial<BusRecord>): BusRecord {
    const changed = { ...bus, ...changes, modifiedAtEpochMs: cloud.clock.now() };
    store.buses.put(bus.name, changed);
    return changed;
  }

  return {
    async CreateEventBus(input: CreateEventBusCommandInput) {
      const name = input.Name ?? '';
      refuseSettings(input);
      if (input.EventSourceName !== undefined) {
        throw new NotImplementedByLocalCloud('events CreateEventBus EventSourceName (partner event sources)');
      }
      requireConstraints('ValidationException', [
        { path: 'name', value: name, minLength: 1, maxLength: 256, pattern: '[/\\.\\-_A-Za-z0-9]+' },
        { path: 'description', value: input.Description, maxLength: 512 },
      ]);
      if (store.buses.has(name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      }
      const arn = busArn(cloud, name);
      await checkKey(input.KmsKeyIdentifier, arn);
      const now = cloud.clock.now();
      const bus: BusRecord = {
        name,
        arn,
        ...settingsOf(input),
        tags: tagsToRecord(input.Tags),
        createdAtEpochMs: now,
        modifiedAtEpochMs: now,
      };
      store.buses.put(name, bus);
      return { EventBusArn: arn, ...describeSettings(bus) };
    },

    async UpdateEventBus(input: UpdateEventBusCommandInput) {
      refuseSettings(input);
      const bus = requireBus(store, input.Name);
      await checkKey(input.KmsKeyIdentifier, bus.arn);
      const { description: _, kmsKeyIdentifier: __, ...rest } = bus;
      const changed = change({ ...rest, ...settingsOf(input) }, {});
      return { Arn: bus.arn, Name: bus.name, ...describeSettings(changed) };
    },

    DeleteEventBus({ Name }: DeleteEventBusCommandInput) {
      if (Name === DEFAULT_BUS) throw new AwsError('ValidationException', 'Cannot delete event bus default.');
      if (rulesOf(store, Name ?? '').length > 0) {
        throw new AwsError('ValidationException', `Event bus ${Name} can't be deleted since it has rules.`);
      }
      // deleting what does not exist succeeds
      store.buses.delete(Name ?? '');
      return {};
    },

    DescribeEventBus({ Name }: DescribeEventBusCommandInput) {
      const bus = requireBus(store, Name);
      return { ...toEventBus(bus), ...describeSettings(bus) };
    },

    ListEventBuses({ NamePrefix, Limit, NextToken }: ListEventBusesCommandInput) {
      requireLimit(Limit);
      const buses = store.buses
        .values()
        .filter(({ name }) => name.startsWith(NamePrefix ?? ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = pageOf(buses, { size: Limit ?? 100, token: NextToken });
      return { EventBuses: items.map(toEventBus), NextToken: nextToken };
    },

    PutPermission(input: PutPermissionCommandInput) {
      const bus = requireBus(store, input.EventBusName);
      if (input.Policy !== undefined) {
        change(bus, { policy: requirePolicy(input.Policy) });
        return {};
      }
      const statement = {
        Sid: input.StatementId,
        Effect: 'Allow',
        Principal: input.Principal === '*' ? '*' : { AWS: `arn:aws:iam::${input.Principal}:root` },
        Action: input.Action ?? 'events:PutEvents',
        Resource: bus.arn,
        ...(input.Condition && {
          Condition: { [input.Condition.Type ?? '']: { [input.Condition.Key ?? '']: input.Condition.Value } },
        }),
      };
      const others = statementsOf(bus).filter(({ Sid }) => Sid !== input.StatementId);
      change(bus, { policy: JSON.stringify({ Version: '2012-10-17', Statement: [...others, statement] }) });
      return {};
    },

    RemovePermission(input: RemovePermissionCommandInput) {
      const bus = requireBus(store, input.EventBusName);
      const statements = statementsOf(bus);
      const kept = input.RemoveAllPermissions
        ? []
        : statements.filter(({ Sid }) => Sid !== input.StatementId);
      if (!input.RemoveAllPermissions && kept.length === statements.length) {
        throw new AwsError('ResourceNotFoundException', 'Statement with the provided id does not exist.');
      }
      const { policy: _, ...rest } = bus;
      const policy = JSON.stringify({ Version: '2012-10-17', Statement: kept });
      change(rest, kept.length > 0 ? { policy } : {});
      return {};
    },
  };
}

type Settings = Pick<UpdateEventBusCommandInput, 'Description' | 'KmsKeyIdentifier'>;

function settingsOf(input: Settings): Pick<BusRecord, 'description' | 'kmsKeyIdentifier'> {
  return {
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.KmsKeyIdentifier && { kmsKeyIdentifier: input.KmsKeyIdentifier }),
  };
}

function describeSettings(bus: BusRecord): Settings {
  return {
    Description: bus.description,
    KmsKeyIdentifier: bus.kmsKeyIdentifier,
  };
}

function toEventBus(bus: BusRecord): EventBus {
  return {
    Name: bus.name,
    Arn: bus.arn,
    Description: bus.description,
    Policy: bus.policy,
    CreationTime: new Date(bus.createdAtEpochMs),
    LastModifiedTime: new Date(bus.modifiedAtEpochMs),
  };
}

function statementsOf(bus: BusRecord): readonly Statement[] {
  if (bus.policy === undefined) return [];
  const { Statement } = JSON.parse(bus.policy) as PolicyDocument;
  return [Statement].flat();
}

function requirePolicy(text: string): string {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new AwsError('ValidationException', 'The provided policy is not valid JSON.', { cause });
  }
  try {
    parsePolicy(text);
  } catch (cause) {
    throw new AwsError('ValidationException', (cause as Error).message, { cause });
  }
  return text;
}

function refuseSettings({ LogConfig, DeadLetterConfig }: UpdateEventBusCommandInput): void {
  if (LogConfig?.Level !== undefined && LogConfig.Level !== 'OFF') {
    throw new NotImplementedByLocalCloud('events LogConfig of a bus');
  }
  // it takes events that the bus's key keeps from being processed; here PutEvents refuses those at once
  if (DeadLetterConfig?.Arn !== undefined) {
    throw new NotImplementedByLocalCloud('events DeadLetterConfig of a bus');
  }
}
