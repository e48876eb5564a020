/** What EventBridge keeps: buses, rules with their targets, archives, replays. */
import type { ReplayState, Target } from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';

export interface BusRecord {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly kmsKeyIdentifier?: string;
  /** Policy document as JSON text. */
  readonly policy?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAtEpochMs: number;
  readonly modifiedAtEpochMs: number;
}

export interface RuleRecord {
  readonly name: string;
  readonly busName: string;
  readonly arn: string;
  readonly description?: string;
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly roleArn?: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly targets: readonly Target[];
  readonly tags: Readonly<Record<string, string>>;
  /** When the schedule was set: `rate` counts from here. */
  readonly scheduledFromEpochMs: number;
}

export interface ArchiveRecord {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly description?: string;
  readonly eventPattern?: string;
  readonly kmsKeyIdentifier?: string;
  /** Days that an event is kept; 0 keeps it for ever. */
  readonly retentionDays: number;
  readonly createdAtEpochMs: number;
}

export interface ReplayRecord {
  readonly name: string;
  readonly arn: string;
  readonly archiveArn: string;
  readonly busArn: string;
  readonly filterArns: readonly string[];
  readonly description?: string;
  readonly state: ReplayState;
  readonly stateReason?: string;
  readonly fromEpochMs: number;
  readonly untilEpochMs: number;
  readonly startedAtEpochMs: number;
  readonly endedAtEpochMs?: number;
  readonly lastReplayedEpochMs?: number;
}

export interface EventStore {
  readonly buses: Collection<BusRecord>;
  /** Keyed by rule ARN. */
  readonly rules: Collection<RuleRecord>;
  readonly archives: Collection<ArchiveRecord>;
  readonly replays: Collection<ReplayRecord>;
}

export const DEFAULT_BUS = 'default';

/** Opens the store; the default bus always exists. */
export function openEventStore(cloud: Cloud): EventStore {
  const store: EventStore = {
    buses: cloud.collection('events', 'buses'),
    rules: cloud.collection('events', 'rules'),
    archives: cloud.collection('events', 'archives'),
    replays: cloud.collection('events', 'replays'),
  };
  if (!store.buses.has(DEFAULT_BUS)) {
    const now = cloud.clock.now();
    store.buses.put(DEFAULT_BUS, {
      name: DEFAULT_BUS,
      arn: busArn(cloud, DEFAULT_BUS),
      tags: {},
      createdAtEpochMs: now,
      modifiedAtEpochMs: now,
    });
  }
  return store;
}

type Place = Pick<Cloud, 'account' | 'region'>;

/** ARN of a bus of this account. */
export function busArn({ account, region }: Place, name: string): string {
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}

/** ARN of a rule: the default bus is left out of it. */
export function ruleArn({ account, region }: Place, busName: string, name: string): string {
  const path = busName === DEFAULT_BUS ? name : `${busName}/${name}`;
  return `arn:aws:events:${region}:${account}:rule/${path}`;
}

/** ARN of an archive. */
export function archiveArn({ account, region }: Place, name: string): string {
  return `arn:aws:events:${region}:${account}:archive/${name}`;
}

/** Name of the bus that a caller gives as a name, as an ARN or not at all. */
export function busNameOf(nameOrArn: string | undefined): string {
  if (nameOrArn === undefined) return DEFAULT_BUS;
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('/') + 1) : nameOrArn;
}

/** The bus. @throws AwsError ResourceNotFoundException */
export function requireBus(store: EventStore, nameOrArn: string | undefined): BusRecord {
  const name = busNameOf(nameOrArn);
  const bus = store.buses.get(name);
  if (!bus) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
  return bus;
}

/** The rule. @throws AwsError ResourceNotFoundException */
export function requireRule(
  store: EventStore,
  place: Place,
  name: string,
  busNameOrArn: string | undefined,
): RuleRecord {
  const bus = requireBus(store, busNameOrArn);
  const rule = store.rules.get(ruleArn(place, bus.name, name));
  if (!rule) {
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus.name}.`);
  }
  return rule;
}

/** Rules of a bus by name. */
export function rulesOf(store: EventStore, busName: string): RuleRecord[] {
  return store.rules.values().filter((rule) => rule.busName === busName);
}
