/** Operations on replays: what an archive kept is sent once more to the rules of its bus. */
import type {
  CancelReplayCommandInput,
  DescribeReplayCommandInput,
  ListReplaysCommandInput,
  StartReplayCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Archives } from './archives.ts';
import { NAME_PATTERN, requireConstraints, requireLimit } from './constraints.ts';
import type { Router } from './router.ts';
import { type ArchiveRecord, busArn, type EventStore, type ReplayRecord, requireBus } from './store.ts';

/** EventBridge's quota. */
const MOST_ACTIVE = 10;
/** How long a replay is STARTING, on the cloud's clock; EventBridge takes about as long. */
const START_MS = 1000;

export function replayOperations(cloud: Cloud, store: EventStore, archives: Archives, router: Router) {
  function isActive({ state }: ReplayRecord): boolean {
    return state === 'STARTING' || state === 'RUNNING' || state === 'CANCELLING';
  }

  function requireReplay(name: string | undefined): ReplayRecord {
    const record = store.replays.get(name ?? '');
    if (!record) throw new AwsError('ResourceNotFoundException', `Replay ${name} does not exist.`);
    return record;
  }

  /** Undefined once the replay has been cancelled. */
  function ifWanted(name: string): ReplayRecord | undefined {
    const record = store.replays.get(name);
    return record?.state === 'CANCELLING' ? undefined : record;
  }

  function end(
    name: string,
    state: 'COMPLETED' | 'CANCELLED',
    lastReplayedEpochMs: number | undefined,
  ): void {
    store.replays.put(name, {
      ...requireReplay(name),
      state,
      endedAtEpochMs: cloud.clock.now(),
      ...(lastReplayedEpochMs !== undefined && { lastReplayedEpochMs }),
    });
  }

  async function run({ name }: ReplayRecord, archive: ArchiveRecord): Promise<void> {
    await cloud.clock.sleep(START_MS, `start of replay ${name}`);
    const record = ifWanted(name);
    if (!record) return end(name, 'CANCELLED', undefined);
    store.replays.put(name, { ...record, state: 'RUNNING' });
    const options = {
      isReplay: true,
      ...(record.filterArns.length > 0 && { onlyRuleArns: record.filterArns }),
    };
    let last: number | undefined;
    for await (const event of archives.read(archive)) {
      const at = Date.parse(event.time);
      if (at < record.fromEpochMs || at >= record.untilEpochMs) continue;
      if (!ifWanted(name)) return end(name, 'CANCELLED', last);
      last = Math.max(last ?? at, at);
      router.route(archive.busName, { ...event, 'replay-name': name }, options);
    }
    end(name, 'COMPLETED', last);
  }

  return {
    StartReplay(input: StartReplayCommandInput) {
      const name = input.ReplayName ?? '';
      const { EventStartTime: from, EventEndTime: until, Destination } = input;
      requireConstraints('ValidationException', [
        { path: 'replayName', value: name, minLength: 1, maxLength: 64, pattern: NAME_PATTERN },
      ]);
      const destination = requireBus(store, Destination?.Arn);
      const archiveName = (input.EventSourceArn ?? '').split('/').at(-1)!;
      const archive = store.archives.get(archiveName);
      if (!archive) throw invalid('EventSourceArn', `Archive ${archiveName} does not exist.`);
      if (destination.name !== archive.busName) {
        throw invalid('Destination.Arn', 'Cross event bus replay is not permitted.');
      }
      if (!from || !until || from >= until) {
        throw invalid('EventEndTime', 'EventStartTime must be before EventEndTime.');
      }
      if (store.replays.has(name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
      }
      if (store.replays.values().filter(isActive).length >= MOST_ACTIVE) {
        throw new AwsError(
          'LimitExceededException',
          'The requested resource exceeds the maximum number allowed.',
        );
      }
      const startedAtEpochMs = cloud.clock.now();
      const record: ReplayRecord = {
        name,
        arn: `arn:aws:events:${cloud.region}:${cloud.account}:replay/${name}`,
        archiveArn: archive.arn,
        busArn: busArn(cloud, archive.busName),
        filterArns: Destination?.FilterArns ?? [],
        ...(input.Description !== undefined && { description: input.Description }),
        state: 'STARTING',
        fromEpochMs: from.getTime(),
        untilEpochMs: until.getTime(),
        startedAtEpochMs,
      };
      store.replays.put(name, record);
      cloud.background(`replay ${name}`, () => run(record, archive));
      return {
        ReplayArn: record.arn,
        State: 'STARTING' as const,
        ReplayStartTime: new Date(startedAtEpochMs),
      };
    },

    CancelReplay({ ReplayName }: CancelReplayCommandInput) {
      const record = requireReplay(ReplayName);
      if (record.state !== 'STARTING' && record.state !== 'RUNNING') {
        throw new AwsError(
          'IllegalStatusException',
          `Replay ${record.name} is not in a valid state for this operation.`,
        );
      }
      store.replays.put(record.name, { ...record, state: 'CANCELLING' });
      return { ReplayArn: record.arn, State: 'CANCELLING' as const };
    },

    DescribeReplay({ ReplayName }: DescribeReplayCommandInput) {
      const record = requireReplay(ReplayName);
      return {
        ...summarize(record),
        ReplayArn: record.arn,
        Description: record.description,
        Destination: { Arn: record.busArn, FilterArns: [...record.filterArns] },
      };
    },

    ListReplays({ NamePrefix, State, EventSourceArn, Limit, NextToken }: ListReplaysCommandInput) {
      requireLimit(Limit);
      const found = store.replays
        .values()
        .filter(({ name }) => name.startsWith(NamePrefix ?? ''))
        .filter(({ state }) => State === undefined || state === State)
        .filter(({ archiveArn }) => EventSourceArn === undefined || archiveArn === EventSourceArn)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = pageOf(found, { size: Limit ?? 100, token: NextToken });
      return { Replays: items.map(summarize), NextToken: nextToken };
    },
  };
}

/** Replays that a restart has cut off end as failed. */
export function failUnfinishedReplays(store: EventStore, nowEpochMs: number): void {
  for (const record of store.replays.values()) {
    if (record.endedAtEpochMs !== undefined) continue;
    store.replays.put(record.name, {
      ...record,
      state: 'FAILED',
      stateReason: 'The local cloud was restarted.',
      endedAtEpochMs: nowEpochMs,
    });
  }
}

function summarize(record: ReplayRecord) {
  const dateOf = (epochMs: number | undefined) => (epochMs === undefined ? undefined : new Date(epochMs));
  return {
    ReplayName: record.name,
    EventSourceArn: record.archiveArn,
    State: record.state,
    StateReason: record.stateReason,
    EventStartTime: new Date(record.fromEpochMs),
    EventEndTime: new Date(record.untilEpochMs),
    EventLastReplayedTime: dateOf(record.lastReplayedEpochMs),
    ReplayStartTime: new Date(record.startedAtEpochMs),
    ReplayEndTime: dateOf(record.endedAtEpochMs),
  };
}

function invalid(parameter: string, reason: string): AwsError {
  return new AwsError('ValidationException', `Parameter ${parameter} is not valid. Reason: ${reason}`);
}
