/** What running executions write: their histories, and where they stand. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Checkpoint } from './model.ts';
import type { Store } from './store.ts';

/** Puts what happens within one turn of the event loop to disk at once. */
export interface Journal {
  append(executionArn: string, event: HistoryEvent): void;
  /**
   * Keeps where an execution stands.
   * @param isBrief the state does nothing outside and takes no time: it is enough to write when the turn ends
   */
  checkpoint(executionArn: string, checkpoint: Checkpoint, isBrief: boolean): void;
  /** Writes the rest of a history; the execution stands nowhere any more. */
  end(executionArn: string): void;
  /** Writes everything. */
  flush(): void;
}

/** The journal of one process. */
export function createJournal({ histories, checkpoints }: Pick<Store, 'histories' | 'checkpoints'>): Journal {
  const changed = new Set<string>();
  const unwritten = new Map<string, Checkpoint>();
  let isScheduled = false;

  function write(arn: string): void {
    changed.delete(arn);
    histories.flush(arn);
    const checkpoint = unwritten.get(arn);
    if (!checkpoint) return;
    unwritten.delete(arn);
    checkpoints.put(arn, checkpoint);
  }

  function flush(): void {
    for (const arn of [...changed]) write(arn);
  }

  function note(arn: string): void {
    changed.add(arn);
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      flush();
    });
  }

  return {
    append(arn, event) {
      histories.append(arn, event);
      note(arn);
    },
    checkpoint(arn, checkpoint, isBrief) {
      unwritten.set(arn, checkpoint);
      if (isBrief) note(arn);
      else write(arn);
    },
    end(arn) {
      unwritten.delete(arn);
      write(arn);
      if (checkpoints.has(arn)) checkpoints.delete(arn);
    },
    flush,
  };
}
