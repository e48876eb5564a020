/** Tuning jobs end to end, over a script whose objective is known. */
import type { DescribeHyperParameterTuningJobResponse } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRunner } from '../runners/prepare-runner.ts';
import {
  FIRST_RUN_MS,
  type SageMakerFixture,
  sagemakerFixture,
  trainingRequest,
  XGBOOST_IMAGE,
} from '../testing.ts';

/** Reports `level` twice; with `slow`, the second time comes late for the worst. */
const SCRIPT = `
import argparse, sys, time
parser = argparse.ArgumentParser()
parser.add_argument('--level', type=float)
parser.add_argument('--mode', default='')
arguments = parser.parse_args()
if arguments.mode == 'fail':
    sys.exit(1)
print(f'score={arguments.level}', flush=True)
if arguments.mode == 'slow' and arguments.level < 0.5:
    time.sleep(20)
print(f'score={arguments.level}', flush=True)
`;

let fixture: SageMakerFixture;
let source: string;

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  fixture = await sagemakerFixture();
  source = await fixture.putArchive('code/tune.tar.gz', { 'train.py': SCRIPT });
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

interface Wish {
  readonly config?: object;
  readonly fixed?: object;
  readonly more?: object;
}

const levels = (...Values: string[]) => ({ CategoricalParameterRanges: [{ Name: 'level', Values }] });

function request(name: string, { config = {}, fixed = {}, more = {} }: Wish): object {
  const { TrainingJobName: _, HyperParameters, ...definition } = trainingRequest('', source);
  return {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: 'Grid',
      HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'score' },
      ResourceLimits: { MaxParallelTrainingJobs: 2 },
      ParameterRanges: levels('0.9', '0.7', '0.1'),
      ...config,
    },
    TrainingJobDefinition: {
      ...definition,
      AlgorithmSpecification: {
        TrainingImage: XGBOOST_IMAGE,
        TrainingInputMode: 'File',
        MetricDefinitions: [{ Name: 'score', Regex: 'score=(.*)' }],
      },
      StaticHyperParameters: { ...(HyperParameters as object), ...fixed },
    },
    ...more,
  };
}

async function tune(name: string, wish: Wish = {}): Promise<DescribeHyperParameterTuningJobResponse> {
  await fixture.run('CreateHyperParameterTuningJob', request(name, wish));
  for (;;) {
    const job = await fixture.run<DescribeHyperParameterTuningJobResponse>(
      'DescribeHyperParameterTuningJob',
      {
        HyperParameterTuningJobName: name,
      },
    );
    if (!['InProgress', 'Stopping'].includes(job.HyperParameterTuningJobStatus!)) return job;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

describe('a tuning job', () => {
  it('tries a grid and finds the best, with children that know what they belong to', async () => {
    const job = await tune('grid');
    expect(job, job.FailureReason).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      TrainingJobStatusCounters: { Completed: 3, InProgress: 0, NonRetryableError: 0 },
      BestTrainingJob: {
        TunedHyperParameters: { level: '0.9' },
        FinalHyperParameterTuningJobObjectiveMetric: { Type: 'Maximize', MetricName: 'score', Value: 0.9 },
        ObjectiveStatus: 'Succeeded',
      },
    });
    expect(job.OverallBestTrainingJob).toBeUndefined();
    const { TrainingJobName } = job.BestTrainingJob!;
    expect(TrainingJobName).toMatch(/^grid-001-[0-9a-f]{8}$/);
    expect(await fixture.run('DescribeTrainingJob', { TrainingJobName })).toMatchObject({
      TuningJobArn: job.HyperParameterTuningJobArn,
      HyperParameters: { level: '0.9', _tuning_objective_metric: 'score' },
      FinalMetricDataList: [
        { MetricName: 'score', Value: 0.9 },
        { MetricName: 'ObjectiveMetric', Value: 0.9 },
      ],
    });
    expect(fixture.eventsOf('HyperParameter Tuning Job State Change').at(-1)).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      ObjectiveStatusCounters: { Succeeded: 3, Pending: 0, Failed: 0 },
    });
  });

  it('starts warm from a parent, whose best counts where data and algorithm are the same', async () => {
    const WarmStartConfig = {
      ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: 'grid' }],
      WarmStartType: 'IdenticalDataAndAlgorithm',
    };
    const config = { ParameterRanges: levels('0.2', '0.3') };
    const job = await tune('warm', { config, more: { WarmStartConfig } });
    expect(job).toMatchObject({
      BestTrainingJob: { TunedHyperParameters: { level: '0.3' } },
      OverallBestTrainingJob: { TuningJobName: 'grid', TunedHyperParameters: { level: '0.9' } },
    });
    const other = request('cold', { fixed: { another: '1' }, more: { WarmStartConfig } });
    await expect(fixture.run('CreateHyperParameterTuningJob', other)).rejects.toMatchObject({
      message:
        'The set of tunable plus static HyperParameter names is not the same across current and parent tuning jobs. Please ' +
        'ensure this set is constant when warm starting. Note that previously static HyperParameters can be tuned in warm ' +
        'start jobs and vice versa.',
    });
  });

  it('stops early what the median of the others is ahead of', async () => {
    const config = { TrainingJobEarlyStoppingType: 'Auto', ResourceLimits: { MaxParallelTrainingJobs: 1 } };
    const job = await tune('early', { config, fixed: { mode: 'slow' } });
    expect(job).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      TrainingJobStatusCounters: { Completed: 2, Stopped: 1 },
    });
  });

  it('fails when none of its training jobs succeeds', async () => {
    const config = { ParameterRanges: levels('1', '2') };
    expect(await tune('hopeless', { config, fixed: { mode: 'fail' } })).toMatchObject({
      HyperParameterTuningJobStatus: 'Failed',
      FailureReason:
        'All training jobs failed. Please take a look at the training job failures to get more details.',
      TrainingJobStatusCounters: { NonRetryableError: 2 },
    });
  });

  it.each<[what: string, wish: Wish, error: object]>([
    [
      'a name in use, whatever its case',
      {},
      {
        code: 'ResourceInUse',
        message: 'A hyperparameter tuning job with the name, GRID, already exists. Choose a different name.',
      },
    ],
    [
      'an objective that no metric reports',
      { config: { HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'other' } } },
      {
        code: 'ValidationException',
        message:
          'A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions.',
      },
    ],
    [
      'Hyperband, which is not there',
      { config: { Strategy: 'Hyperband' } },
      { code: 'NotImplementedByLocalCloud' },
    ],
  ])('is refused for %s', async (_what, wish, error) => {
    await expect(fixture.run('CreateHyperParameterTuningJob', request('GRID', wish))).rejects.toMatchObject(
      error,
    );
  });
});
