/** SageMaker: hyperparameter tuning jobs. */
import {
  CreateHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  ListHyperParameterTuningJobsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';
import { tuningRequest } from './sagemaker-job-material.ts';
import {
  arnOf,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';

const KIND = 'hyper-parameter-tuning-job';
const NOT_FOUND = {
  name: 'ResourceNotFound',
  message: "Amazon SageMaker can't find a tuning job called none. Type another name.",
  status: 400,
};
const NOT_FOUND_SOURCE = 'https://github.com/aws/amazon-sagemaker-examples/issues/1540';
const NONE = { HyperParameterTuningJobName: 'none' };

async function startTuning(running: RunningCloud, name: string, pause = 0) {
  const request = await tuningRequest(running, name, pause);
  return sagemakerClient(running).send(new CreateHyperParameterTuningJobCommand(request));
}

async function endOfTuning(running: RunningCloud, HyperParameterTuningJobName: string) {
  const client = sagemakerClient(running);
  for (;;) {
    const job = await client.send(
      new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName }),
    );
    if (!['InProgress', 'Stopping'].includes(job.HyperParameterTuningJobStatus!)) return job;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const sagemakerTuningCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateHyperParameterTuningJob: {
      source: `${SAGEMAKER_API}/API_CreateHyperParameterTuningJob.html`,
      answers: async ({ running }) => {
        const { HyperParameterTuningJobArn } = await startTuning(running, 'tuned');
        expect(HyperParameterTuningJobArn).toBe(arnOf(KIND, 'tuned'));
      },
      refuses: async ({ client, running }) => {
        const request = await tuningRequest(running, 'few-values');
        const ParameterRanges = {
          IntegerParameterRanges: [{ Name: 'rate', MinValue: '1', MaxValue: '3' }],
        };
        const ResourceLimits = { MaxNumberOfTrainingJobs: 10, MaxParallelTrainingJobs: 1 };
        const HyperParameterTuningJobConfig = {
          ...request.HyperParameterTuningJobConfig!,
          ParameterRanges,
          ResourceLimits,
        };
        await client.send(
          new CreateHyperParameterTuningJobCommand({ ...request, HyperParameterTuningJobConfig }),
        );
      },
      refusal: {
        name: 'ValidationException',
        message:
          "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter combinations for " +
          'the provided ranges [3.0] must be equal or greater than the value of MaxNumberOfJobs, [10]. Provide additional ' +
          'ranges.',
        status: 400,
      },
      refusalSource: 'https://github.com/aws/amazon-sagemaker-operator-for-k8s/issues/123',
    },
    DescribeHyperParameterTuningJob: {
      source: `${SAGEMAKER_API}/API_DescribeHyperParameterTuningJob.html`,
      answers: async ({ running }) => {
        await startTuning(running, 'described-tuning');
        const job = await endOfTuning(running, 'described-tuning');
        expect(job).toMatchObject({
          HyperParameterTuningJobStatus: 'Completed',
          TrainingJobStatusCounters: { Completed: 2, InProgress: 0, Stopped: 0 },
          ObjectiveStatusCounters: { Succeeded: 2, Pending: 0, Failed: 0 },
          BestTrainingJob: {
            TrainingJobName: expect.stringMatching(/^described-tuning-00[12]-[0-9a-f]{8}$/),
            FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'objective' },
          },
        });
        const best = job.BestTrainingJob!;
        expect(best.FinalHyperParameterTuningJobObjectiveMetric?.Value).toBeCloseTo(
          Number(best.TunedHyperParameters?.rate),
          5,
        );
      },
      refuses: ({ client }) => client.send(new DescribeHyperParameterTuningJobCommand(NONE)),
      refusal: NOT_FOUND,
      refusalSource: NOT_FOUND_SOURCE,
    },
    ListHyperParameterTuningJobs: {
      source: `${SAGEMAKER_API}/API_ListHyperParameterTuningJobs.html`,
      answers: async ({ client, running }) => {
        await startTuning(running, 'listed-tuning');
        const { HyperParameterTuningJobSummaries } = await client.send(
          new ListHyperParameterTuningJobsCommand({ NameContains: 'listed-tuning' }),
        );
        expect(HyperParameterTuningJobSummaries).toMatchObject([
          { HyperParameterTuningJobArn: arnOf(KIND, 'listed-tuning'), Strategy: 'Bayesian' },
        ]);
      },
      refuses: ({ client }) => client.send(new ListHyperParameterTuningJobsCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    ListTrainingJobsForHyperParameterTuningJob: {
      source: `${SAGEMAKER_API}/API_ListTrainingJobsForHyperParameterTuningJob.html`,
      answers: async ({ client, running }) => {
        const HyperParameterTuningJobName = 'listed-jobs';
        await startTuning(running, HyperParameterTuningJobName);
        await endOfTuning(running, HyperParameterTuningJobName);
        const { TrainingJobSummaries: jobs = [] } = await client.send(
          new ListTrainingJobsForHyperParameterTuningJobCommand({
            HyperParameterTuningJobName,
            SortBy: 'FinalObjectiveMetricValue',
            SortOrder: 'Descending',
          }),
        );
        expect(jobs.map(({ ObjectiveStatus }) => ObjectiveStatus)).toEqual(['Succeeded', 'Succeeded']);
        const [best, other] = jobs.map((each) => each.FinalHyperParameterTuningJobObjectiveMetric!.Value!);
        expect(best).toBeGreaterThan(other!);
      },
      refuses: ({ client }) => client.send(new ListTrainingJobsForHyperParameterTuningJobCommand(NONE)),
      refusal: NOT_FOUND,
      refusalSource: NOT_FOUND_SOURCE,
    },
    StopHyperParameterTuningJob: {
      source: `${SAGEMAKER_API}/API_StopHyperParameterTuningJob.html`,
      answers: async ({ client, running }) => {
        const HyperParameterTuningJobName = 'stopped-tuning';
        await startTuning(running, HyperParameterTuningJobName, 30);
        await client.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName }));
        const job = await endOfTuning(running, HyperParameterTuningJobName);
        expect(job.HyperParameterTuningJobStatus).toBe('Stopped');
      },
      refuses: ({ client }) => client.send(new StopHyperParameterTuningJobCommand(NONE)),
      refusal: NOT_FOUND,
      refusalSource: NOT_FOUND_SOURCE,
    },
  },
});
