/** Puts domain events on the stage's bus. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, type EventDetails, type EventName } from '../events/contract.ts';
import { eventBridge } from './clients.ts';
import { now } from './clock.ts';
import { eventBus } from './env.ts';
import { RetryableError } from './errors.ts';
import { logger } from './logger.ts';

/**
 * Publishes one event. May be published twice by a retry: the detail holds only content, so that consumers can tell.
 * @throws RetryableError when the bus did not take it; PutEvents answers 200 even then.
 */
export async function publish<Name extends EventName>(name: Name, detail: EventDetails[Name]): Promise<void> {
  const answer = await eventBridge.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: eventBus(),
          Source: EVENT_SOURCE,
          DetailType: name,
          Detail: JSON.stringify(detail),
          Time: now(),
        },
      ],
    }),
  );
  const failed = answer.Entries?.find((entry) => entry.ErrorCode);
  if ((answer.FailedEntryCount ?? 0) > 0 || failed) {
    throw new RetryableError(
      `event ${name} was not taken by the bus: ${failed?.ErrorCode ?? 'unknown'} ${failed?.ErrorMessage ?? ''}`,
      { code: 'EventNotTaken', details: { name } },
    );
  }
  logger.info('event published', { event: name, detail });
}
