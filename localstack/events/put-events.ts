/** PutEvents, and the events of AWS services. */
import { randomUUID } from 'node:crypto';
import type {
  PutEventsCommandInput,
  PutEventsCommandOutput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import type { AwsEvent, Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { useKey } from '../sqs/key-use.ts';
import { type BusEvent, eventTime } from './bus-event.ts';
import type { Router } from './router.ts';
import { EVENTS_PRINCIPAL } from './send-to-target.ts';
import { type BusRecord, busNameOf, DEFAULT_BUS, type EventStore } from './store.ts';

const MOST_ENTRIES = 10;
const LARGEST_REQUEST_BYTES = 262_144;
/** What EventBridge counts for an entry's time. */
const TIME_BYTES = 14;

type Output = Omit<PutEventsCommandOutput, '$metadata'>;

export function createPutEvents(cloud: Cloud, store: EventStore, router: Router) {
  async function putEntry(entry: PutEventsRequestEntry, call: Call): Promise<PutEventsResultEntry> {
    const problem = problemOf(entry, call);
    if (problem) return problem;
    const busName = busNameOf(entry.EventBusName);
    const bus = store.buses.get(busName);
    // AWS answers as if it had taken an event for a bus that does not exist; here the mistake shows
    if (!bus) return failed('InvalidArgument', `Event bus ${busName} does not exist.`);
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
      detail: JSON.parse(entry.Detail!) as object,
    };
    router.route(busName, event);
    return { EventId: event.id };
  }

  async function putEvents(input: PutEventsCommandInput, call: Call): Promise<Output> {
    const entries = input.Entries ?? [];
    if (input.EndpointId !== undefined) {
      throw new AwsError(
        'ValidationException',
        'Global endpoints (EndpointId) do not exist in the local cloud.',
      );
    }
    if (entries.length < 1 || entries.length > MOST_ENTRIES) {
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value '[${entries.length} entries]' at 'entries' failed to satisfy constraint: Member must have length ${entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ENTRIES}`}`,
      );
    }
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
  try {
    const detail: unknown = JSON.parse(entry.Detail!);
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return undefined;
  } catch {
    // falls through to the same answer as a detail that is no object
  }
  return failed('MalformedDetail', 'Detail is malformed.');
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

function sizeOf(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const bytes = texts.reduce((total, text) => total + Buffer.byteLength(text ?? ''), 0);
  return bytes + (entry.Time ? TIME_BYTES : 0);
}

function failed(ErrorCode: string, ErrorMessage: string): PutEventsResultEntry {
  return { ErrorCode, ErrorMessage };
}
