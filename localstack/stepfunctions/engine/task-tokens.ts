/** Tokens of tasks that wait for a callback. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../core/errors.ts';
import type { Json } from '../json.ts';
import { StateFailure } from './failure.ts';

/** A task that waits. */
export interface Callback {
  readonly token: string;
  /** What the callback brings; rejects with the StateFailure that it reports. */
  readonly result: Promise<Json>;
  /** Called on every SendTaskHeartbeat. */
  onHeartbeat: () => void;
  /** Makes the token worthless. */
  revoke(): void;
}

/** All tokens of this process. */
export interface TaskTokens {
  issue(executionArn: string): Callback;
  /** @throws AwsError InvalidToken, TaskTimedOut */
  succeed(token: string, output: Json): void;
  /** @throws AwsError InvalidToken, TaskTimedOut */
  fail(token: string, error: string | undefined, cause: string | undefined): void;
  /** @throws AwsError InvalidToken, TaskTimedOut */
  heartbeat(token: string): void;
}

interface Pending {
  readonly resolve: (output: Json) => void;
  readonly reject: (failure: StateFailure) => void;
  readonly callback: Callback;
}

const MARK = 'local-cloud-task';

/** Tokens for one process; those of an earlier process count as tasks that no longer exist. */
export function createTaskTokens(): TaskTokens {
  const pending = new Map<string, Pending>();

  function take(token: string): Pending {
    const found = pending.get(token);
    if (found) return found;
    const text = Buffer.from(token, 'base64').toString();
    if (text.startsWith(`${MARK} `)) {
      throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  }

  return {
    issue(executionArn) {
      const token = Buffer.from(`${MARK} ${executionArn} ${randomUUID()}`).toString('base64');
      let resolve: Pending['resolve'] = () => {};
      let reject: Pending['reject'] = () => {};
      const result = new Promise<Json>((onResult, onFailure) => {
        resolve = onResult;
        reject = onFailure;
      });
      // a failure may come before the task looks at it
      result.catch(() => {});
      const callback: Callback = {
        token,
        result,
        onHeartbeat: () => {},
        revoke: () => void pending.delete(token),
      };
      pending.set(token, { resolve, reject, callback });
      return callback;
    },
    succeed(token, output) {
      take(token).resolve(output);
      pending.delete(token);
    },
    fail(token, error, cause) {
      take(token).reject(new StateFailure(error, cause));
      pending.delete(token);
    },
    heartbeat: (token) => take(token).callback.onHeartbeat(),
  };
}
