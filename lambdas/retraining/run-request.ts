/** From the events that the controller hears to what they ask of it. */
import * as z from 'zod/mini';
import type { EventDetails } from '../events/contract.ts';
import { EVENT_SOURCE } from '../events/contract.ts';
import type { RunRequest } from '../shared/catalog-items.ts';
import { alarmRequest } from './alarms.ts';

/** Events that ask for nothing, but after which a request may pass, or an episode may have its outcome. */
const FREEING = [
  'RunFinished',
  'LabelsReceived',
  'WindowJudged',
  'ModelPromoted',
  'RolloutFailed',
  'ApprovalRecorded',
] as const;

const domainEvent = z.object({
  source: z.literal(EVENT_SOURCE),
  'detail-type': z.enum([
    'DatasetVersioned',
    'CodeChanged',
    'RunRequested',
    'RetrainingSwitched',
    ...FREEING,
  ]),
  time: z.string(),
  detail: z.looseObject({ project: z.string() }),
});
const alarmEvent = z.object({
  source: z.literal('aws.cloudwatch'),
  time: z.string(),
  detail: z.object({
    alarmName: z.string(),
    state: z.object({ value: z.literal('ALARM'), reason: z.string(), timestamp: z.string() }),
  }),
});
const sweep = z.object({ sweep: z.literal(true) });
/** Of a project's own schedule; Scheduler fills the time in. */
const scheduled = z.object({ project: z.string(), scheduledAt: z.string() });
/** By a project's own rule: an event that its settings name. */
const external = z.object({
  project: z.string(),
  event: z.object({ id: z.string(), source: z.string(), detailType: z.string(), time: z.string() }),
});

export const controllerEvent = z.union([sweep, scheduled, external, alarmEvent, domainEvent]);
export type ControllerEvent = z.infer<typeof controllerEvent>;

const DIGEST_LENGTH = 12;

/**
 * Name of the wish to train a version. The upload is part of it: going back to an older version by uploading it again
 * is another wish than the first one.
 */
export function datasetRequestId(
  detail: Pick<EventDetails['DatasetVersioned'], 'version' | 'digest' | 'upload'>,
) {
  return `dataset-${detail.version}-${detail.digest.slice(0, DIGEST_LENGTH)}-${detail.upload ?? ''}`;
}

/** What an event asks for; `project` is absent when all are to be looked at. */
export interface Wish {
  readonly project?: string;
  readonly alarmName?: string;
  /** Absent when the event only frees requests that wait. */
  readonly request?: RunRequest;
  /** A person pauses or resumes. */
  readonly switched?: EventDetails['RetrainingSwitched'];
  /** Why nothing is asked for although the event looks like it. */
  readonly ignored?: string;
}

/** The wish of one event. For an alarm the caller finds the project by the alarm's name. */
export function wishOf(event: ControllerEvent): Wish {
  if ('sweep' in event) return {};
  if ('scheduledAt' in event) {
    const { project, scheduledAt: requestedAt } = event;
    const id = `schedule-${requestedAt}`;
    return { project, request: { id, kind: 'schedule', reason: 'the schedule', requestedAt } };
  }
  if ('event' in event) {
    const { id, source, detailType, time } = event.event;
    const reason = `event ${detailType} of ${source}`;
    return {
      project: event.project,
      request: { id: `event-${id}`, kind: 'event', reason, requestedAt: time },
    };
  }
  if (event.source === 'aws.cloudwatch') {
    const { alarmName, state } = event.detail;
    const since = new Date(state.timestamp.replace('+0000', 'Z')).toISOString();
    return { alarmName, request: alarmRequest({ alarmName, reason: state.reason, since }) };
  }
  const { project } = event.detail;
  const ask = (id: string, kind: RunRequest['kind'], reason: string): Wish => ({
    project,
    request: { id, kind, reason, requestedAt: event.time },
  });
  switch (event['detail-type']) {
    case 'DatasetVersioned': {
      const detail = event.detail as unknown as EventDetails['DatasetVersioned'];
      if (detail.run) return { project, ignored: `version ${detail.version} was made in run ${detail.run}` };
      return ask(datasetRequestId(detail), 'dataset', `dataset version ${detail.version}`);
    }
    case 'CodeChanged': {
      const { trainingDigest } = event.detail as unknown as EventDetails['CodeChanged'];
      return ask(`code-${trainingDigest}`, 'code', 'the trainer or its settings changed');
    }
    case 'RunRequested': {
      const { requestId, reason, by, datasetVersion, overrides } =
        event.detail as unknown as EventDetails['RunRequested'];
      const { request, ...wish } = ask(`manual-${requestId}`, 'manual', `${reason} (asked by ${by})`);
      const options = {
        ...(datasetVersion !== undefined && { datasetVersion }),
        ...(overrides !== undefined && { overrides }),
      };
      return { ...wish, request: { ...request!, ...options } };
    }
    case 'RetrainingSwitched':
      return { project, switched: event.detail as unknown as EventDetails['RetrainingSwitched'] };
    default:
      return { project };
  }
}
