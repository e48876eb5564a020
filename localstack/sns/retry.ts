/** SNS's retries of deliveries to queues and functions, on the cloud's clock. */
import type { Cloud } from '../core/cloud.ts';
import { type DeliveryError, toDeliveryError } from '../events/delivery-error.ts';

const IMMEDIATE_RETRIES = 3;
const PRE_BACKOFF_RETRIES = 2;
const BACKOFF_RETRIES = 10;
const POST_BACKOFF_RETRIES = 100_000;
const FIRST_DELAY_MS = 1000;
const LAST_DELAY_MS = 20_000;

/**
 * Delay before each retry for endpoints that AWS manages: at once, then a second apart, then exponentially up to 20
 * seconds, then 20 seconds apart for 23 days.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
function* delays(): Generator<number> {
  for (let retry = 0; retry < IMMEDIATE_RETRIES; retry += 1) yield 0;
  for (let retry = 0; retry < PRE_BACKOFF_RETRIES; retry += 1) yield FIRST_DELAY_MS;
  const factor = (LAST_DELAY_MS / FIRST_DELAY_MS) ** (1 / (BACKOFF_RETRIES - 1));
  for (let retry = 0; retry < BACKOFF_RETRIES; retry += 1) yield FIRST_DELAY_MS * factor ** retry;
  for (let retry = 0; retry < POST_BACKOFF_RETRIES; retry += 1) yield LAST_DELAY_MS;
}

/** Sends until it succeeds; undefined then, else the error for which it was given up. Errors of the endpoint's owner are not retried. */
export async function sendWithRetries(
  cloud: Cloud,
  label: string,
  send: () => Promise<void>,
): Promise<DeliveryError | undefined> {
  let error = await tryOnce(send);
  for (const delayMs of delays()) {
    if (!error?.isRetryable) return error;
    if (delayMs > 0) await cloud.clock.sleep(delayMs, `retry of ${label}`);
    error = await tryOnce(send);
  }
  return error;
}

async function tryOnce(send: () => Promise<void>): Promise<DeliveryError | undefined> {
  try {
    await send();
    return undefined;
  } catch (error) {
    return toDeliveryError(error);
  }
}
