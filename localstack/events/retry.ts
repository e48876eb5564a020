/** Delivery with retries on the cloud's clock; shared by EventBridge and Scheduler. */
import type { Cloud } from '../core/cloud.ts';
import { type DeliveryError, toDeliveryError } from './delivery-error.ts';

/** AWS's defaults: a day, 185 attempts. */
const DEFAULT_AGE_SECONDS = 86_400;
const DEFAULT_ATTEMPTS = 185;
/** AWS backs off exponentially and does not say how far; 185 attempts fill a day with eight minutes between them. */
const LONGEST_BACKOFF_MS = 480_000;
const FIRST_BACKOFF_MS = 1000;

export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
}

export interface ExhaustedDelivery {
  readonly error: DeliveryError;
  /** Retries that were made, beyond the first attempt. */
  readonly retryAttempts: number;
  /** Absent when the error was not one to retry. */
  readonly condition?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
}

/** Attempts until one succeeds; undefined on success, else why it was given up. */
export async function deliverWithRetries(
  cloud: Cloud,
  label: string,
  policy: RetryPolicy | undefined,
  attempt: () => Promise<void>,
): Promise<ExhaustedDelivery | undefined> {
  const startedAt = cloud.clock.now();
  const mostRetries = policy?.MaximumRetryAttempts ?? DEFAULT_ATTEMPTS;
  const oldestMs = (policy?.MaximumEventAgeInSeconds ?? DEFAULT_AGE_SECONDS) * 1000;
  for (let retryAttempts = 0; ; retryAttempts += 1) {
    const error = await tryOnce(attempt);
    if (!error) return undefined;
    if (!error.isRetryable) return { error, retryAttempts };
    if (retryAttempts >= mostRetries) return { error, retryAttempts, condition: 'MaximumRetryAttempts' };
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** retryAttempts, LONGEST_BACKOFF_MS);
    if (cloud.clock.now() + backoffMs - startedAt > oldestMs) {
      return { error, retryAttempts, condition: 'MaximumEventAgeInSeconds' };
    }
    await cloud.clock.sleep(backoffMs, `retry of ${label}`);
  }
}

async function tryOnce(attempt: () => Promise<void>): Promise<DeliveryError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return toDeliveryError(error);
  }
}
