/** SageMaker: batch transform jobs. */

import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateTransformJobCommand,
  DescribeTransformJobCommand,
  ListTransformJobsCommand,
  StopTransformJobCommand,
  waitUntilTransformJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';
import { jobNotFound, QUICK, transformRequest } from './sagemaker-job-material.ts';
import {
  arnOf,
  EXECUTION_ROLE,
  makeModel,
  OPERATOR_SENTENCES,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';

/** Makes a model and starts a job of the same name. */
async function startTransform(running: RunningCloud, name: string) {
  await makeModel(running, name);
  return sagemakerClient(running).send(
    new CreateTransformJobCommand(await transformRequest(running, name, name)),
  );
}

async function endOfTransform(running: RunningCloud, TransformJobName: string) {
  const client = sagemakerClient(running);
  await waitUntilTransformJobCompletedOrStopped({ client, ...QUICK }, { TransformJobName });
  return client.send(new DescribeTransformJobCommand({ TransformJobName }));
}

export const sagemakerTransformCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateTransformJob: {
      source: `${SAGEMAKER_API}/API_CreateTransformJob.html`,
      answers: async ({ running }) => {
        const { TransformJobArn } = await startTransform(running, 'transformed');
        expect(TransformJobArn).toBe(arnOf('transform-job', 'transformed'));
        await endOfTransform(running, 'transformed');
        const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
        const Key = 'out/transformed/numbers.csv.out';
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'sagemaker-cases', Key }));
        expect(await Body?.transformToString()).toBe('2.0\n4.0\n');
      },
      refuses: async ({ client, running }) => {
        await makeModel(running, 'of-nothing');
        const request = await transformRequest(running, 'of-nothing', 'of-nothing');
        const S3Uri = 's3://sagemaker-cases/nothing/';
        const DataSource = { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri } };
        const TransformInput = { ...request.TransformInput, DataSource };
        await client.send(new CreateTransformJobCommand({ ...request, TransformInput }));
      },
      refusal: {
        name: 'ValidationException',
        message:
          'No S3 objects found under S3 URL "s3://sagemaker-cases/nothing/" given in input data source. Please ensure that ' +
          'the bucket exists in the selected region (us-east-1), that objects exist under that S3 prefix, and that the role ' +
          `"${EXECUTION_ROLE}" has "s3:ListBucket" permissions on bucket "sagemaker-cases".`,
        status: 400,
      },
      refusalSource: 'https://github.com/aws/amazon-sagemaker-examples/issues/2414',
    },
    DescribeTransformJob: {
      source: `${SAGEMAKER_API}/API_DescribeTransformJob.html`,
      answers: async ({ running }) => {
        await startTransform(running, 'described-transform');
        expect(await endOfTransform(running, 'described-transform')).toMatchObject({
          TransformJobStatus: 'Completed',
          ModelName: 'described-transform',
          TransformEndTime: expect.any(Date),
        });
      },
      refuses: ({ client }) => client.send(new DescribeTransformJobCommand({ TransformJobName: 'none' })),
      refusal: jobNotFound('none'),
      refusalSource: OPERATOR_SENTENCES,
    },
    ListTransformJobs: {
      source: `${SAGEMAKER_API}/API_ListTransformJobs.html`,
      answers: async ({ client, running }) => {
        await startTransform(running, 'listed-transform');
        const { TransformJobSummaries } = await client.send(
          new ListTransformJobsCommand({ NameContains: 'listed-transform' }),
        );
        expect(TransformJobSummaries?.[0]?.TransformJobArn).toBe(arnOf('transform-job', 'listed-transform'));
      },
      refuses: ({ client }) => client.send(new ListTransformJobsCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    StopTransformJob: {
      source: `${SAGEMAKER_API}/API_StopTransformJob.html`,
      answers: async ({ client, running }) => {
        await startTransform(running, 'stopped-transform');
        await client.send(new StopTransformJobCommand({ TransformJobName: 'stopped-transform' }));
        const job = await endOfTransform(running, 'stopped-transform');
        expect(job.TransformJobStatus).toBe('Stopped');
      },
      refuses: ({ client }) => client.send(new StopTransformJobCommand({ TransformJobName: 'none' })),
      refusal: jobNotFound('none'),
      refusalSource: OPERATOR_SENTENCES,
    },
  },
});
