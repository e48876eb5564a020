/** Patience with a network: requests whose bodies are streams are not retried by the SDK. */
import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;

/** Whether trying again may help: no answer came, or the service said that it was busy or broken. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as Error & { $metadata?: { httpStatusCode?: number }; code?: string };
  const status = $metadata?.httpStatusCode;
  // a file that cannot be read or written, a full disk: codes of this machine, not of the network
  if (
    code !== undefined &&
    /^(ENO|EACCES|EPERM|EISDIR|EROFS|EMFILE|EDQUOT)/.test(code) &&
    code !== 'ENOTFOUND'
  ) {
    return false;
  }
  if (status === undefined)
    return code !== undefined || /timeout|aborted|socket|network/i.test(`${error.name} ${error.message}`);
  return status >= 500 || status === 429 || error.name === 'RequestTimeout' || error.name === 'SlowDown';
}

/**
 * Tries `work` up to six times, with pauses that double from 0.2 s.
 * @param isWorthIt which errors to try again after.
 * @throws what the last attempt threw.
 */
export async function withRetries<Answer>(
  work: (attempt: number) => Promise<Answer>,
  isWorthIt: (error: unknown) => boolean = mayPass,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= ATTEMPTS || !isWorthIt(error)) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}
