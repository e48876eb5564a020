/** PutLogEvents. */
import type { InputLogEvent, PutLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { EventFiles } from './event-files.ts';
import { type LogStore, requireGroup, requireStream, streamKey } from './groups.ts';
import { publishLogMetrics } from './log-metrics.ts';
import { refuseMembers } from './log-names.ts';

const DAY_MS = 86_400_000;
const MOST_EVENTS = 10_000;
const LARGEST_BATCH_BYTES = 1_048_576;
/** What the service counts for each event besides its message. */
const EVENT_BYTES = 26;
const LONGEST_SPAN_MS = DAY_MS;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * 3_600_000;

export function createPutLogEvents(cloud: Cloud, store: LogStore, files: EventFiles) {
  return ({ logGroupName, logStreamName, logEvents = [], entity }: PutLogEventsCommandInput) => {
    refuseMembers('PutLogEvents', { entity });
    const group = requireGroup(store, logGroupName);
    const stream = requireStream(store, group, logStreamName);
    validateBatch(logEvents);
    const now = cloud.clock.now();
    const retentionMs = (group.retentionDays ?? Number.POSITIVE_INFINITY) * DAY_MS;
    const isTooOld = ({ timestamp = 0 }: InputLogEvent) => timestamp < now - OLDEST_MS;
    const isExpired = ({ timestamp = 0 }: InputLogEvent) => timestamp < now - retentionMs;
    const isTooNew = ({ timestamp = 0 }: InputLogEvent) => timestamp > now + NEWEST_MS;
    const accepted = logEvents
      .filter((event) => !isTooOld(event) && !isExpired(event) && !isTooNew(event))
      .map(({ timestamp, message }) => ({ timestamp: timestamp!, message: message!, ingestionTime: now }));
    if (accepted.length > 0) {
      files.append(stream, accepted);
      store.streams.put(streamKey(group.name, stream.name), {
        ...stream,
        firstEventEpochMs: stream.firstEventEpochMs ?? accepted[0]!.timestamp,
        lastEventEpochMs: accepted.at(-1)!.timestamp,
        lastIngestionEpochMs: now,
        eventCount: stream.eventCount + accepted.length,
      });
      const filters = store.filters.values().filter(({ groupName }) => groupName === group.name);
      publishLogMetrics(cloud, accepted, filters);
    }
    return {
      nextSequenceToken: String(stream.eventCount + accepted.length),
      ...(accepted.length < logEvents.length && {
        rejectedLogEventsInfo: rejectedInfo(logEvents, { isTooOld, isExpired, isTooNew }),
      }),
    };
  };
}

type Judge = (event: InputLogEvent) => boolean;

/** End indexes count up to the first good event; the start index is of the first event that is too new. */
function rejectedInfo(
  events: readonly InputLogEvent[],
  { isTooOld, isExpired, isTooNew }: Readonly<Record<'isTooOld' | 'isExpired' | 'isTooNew', Judge>>,
) {
  const tooOld = events.findLastIndex(isTooOld);
  const expired = events.findLastIndex(isExpired);
  const tooNew = events.findIndex(isTooNew);
  return {
    ...(tooOld >= 0 && { tooOldLogEventEndIndex: tooOld + 1 }),
    ...(expired >= 0 && { expiredLogEventEndIndex: expired + 1 }),
    ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
  };
}

function validateBatch(events: readonly InputLogEvent[]): void {
  if (events.length < 1 || events.length > MOST_EVENTS) {
    throw invalid(`A batch has to hold 1 to ${MOST_EVENTS} log events, this one holds ${events.length}.`);
  }
  let bytes = 0;
  let before = Number.NEGATIVE_INFINITY;
  for (const { timestamp = Number.NaN, message = '' } of events) {
    if (message === '') {
      throw invalid('Log event message must have length greater than or equal to 1.');
    }
    if (timestamp < before)
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    before = timestamp;
    bytes += Buffer.byteLength(message) + EVENT_BYTES;
  }
  if (bytes > LARGEST_BATCH_BYTES) {
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${LARGEST_BATCH_BYTES}`);
  }
  if ((events.at(-1)!.timestamp ?? 0) - (events[0]!.timestamp ?? 0) > LONGEST_SPAN_MS) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
