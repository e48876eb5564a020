/** Runs work in the order of its dependencies, as much at once as they allow. */

/** Enough to hide the latency of the calls; CloudFormation too works on many resources at once. */
const MAX_AT_ONCE = 24;

export interface GraphRun {
  readonly ids: readonly string[];
  needs(id: string): readonly string[];
  /** @returns false when it failed: what needs it is not started. */
  work(id: string): Promise<boolean>;
  /** Whether what does not need the failed work is still started. */
  readonly continuesAfterFailure: boolean;
}

/**
 * Runs all work that can be run and waits for what was started.
 * @returns the ids that failed, in the order in which they did.
 */
export async function runGraph({ ids, needs, work, continuesAfterFailure }: GraphRun): Promise<string[]> {
  const waiting = new Set(ids);
  const running = new Map<string, Promise<void>>();
  const unfinished = new Set(ids);
  const failed: string[] = [];

  const start = (id: string) => {
    waiting.delete(id);
    const done = work(id).then((succeeded) => {
      running.delete(id);
      if (succeeded) unfinished.delete(id);
      else failed.push(id);
    });
    running.set(id, done);
  };

  for (;;) {
    const mayStart = continuesAfterFailure || failed.length === 0;
    for (const id of mayStart ? waiting : []) {
      if (running.size >= MAX_AT_ONCE) break;
      if (!needs(id).some((needed) => unfinished.has(needed))) start(id);
    }
    if (running.size === 0) return failed;
    await Promise.race(running.values());
  }
}
