/** The training jobs of a tuning job: what they tried, and what came of it. */
import type {
  DescribeHyperParameterTuningJobResponse,
  DescribeTrainingJobResponse,
  HyperParameterTrainingJobSummary,
} from '@aws-sdk/client-sagemaker';
import type { SageMaker } from '../sagemaker.ts';
import { ENDED_STATUSES } from '../training/training-status.ts';
import type { Trial } from './propose.ts';
import { searchSpace, type Values } from './search-space.ts';

/** A training job as its tuning job sees it. */
export interface Child {
  readonly job: DescribeTrainingJobResponse;
  readonly values: Values;
  /** Final value of the objective metric. */
  readonly objective: number | undefined;
  readonly hasEnded: boolean;
  readonly objectiveStatus: 'Succeeded' | 'Pending' | 'Failed';
}

/** Children in the order of their creation. */
export function childrenOf(sagemaker: SageMaker, tuning: DescribeHyperParameterTuningJobResponse): Child[] {
  const config = tuning.HyperParameterTuningJobConfig!;
  const names = searchSpace(config.ParameterRanges).map(({ name }) => name);
  const metric = config.HyperParameterTuningJobObjective!.MetricName;
  return sagemaker.trainingJobs
    .values()
    .filter((job) => job.TuningJobArn === tuning.HyperParameterTuningJobArn)
    .sort((a, b) => (a.TrainingJobName! < b.TrainingJobName! ? -1 : 1))
    .map((job) => {
      const hasEnded = ENDED_STATUSES.includes(job.TrainingJobStatus!);
      const final = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === metric)?.Value;
      const objective = hasEnded && job.TrainingJobStatus !== 'Failed' ? final : undefined;
      return {
        job,
        values: Object.fromEntries(names.map((name) => [name, job.HyperParameters?.[name] ?? ''])),
        objective,
        hasEnded,
        objectiveStatus: !hasEnded ? 'Pending' : objective === undefined ? 'Failed' : 'Succeeded',
      };
    });
}

/** Positive when more is better: a score is always to be maximized. */
export function directionOf(tuning: DescribeHyperParameterTuningJobResponse): 1 | -1 {
  return tuning.HyperParameterTuningJobConfig!.HyperParameterTuningJobObjective!.Type === 'Minimize' ? -1 : 1;
}

/** Children as a search sees them. */
export function trialsOf(
  tuning: DescribeHyperParameterTuningJobResponse,
  children: readonly Child[],
): Trial[] {
  const direction = directionOf(tuning);
  return children.map(({ values, objective }) => ({
    values,
    score: objective === undefined ? undefined : direction * objective,
  }));
}

/** A child as the API shows it. @param tuningJobName given where the child may be another tuning job's */
export function summaryOf(
  tuning: DescribeHyperParameterTuningJobResponse,
  { job, values, objective, objectiveStatus }: Child,
  tuningJobName?: string,
): HyperParameterTrainingJobSummary {
  const { MetricName, Type } = tuning.HyperParameterTuningJobConfig!.HyperParameterTuningJobObjective!;
  return {
    TrainingJobName: job.TrainingJobName,
    TrainingJobArn: job.TrainingJobArn,
    ...(tuningJobName ? { TuningJobName: tuningJobName } : {}),
    CreationTime: job.CreationTime,
    ...(job.TrainingStartTime ? { TrainingStartTime: job.TrainingStartTime } : {}),
    ...(job.TrainingEndTime ? { TrainingEndTime: job.TrainingEndTime } : {}),
    TrainingJobStatus: job.TrainingJobStatus,
    TunedHyperParameters: values,
    ...(job.FailureReason ? { FailureReason: job.FailureReason } : {}),
    ...(objective === undefined
      ? {}
      : { FinalHyperParameterTuningJobObjectiveMetric: { Type, MetricName, Value: objective } }),
    ObjectiveStatus: objectiveStatus,
  };
}

/** The child with the best objective, if any has one. */
export function bestOf(
  tuning: DescribeHyperParameterTuningJobResponse,
  children: readonly Child[],
): Child | undefined {
  const direction = directionOf(tuning);
  return children
    .filter(({ objective }) => objective !== undefined)
    .reduce<Child | undefined>(
      (best, child) =>
        best === undefined || direction * child.objective! > direction * best.objective! ? child : best,
      undefined,
    );
}

/** What DescribeHyperParameterTuningJob counts. */
export function countersOf(
  children: readonly Child[],
): Pick<DescribeHyperParameterTuningJobResponse, 'TrainingJobStatusCounters' | 'ObjectiveStatusCounters'> {
  const count = (test: (child: Child) => boolean) => children.filter(test).length;
  const inStatus = (status: string) => count(({ job }) => job.TrainingJobStatus === status);
  const failed = children.filter(({ job }) => job.TrainingJobStatus === 'Failed');
  const retryable = failed.filter(({ job }) => /^(?:Internal|Capacity)/.test(job.FailureReason ?? ''));
  return {
    TrainingJobStatusCounters: {
      Completed: inStatus('Completed'),
      InProgress: count(({ hasEnded }) => !hasEnded),
      RetryableError: retryable.length,
      NonRetryableError: failed.length - retryable.length,
      Stopped: inStatus('Stopped'),
    },
    ObjectiveStatusCounters: {
      Succeeded: count(({ objectiveStatus }) => objectiveStatus === 'Succeeded'),
      Pending: count(({ objectiveStatus }) => objectiveStatus === 'Pending'),
      Failed: count(({ objectiveStatus }) => objectiveStatus === 'Failed'),
    },
  };
}
