/** Who says how EventBridge and its Scheduler answer, and the refusals that many operations share. */
import type { AwsRefusal } from '../operation-case.ts';

const RECORDINGS = 'https://github.com/localstack/localstack/blob/main/tests/aws/services';

/** AWS's answers, recorded against a real account by the authors of another emulator. */
export const RECORDED_EVENTS = `${RECORDINGS}/events/test_events.snapshot.json`;
/** Of tags on rules and buses. */
export const RECORDED_TAGS = `${RECORDINGS}/events/test_events_tags.snapshot.json`;
/** Of archives and replays. */
export const RECORDED_ARCHIVES = `${RECORDINGS}/events/test_archive_and_replay.snapshot.json`;
/** Of event patterns. */
export const RECORDED_PATTERNS = `${RECORDINGS}/events/test_events_patterns.snapshot.json`;
/** Of the Scheduler. */
export const RECORDED_SCHEDULER = `${RECORDINGS}/scheduler/test_scheduler.snapshot.json`;

/** Page of an operation in EventBridge's API reference. */
export function eventsPage(operation: string): string {
  return `https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_${operation}.html`;
}

/** A bus that is not there. */
export function noBus(name: string): AwsRefusal {
  return { name: 'ResourceNotFoundException', message: `Event bus ${name} does not exist.`, status: 400 };
}

/** A rule that is not there. */
export function noRule(name: string): AwsRefusal {
  return {
    name: 'ResourceNotFoundException',
    message: `Rule ${name} does not exist on EventBus default.`,
    status: 400,
  };
}
