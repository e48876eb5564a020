/** The CreateHyperParameterTuningJob request of a run. */
import type { CreateHyperParameterTuningJobRequest, ParameterRanges } from '@aws-sdk/client-sagemaker';
import type { TuningRange, TuningSettings } from '../shared/settings.ts';
import type { SplitResult } from './contract.ts';
import { tuningJobName } from './job-names.ts';
import {
  algorithm,
  hyperparametersOf,
  jobBasics,
  type RunContext,
  resources,
  runTags,
} from './training-job.ts';

const SCALING = {
  auto: 'Auto',
  linear: 'Linear',
  logarithmic: 'Logarithmic',
  'reverse-logarithmic': 'ReverseLogarithmic',
} as const;

/**
 * The whole request; undefined without tuning. Hyperparameters that are searched are not among the static ones.
 * @param parent name of a tuning job that the search starts from, of the same ranges.
 */
export function tuningJob(
  context: RunContext,
  split: SplitResult,
  parent?: string,
): CreateHyperParameterTuningJobRequest | undefined {
  const { settings, run } = context;
  const { tuning, trainer } = settings;
  if (!tuning) return undefined;
  const searched = Object.keys(tuning.ranges);
  const fixed = Object.entries(hyperparametersOf(context)).filter(([name]) => !searched.includes(name));
  const { environment = {} } = trainer;
  return {
    HyperParameterTuningJobName: tuningJobName(settings.stage, run.run),
    HyperParameterTuningJobConfig: {
      Strategy: tuning.strategy,
      HyperParameterTuningJobObjective: { Type: tuning.objective.goal, MetricName: tuning.objective.metric },
      ResourceLimits: {
        // a grid has as many jobs as it has points
        ...(tuning.strategy === 'Grid' ? {} : { MaxNumberOfTrainingJobs: tuning.maximumJobs }),
        MaxParallelTrainingJobs: tuning.maximumParallelJobs,
      },
      ParameterRanges: ranges(tuning),
      // Hyperband stops jobs by itself and takes no other rule
      TrainingJobEarlyStoppingType: tuning.earlyStopping && tuning.strategy !== 'Hyperband' ? 'Auto' : 'Off',
      ...(tuning.seed === undefined ? {} : { RandomSeed: tuning.seed }),
    },
    TrainingJobDefinition: {
      ...jobBasics(context, split),
      AlgorithmSpecification: algorithm(settings),
      StaticHyperParameters: Object.fromEntries(fixed),
      ...(Object.keys(environment).length > 0 ? { Environment: { ...environment } } : {}),
      ResourceConfig: resources(settings),
    },
    ...(tuning.warmStart && parent !== undefined
      ? {
          WarmStartConfig: {
            ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: parent }],
            // the data is another version than the parent's
            WarmStartType: 'TransferLearning' as const,
          },
        }
      : {}),
    Tags: runTags(context),
  };
}

/** SageMaker takes bounds and values as text. */
function ranges({ ranges: named, strategy }: TuningSettings): ParameterRanges {
  const of = (type: TuningRange['type']) =>
    Object.entries(named).flatMap(([Name, range]) => (range.type === type ? [{ Name, range }] : []));
  const bounded = (type: 'integer' | 'continuous') =>
    of(type).map(({ Name, range }) => {
      if (range.type === 'categorical') throw new TypeError(`range ${Name} has no bounds`);
      return {
        Name,
        MinValue: String(range.minimum),
        MaxValue: String(range.maximum),
        ScalingType: SCALING[range.scale ?? 'auto'],
      };
    });
  const categories = of('categorical').map(({ Name, range }) => ({
    Name,
    Values: range.type === 'categorical' ? [...range.values] : [],
  }));
  return {
    ...(strategy === 'Grid'
      ? {}
      : { IntegerParameterRanges: bounded('integer'), ContinuousParameterRanges: bounded('continuous') }),
    CategoricalParameterRanges: categories,
  };
}
