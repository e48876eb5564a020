/** Operations on Map Runs, the runs of distributed Map states. */
import type { ListMapRunsCommandInput, UpdateMapRunCommandInput } from '@aws-sdk/client-sfn';
import type { Operation } from '../../core/service.ts';
import type { Executions } from '../executions.ts';
import type { MapRunRecord } from '../map-run-model.ts';
import { requireExecution, requireMapRun, type Store } from '../store.ts';
import { checkLimits } from './limits.ts';
import { pageOf } from './page.ts';

/** The table of operations on Map Runs. */
export function mapRunOperations(store: Store, executions: Executions): Readonly<Record<string, Operation>> {
  const { mapRuns } = executions;

  function describe({ mapRunArn }: { mapRunArn: string }) {
    const run = requireMapRun(store, mapRunArn);
    const counts = countsOf(run);
    return {
      mapRunArn: run.arn,
      executionArn: run.executionArn,
      status: run.status,
      startDate: run.startDate,
      ...(run.stopDate ? { stopDate: run.stopDate } : {}),
      maxConcurrency: run.maxConcurrency,
      toleratedFailurePercentage: run.toleratedFailurePercentage,
      toleratedFailureCount: run.toleratedFailureCount,
      itemCounts: counts.items,
      executionCounts: counts.executions,
      redriveCount: run.redriveCount,
      ...(run.redriveDate ? { redriveDate: run.redriveDate } : {}),
    };
  }

  function countsOf(run: MapRunRecord): { items: Counts; executions: Counts } {
    const items = noCounts();
    const children = noCounts();
    for (const [index, { itemCount }] of (store.mapRuns.inputs.get(run.arn) ?? []).entries()) {
      const status = mapRuns.child(run, index)?.status ?? 'PENDING';
      for (const [counts, by] of [
        [items, itemCount],
        [children, 1],
      ] as const) {
        counts[COUNTERS[status]] += by;
        counts.total += by;
        if (run.areResultsWritten) counts.resultsWritten += by;
      }
    }
    return { items, executions: children };
  }

  return {
    DescribeMapRun: describe,
    ListMapRuns(input: ListMapRunsCommandInput) {
      checkLimits(input);
      const { arn } = requireExecution(store, input.executionArn ?? '');
      const runs = store.mapRuns.runs
        .values()
        .filter(({ executionArn }) => executionArn === arn)
        .reverse()
        .sort((left, right) => right.startDate.getTime() - left.startDate.getTime());
      const { items, nextToken } = pageOf(runs, input);
      return {
        mapRuns: items.map((run) => ({
          executionArn: run.executionArn,
          mapRunArn: run.arn,
          stateMachineArn: run.stateMachineArn,
          startDate: run.startDate,
          ...(run.stopDate ? { stopDate: run.stopDate } : {}),
        })),
        ...(nextToken ? { nextToken } : {}),
      };
    },
    UpdateMapRun(input: UpdateMapRunCommandInput) {
      checkLimits(input);
      const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = input;
      const run = requireMapRun(store, input.mapRunArn ?? '');
      mapRuns.limit(run.arn, {
        ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
        ...(toleratedFailureCount === undefined ? {} : { toleratedFailureCount }),
        ...(toleratedFailurePercentage === undefined ? {} : { toleratedFailurePercentage }),
      });
      return {};
    },
  };
}

const COUNTERS = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
} as const;

type Counts = ReturnType<typeof noCounts>;

function noCounts() {
  return {
    pending: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    timedOut: 0,
    aborted: 0,
    total: 0,
    resultsWritten: 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
}
