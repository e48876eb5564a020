/** PutEvents, and the events of AWS services. */
import { randomUUID } from 'node:crypto';
import type {
  PutEventsCommandInput,
  PutEventsCommandOutput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import type { AwsEvent, Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { useKey } from '../sqs/key-use.ts';
import { type BusEvent, eventTime } from './bus-event.ts';
import { requireConstraints } from './constraints.ts';
import type { Router } from './router.ts';
import { EVENTS_PRINCIPAL } from './send-to-target.ts';
import { type BusRecord, busNameOf, DEFAULT_BUS, type EventStore } from './store.ts';

const MOST_ENTRIES = 10;
/** Since January 2026; before it was 256 KB. */
const LARGEST_REQUEST_BYTES = 1_048_576;
/** What EventBridge counts for an entry's time. */
const TIME_BYTES = 14;

type Output = Omit<PutEventsCommandOutput, '$metadata'>;

export function createPutEvents(cloud: Cloud, store: EventStore, router: Router) {
  async function putEntry(entry: PutEventsRequestEntry, call: Call): Promise<PutEventsResultEntry> {
    const problem = problemOf(entry, call);
    if (problem) return problem;
    const detail = detailOf(entry.Detail!);
    if (!detail) return failed('MalformedDetail', 'Detail is malformed.');
    const busName = busNameOf(entry.EventBusName);
    const bus = store.buses.get(busName);
    if (!bus) {
      // AWS answers as if it had taken an event for a bus that does not exist
      console.error(`local cloud: events: event bus ${busName} does not exist: an event is lost`);
      return { EventId: randomUUID() };
    }
    const refusal = await keyRefusal(cloud, bus);
    if (refusal) return refusal;
    const event: BusEvent = {
      version: '0',
      id: randomUUID(),
      'detail-type': entry.DetailType!,
      source: entry.Source!,
      account: cloud.account,
      time: eventTime(entry.Time ?? call.now),
      region: cloud.region,
      resources: entry.Resources ?? [],
      detail,
    };
    router.route(busName, event);
    return { EventId: event.id };
  }

  async function putEvents(input: PutEventsCommandInput, call: Call): Promise<Output> {
    const entries = input.Entries ?? [];
    if (input.EndpointId !== undefined) {
      throw new NotImplementedByLocalCloud('events PutEvents EndpointId (global endpoints)');
    }
    if (entries.some(({ TraceHeader }) => TraceHeader !== undefined)) {
      throw new NotImplementedByLocalCloud('events PutEvents TraceHeader (X-Ray)');
    }
    requireConstraints('ValidationException', [
      { path: 'entries', value: entries.map(showEntry), minLength: 1, maxLength: MOST_ENTRIES },
    ]);
    if (entries.reduce((total, entry) => total + sizeOf(entry), 0) > LARGEST_REQUEST_BYTES) {
      throw new AwsError(
        'ValidationException',
        'Total size of the entries in the request is over the limit.',
      );
    }
    const results: PutEventsResultEntry[] = [];
    for (const entry of entries) results.push(await putEntry(entry, call));
    return {
      FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
      Entries: results,
    };
  }

  function publishServiceEvent({ source, detailType, resources, detail }: AwsEvent): void {
    router.route(DEFAULT_BUS, {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: cloud.account,
      time: eventTime(cloud.clock.date()),
      region: cloud.region,
      resources,
      // targets must not see later changes of the emitter's object
      detail: JSON.parse(JSON.stringify(detail)) as object,
    });
  }

  return { putEvents, publishServiceEvent };
}

function problemOf(entry: PutEventsRequestEntry, call: Call): PutEventsResultEntry | undefined {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) {
      return failed(
        'InvalidArgument',
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
    }
  }
  // only AWS's services speak as AWS's services
  if (entry.Source!.startsWith('aws.') && call.principal.kind !== 'service') {
    return failed('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  return undefined;
}

/** The detail as an object; undefined when it is none. */
function detailOf(text: string): object | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** A bus with a customer managed key takes events only if the key's policy lets EventBridge use it. */
async function keyRefusal(cloud: Cloud, bus: BusRecord): Promise<PutEventsResultEntry | undefined> {
  if (bus.kmsKeyIdentifier === undefined) return undefined;
  try {
    await useKey(
      cloud,
      busKeyUse(cloud, bus.kmsKeyIdentifier, bus.arn, ['kms:GenerateDataKey', 'kms:Decrypt']),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return failed(error.code, `Event bus ${bus.name} cannot use its KMS key: ${error.message}`);
  }
}

/** Use of a bus's key by EventBridge itself. */
export function busKeyUse(
  cloud: Cloud,
  keyId: string,
  busArn: string,
  actions: readonly ('kms:GenerateDataKey' | 'kms:Decrypt' | 'kms:DescribeKey')[],
) {
  return {
    keyId,
    actions,
    principal: cloud.servicePrincipal(EVENTS_PRINCIPAL, busArn),
    via: 'events',
    encryptionContext: { 'aws:events:event-bus:arn': busArn },
  };
}

/** An entry as EventBridge's messages show it. */
function showEntry(entry: PutEventsRequestEntry): string {
  const time = entry.Time ? String(entry.Time) : 'null';
  const resources = entry.Resources ? `[${entry.Resources.join(', ')}]` : 'null';
  const { Source = 'null', DetailType = 'null', Detail = 'null', EventBusName = 'null' } = entry;
  return `PutEventsRequestEntry(time=${time}, source=${Source}, resources=${resources}, detailType=${DetailType}, detail=${Detail}, eventBusName=${EventBusName}, traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null)`;
}

function sizeOf(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const bytes = texts.reduce((total, text) => total + Buffer.byteLength(text ?? ''), 0);
  return bytes + (entry.Time ? TIME_BYTES : 0);
}

function failed(ErrorCode: string, ErrorMessage: string): PutEventsResultEntry {
  return { ErrorCode, ErrorMessage };
}
