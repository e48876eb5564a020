/** The Map Runs of this cloud: kept, changed while they run, and their child executions. */
import type { Collection } from '../../../core/collection.ts';
import type { ChildInput, MapRunLimits, MapRunRecord } from '../../map-run-model.ts';
import type { ExecutionRecord, MachineRevision } from '../../model.ts';
import { childArn } from '../../names.ts';

/** What is kept of Map Runs. */
export interface MapRunStore {
  readonly runs: Collection<MapRunRecord>;
  /** Inputs of the child executions, by the run's ARN. */
  readonly inputs: Collection<readonly ChildInput[]>;
}

/** The executions of which a run consists. */
export interface ChildExecutions {
  get(arn: string): ExecutionRecord | undefined;
  /** Starts one, or redrives it when it has run before without success; settles when it has ended. */
  run(child: ExecutionRecord, machine: MachineRevision): Promise<ExecutionRecord>;
  stop(arn: string, cause: string): Promise<void>;
}

/** Map Runs, as Map states and operations use them. */
export interface MapRuns extends MapRunStore {
  readonly children: ChildExecutions;
  /** Changes limits; the state that runs it is told. */
  limit(arn: string, limits: Partial<MapRunLimits>): void;
  /** Calls the listener after each change of the run's limits. @returns ends that */
  onLimit(arn: string, listener: () => void): () => void;
  /** The child execution of an input; undefined when it has not been started. */
  child(run: MapRunRecord, index: number): ExecutionRecord | undefined;
}

/** Map Runs over what is kept. */
export function createMapRuns(store: MapRunStore, children: ChildExecutions): MapRuns {
  const listeners = new Map<string, () => void>();
  return {
    ...store,
    children,
    limit(arn, limits) {
      const run = store.runs.get(arn);
      if (run) store.runs.put(arn, { ...run, ...limits });
      listeners.get(arn)?.();
    },
    onLimit(arn, listener) {
      listeners.set(arn, listener);
      return () => void listeners.delete(arn);
    },
    child: (run, index) => children.get(childArn(run, index)),
  };
}
