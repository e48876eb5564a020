/** What every handler needs once: parse, log context, one log line for a failure. */
import type { Context } from 'aws-lambda';
import { NonRetryableError, RetryableError } from './errors.ts';
import { logger } from './logger.ts';

/** Anything that turns an unknown event into a typed one, for example a zod schema. */
export interface EventParser<Event> {
  parse(event: unknown): Event;
}

export interface HandlerOptions<Event, Result> {
  /** Verb-noun name of the handler, for example `commit-upload`; a log key. */
  readonly name: string;
  /** Without one the event is passed on as it is: a workflow step whose input our own state machine built. */
  readonly event?: EventParser<Event>;
  /** The event holds what no log may hold: it is not logged even at debug. @default false */
  readonly secret?: boolean;
  readonly run: (event: Event, context: Context) => Promise<Result>;
}

/**
 * Wraps a handler's inner function, which is what tests call.
 * @throws NonRetryableError (code `EventNotUnderstood`) when the event does not parse; else what `run` throws.
 */
export function makeHandler<Event, Result>({
  name,
  event: parser,
  secret,
  run,
}: HandlerOptions<Event, Result>) {
  return async (event: unknown, context: Context): Promise<Result> => {
    logger.resetKeys();
    logger.appendKeys({ handler: name, ...correlation(event) });
    if (context) logger.addContext(context);
    // The whole event only at debug: it may name people's files.
    if (!secret) logger.debug('event', { event: event as object });
    try {
      return await run(parser ? understand(parser, event, name) : (event as Event), context);
    } catch (error) {
      logger.error('failed', error as Error);
      throw isPassing(error) ? new RetryableError((error as Error).message, { cause: error }) : error;
    }
  };
}

/**
 * Whether the SDK calls the failure a passing one: throttled, a server error, or a connection that broke (it gives EPIPE,
 * ECONNRESET and ETIMEDOUT the name TimeoutError, and cannot send a streamed body again). Workflows retry by error name
 * only.
 */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof RetryableError) return false;
  const { $retryable, $metadata } = error as { $retryable?: object; $metadata?: { httpStatusCode?: number } };
  return (
    $retryable !== undefined ||
    ($metadata?.httpStatusCode ?? 0) >= 500 ||
    /^TimeoutError$|Throttl|TooManyRequests|ProvisionedThroughputExceeded|SlowDown/.test(error.name)
  );
}

function understand<Event>(parser: EventParser<Event>, event: unknown, name: string): Event {
  try {
    return parser.parse(event);
  } catch (cause) {
    throw new NonRetryableError(`${name} does not understand its event: ${(cause as Error).message}`, {
      code: 'EventNotUnderstood',
      cause,
    });
  }
}

/** Identifiers found in the shapes that our events and workflow inputs have, for following one run through the logs. */
function correlation(event: unknown): Record<string, unknown> {
  if (typeof event !== 'object' || event === null) return {};
  const { id, detail, project, run } = event as Record<string, unknown>;
  const nested = (detail ?? run) as Record<string, unknown> | undefined;
  const inner = typeof nested === 'object' && nested !== null ? nested : {};
  return { eventId: id, project: project ?? inner.project, run: typeof run === 'string' ? run : inner.run };
}
