/** GetLogEvents and FilterLogEvents. */
import type {
  FilteredLogEvent,
  FilterLogEventsCommandInput,
  GetLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { EventFiles, StoredEvent } from './event-files.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { type LogGroupRecord, type LogStore, requireGroup, requireStream, streamsOf } from './groups.ts';
import { refuseMembers, requireLimit, requireOneGroup } from './log-names.ts';

const DAY_MS = 86_400_000;
const MOST_EVENTS = 10_000;
/** Answers end here too, as AWS's do. */
const LARGEST_ANSWER_BYTES = 1_048_576;

export function readEventOperations(cloud: Cloud, store: LogStore, files: EventFiles) {
  function oldestOf(group: LogGroupRecord): number {
    return group.retentionDays === undefined ? 0 : cloud.clock.now() - group.retentionDays * DAY_MS;
  }

  return {
    async GetLogEvents(input: GetLogEventsCommandInput) {
      refuseMembers('GetLogEvents', { unmask: input.unmask });
      requireOneGroup(input.logGroupName, input.logGroupIdentifier);
      requireLimit(input.limit, MOST_EVENTS);
      const group = requireGroup(store, input.logGroupName ?? input.logGroupIdentifier);
      const stream = requireStream(store, group, input.logStreamName);
      const limit = input.limit ?? MOST_EVENTS;
      const [direction, position] = parseToken(input.nextToken);
      const isForward = direction === undefined ? (input.startFromHead ?? false) : direction === 'f';
      const from = Math.max(input.startTime ?? 0, oldestOf(group));
      const until = input.endTime ?? Number.POSITIVE_INFINITY;
      const found: StoredEvent[] = [];
      let bytes = 0;
      for await (const event of files.read(stream)) {
        if (event.timestamp < from || event.timestamp >= until) continue;
        if (isForward && event.index < (position ?? 0)) continue;
        if (!isForward && event.index >= (position ?? Number.POSITIVE_INFINITY)) break;
        found.push(event);
        bytes += event.message.length;
        const isFull = found.length > limit || bytes > LARGEST_ANSWER_BYTES;
        // forwards the first events are wanted, backwards the last
        if (isFull && isForward) {
          if (found.length > 1) found.pop();
          break;
        }
        if (isFull) bytes -= found.shift()!.message.length;
      }
      const first = found[0]?.index ?? position ?? (isForward ? 0 : stream.eventCount);
      const last = found.at(-1)?.index;
      return {
        events: found.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
        nextForwardToken: token('f', last === undefined ? first : last + 1),
        nextBackwardToken: token('b', first),
      };
    },

    async FilterLogEvents(input: FilterLogEventsCommandInput) {
      refuseMembers('FilterLogEvents', { unmask: input.unmask });
      requireOneGroup(input.logGroupName, input.logGroupIdentifier);
      requireLimit(input.limit, MOST_EVENTS);
      const group = requireGroup(store, input.logGroupName ?? input.logGroupIdentifier);
      const pattern = parseFilterPattern(input.filterPattern);
      const limit = input.limit ?? MOST_EVENTS;
      const [, skipped = 0] = parseToken(input.nextToken);
      const from = Math.max(input.startTime ?? 0, oldestOf(group));
      const until = input.endTime ?? Number.POSITIVE_INFINITY;
      const needed = skipped + limit + 1;
      let found: FilteredLogEvent[] = [];
      for (const stream of streamsOf(store, group.name)) {
        if (input.logStreamNames && !input.logStreamNames.includes(stream.name)) continue;
        if (!stream.name.startsWith(input.logStreamNamePrefix ?? '')) continue;
        for await (const { index, timestamp, message, ingestionTime } of files.read(stream)) {
          // endTime is inclusive here, unlike in GetLogEvents
          if (timestamp < from || timestamp > until || !pattern.matches(message)) continue;
          const eventId = `${timestamp}-${stream.name}-${index}`;
          found.push({ logStreamName: stream.name, timestamp, message, ingestionTime, eventId });
          // only the oldest are wanted: the rest is dropped now and then to keep memory small
          if (found.length > 2 * needed) found = oldestFirst(found).slice(0, needed);
        }
      }
      const page = oldestFirst(found).slice(skipped, skipped + limit);
      const hasMore = found.length > skipped + limit;
      return {
        events: page,
        searchedLogStreams: [],
        ...(hasMore && { nextToken: token('f', skipped + limit) }),
      };
    },
  };
}

function oldestFirst(events: readonly FilteredLogEvent[]): FilteredLogEvent[] {
  return events.toSorted((a, b) => a.timestamp! - b.timestamp!);
}

function token(direction: 'f' | 'b', position: number): string {
  // 56 digits, as the service's tokens have
  return `${direction}/${String(position).padStart(56, '0')}`;
}

function parseToken(text: string | undefined): ['f' | 'b' | undefined, number | undefined] {
  if (text === undefined) return [undefined, undefined];
  const [, direction, position] = /^([fb])\/(\d{56})$/.exec(text) ?? [];
  if (direction === undefined) {
    throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  }
  return [direction as 'f' | 'b', Number(position)];
}
