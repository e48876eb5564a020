/** The child executions of a Map Run: as many at a time as it may have, until all have ended or too many failed. */
import { AwsError } from '../../../core/errors.ts';
import type { ChildInput, MapRunRecord } from '../../map-run-model.ts';
import { type ExecutionRecord, type MachineRevision, revisionKey } from '../../model.ts';
import { childArn } from '../../names.ts';
import { PERMISSIONS, StateFailure } from '../failure.ts';
import type { Strand } from '../strand.ts';
import { isExceeded, thresholdExceeded } from './tolerance.ts';

/** How many run when the state does not say: AWS runs up to 10,000, which one machine cannot. */
const UNLIMITED_CONCURRENCY = 1_000;
const GIVEN_UP = 'The Map Run ended before the child execution did.';

/** What to run. */
export interface ChildWork {
  readonly runArn: string;
  /** The processor as a state machine. */
  readonly machine: MachineRevision;
  readonly inputs: readonly ChildInput[];
}

/**
 * Runs them all, but those that succeeded before a redrive.
 * @throws StateFailure States.ExceedToleratedFailureThreshold or States.Permissions, or the reason of the strand's
 * signal; then nothing runs any more
 */
export async function runChildren(strand: Strand, work: ChildWork): Promise<void> {
  const { execution, signal } = strand;
  const { mapRuns, cloud } = execution;
  const run = mapRuns.runs.get(work.runArn) as MapRunRecord;
  checkPermissions(strand, run);
  const indexes = [...work.inputs.keys()].filter(
    (index) => mapRuns.child(run, index)?.status !== 'SUCCEEDED',
  );
  const totalItems = work.inputs.reduce((sum, { itemCount }) => sum + itemCount, 0);
  const active = new Set<string>();
  let next = 0;
  let failedItems = 0;
  let failure: { readonly reason: unknown } | undefined;
  let onLimit = () => {};
  const stopListening = mapRuns.onLimit(work.runArn, () => onLimit());

  const ended = cloud.clock.waitFor(
    new Promise<void>((resolve, reject) => {
      function fail(reason: unknown): void {
        if (failure) return;
        failure = { reason };
        for (const arn of active) void mapRuns.children.stop(arn, GIVEN_UP);
      }

      function settle(): void {
        if (active.size > 0) return;
        if (failure) reject(failure.reason);
        else if (next >= indexes.length) resolve();
      }

      function pump(): void {
        const limits = mapRuns.runs.get(work.runArn) as MapRunRecord;
        if (isExceeded(limits, failedItems, totalItems)) fail(thresholdExceeded());
        const most = limits.maxConcurrency === 0 ? UNLIMITED_CONCURRENCY : limits.maxConcurrency;
        while (!failure && next < indexes.length && active.size < most) {
          const index = indexes[next] as number;
          next += 1;
          start(index).catch(fail).finally(pump);
        }
        settle();
      }

      async function start(index: number): Promise<void> {
        const { input, itemCount } = work.inputs[index] as ChildInput;
        const arn = childArn(run, index);
        active.add(arn);
        try {
          const record = newChild(run, work.machine, { arn, input, itemCount }, cloud.clock.date());
          const ended = await mapRuns.children.run(record, work.machine);
          if (ended.status !== 'SUCCEEDED') failedItems += itemCount;
        } finally {
          active.delete(arn);
        }
      }

      const onAbort = () => {
        fail(signal.reason);
        settle();
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      onLimit = pump;
      pump();
    }),
  );
  await ended.finally(stopListening);
}

function checkPermissions({ execution }: Strand, run: MapRunRecord): void {
  const machineArn = run.stateMachineArn.slice(0, run.stateMachineArn.lastIndexOf('/'));
  const requests = [{ action: 'states:StartExecution', resource: machineArn }];
  if (run.redriveCount > 0 && !run.isExpress) {
    const resource = `${run.stateMachineArn.replace(':stateMachine:', ':execution:')}:*`;
    requests.push({ action: 'states:RedriveExecution', resource });
  }
  try {
    execution.cloud.authorize(requests, execution.principal());
  } catch (thrown) {
    if (thrown instanceof AwsError) throw new StateFailure(PERMISSIONS, thrown.message);
    throw thrown;
  }
}

function newChild(
  run: MapRunRecord,
  machine: MachineRevision,
  { arn, input, itemCount }: { readonly arn: string } & ChildInput,
  startDate: Date,
): ExecutionRecord {
  return {
    arn,
    name: arn.split(':')[7] as string,
    stateMachineArn: run.stateMachineArn,
    revisionKey: revisionKey(machine),
    status: 'RUNNING',
    startDate,
    input,
    child: { mapRunArn: run.arn, itemCount, isExpress: run.isExpress },
  };
}
