/** SageMaker: training jobs, and the search for them. */
import {
  CreateTrainingJobCommand,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  SearchCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { endOfTraining, startTraining, trainingRequest } from './sagemaker-job-material.ts';
import {
  arnOf,
  OPERATOR_SENTENCES,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';

const NOT_FOUND = { name: 'ValidationException', message: 'Requested resource not found.', status: 400 };

export const sagemakerTrainingCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateTrainingJob: {
      source: `${SAGEMAKER_API}/API_CreateTrainingJob.html`,
      answers: async ({ client, running }) => {
        const { TrainingJobArn } = await client.send(
          new CreateTrainingJobCommand(await trainingRequest(running, 'trained')),
        );
        expect(TrainingJobArn).toBe(arnOf('training-job', 'trained'));
      },
      refuses: async ({ client, running }) => {
        await startTraining(running, 'trained-once');
        await client.send(new CreateTrainingJobCommand(await trainingRequest(running, 'trained-once')));
      },
      refusal: {
        name: 'ResourceInUse',
        message:
          'Training job names must be unique within an AWS account and region, and a training job with this name already ' +
          `exists (${arnOf('training-job', 'trained-once')})`,
        status: 400,
      },
      refusalSource: 'https://github.com/aws/amazon-sagemaker-examples/pull/3108',
    },
    DescribeTrainingJob: {
      source: `${SAGEMAKER_API}/API_DescribeTrainingJob.html`,
      answers: async ({ running }) => {
        await startTraining(running, 'described');
        const job = await endOfTraining(running, 'described');
        expect(job).toMatchObject({
          TrainingJobStatus: 'Completed',
          SecondaryStatus: 'Completed',
          ModelArtifacts: { S3ModelArtifacts: 's3://sagemaker-cases/out/described/output/model.tar.gz' },
          FinalMetricDataList: [{ MetricName: 'objective', Value: 0.5 }],
        });
        expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
          ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
        ]);
      },
      refuses: ({ client }) => client.send(new DescribeTrainingJobCommand({ TrainingJobName: 'none' })),
      refusal: NOT_FOUND,
      refusalSource: OPERATOR_SENTENCES,
    },
    ListTrainingJobs: {
      source: `${SAGEMAKER_API}/API_ListTrainingJobs.html`,
      answers: async ({ client, running }) => {
        await startTraining(running, 'listed-one');
        await startTraining(running, 'listed-two');
        const page = { NameContains: 'listed-', SortBy: 'Name', MaxResults: 1 } as const;
        const first = await client.send(new ListTrainingJobsCommand(page));
        expect(first.TrainingJobSummaries?.map((each) => each.TrainingJobName)).toEqual(['listed-one']);
        const { NextToken } = first;
        const second = await client.send(new ListTrainingJobsCommand({ ...page, NextToken }));
        expect(second.TrainingJobSummaries?.[0]?.TrainingJobName).toBe('listed-two');
      },
      refuses: ({ client }) => client.send(new ListTrainingJobsCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    StopTrainingJob: {
      source: `${SAGEMAKER_API}/API_StopTrainingJob.html`,
      answers: async ({ client, running }) => {
        await startTraining(running, 'stopped', { pause: '30' });
        await client.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' }));
        const job = await endOfTraining(running, 'stopped');
        expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
      },
      refuses: async ({ client, running }) => {
        await startTraining(running, 'stopped-twice', { pause: '30' });
        await client.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped-twice' }));
        await endOfTraining(running, 'stopped-twice');
        await client.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped-twice' }));
      },
      refusal: {
        name: 'ValidationException',
        message: 'The request was rejected because the training job is in status Stopped.',
        status: 400,
      },
      refusalSource: 'https://github.com/awslabs/benchmark-ai/issues/928',
    },
    DeleteTrainingJob: {
      source: `${SAGEMAKER_API}/API_DeleteTrainingJob.html`,
      answers: async ({ client, running }) => {
        const TrainingJobName = 'deleted';
        await startTraining(running, TrainingJobName);
        await endOfTraining(running, TrainingJobName);
        await client.send(new DeleteTrainingJobCommand({ TrainingJobName }));
        const gone = client.send(new DescribeTrainingJobCommand({ TrainingJobName }));
        await expect(gone).rejects.toThrow('Requested resource not found.');
      },
      refuses: ({ client }) => client.send(new DeleteTrainingJobCommand({ TrainingJobName: 'none' })),
      refusal: NOT_FOUND,
      refusalSource: OPERATOR_SENTENCES,
    },
    Search: {
      source: `${SAGEMAKER_API}/API_Search.html`,
      answers: async ({ client, running }) => {
        await startTraining(running, 'searched');
        const job = await endOfTraining(running, 'searched');
        const Value = job.ModelArtifacts!.S3ModelArtifacts!;
        const Filters = [{ Name: 'ModelArtifacts.S3ModelArtifacts', Operator: 'Equals' as const, Value }];
        const { Results } = await client.send(
          new SearchCommand({ Resource: 'TrainingJob', SearchExpression: { Filters } }),
        );
        expect(Results?.map((each) => each.TrainingJob?.TrainingJobName)).toEqual(['searched']);
      },
      refuses: ({ client }) => client.send(new SearchCommand({ Resource: 'TrainingJob', MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
  },
});
