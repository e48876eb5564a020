/** SageMaker: processing jobs. */
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobRequest,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  StopProcessingJobCommand,
  waitUntilProcessingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';
import { INSTANCE, jobNotFound, QUICK } from './sagemaker-job-material.ts';
import {
  arnOf,
  EXECUTION_ROLE,
  IMAGE,
  material,
  OPERATOR_SENTENCES,
  PATTERN_SOURCE,
  patternRefusal,
  putObject,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';

const SCRIPT = `
import sys, time
time.sleep(int(sys.argv[1]))
with open('/opt/ml/output/message', 'w') as file:
    file.write('all is well')
`;
const FOLDER = '/opt/ml/processing/input/code';

/** Runs the script. @param pause seconds that it takes */
async function startProcessing(running: RunningCloud, ProcessingJobName: string, pause = 0) {
  await material(running);
  const S3Uri = await putObject(running, 'jobs/process/process.py', SCRIPT);
  const request: CreateProcessingJobRequest = {
    ProcessingJobName,
    RoleArn: EXECUTION_ROLE,
    AppSpecification: {
      ImageUri: IMAGE,
      ContainerEntrypoint: ['python3', `${FOLDER}/process.py`],
      ContainerArguments: [String(pause)],
    },
    ProcessingInputs: [
      {
        InputName: 'code',
        S3Input: { S3Uri, LocalPath: FOLDER, S3DataType: 'S3Prefix', S3InputMode: 'File' },
      },
    ],
    ProcessingResources: { ClusterConfig: { InstanceType: INSTANCE, InstanceCount: 1, VolumeSizeInGB: 5 } },
  };
  return sagemakerClient(running).send(new CreateProcessingJobCommand(request));
}

async function endOfProcessing(running: RunningCloud, ProcessingJobName: string) {
  const client = sagemakerClient(running);
  await waitUntilProcessingJobCompletedOrStopped({ client, ...QUICK }, { ProcessingJobName });
  return client.send(new DescribeProcessingJobCommand({ ProcessingJobName }));
}

export const sagemakerProcessingCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateProcessingJob: {
      source: `${SAGEMAKER_API}/API_CreateProcessingJob.html`,
      answers: async ({ running }) => {
        const { ProcessingJobArn } = await startProcessing(running, 'processed');
        expect(ProcessingJobArn).toBe(arnOf('processing-job', 'processed'));
      },
      refuses: ({ running }) => startProcessing(running, 'a_b'),
      refusal: patternRefusal('processingJobName', 'a_b'),
      refusalSource: PATTERN_SOURCE,
    },
    DescribeProcessingJob: {
      source: `${SAGEMAKER_API}/API_DescribeProcessingJob.html`,
      answers: async ({ running }) => {
        await startProcessing(running, 'described-processing');
        expect(await endOfProcessing(running, 'described-processing')).toMatchObject({
          ProcessingJobStatus: 'Completed',
          ExitMessage: 'all is well',
        });
      },
      refuses: ({ client }) => client.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'none' })),
      refusal: jobNotFound('none'),
      refusalSource: OPERATOR_SENTENCES,
    },
    ListProcessingJobs: {
      source: `${SAGEMAKER_API}/API_ListProcessingJobs.html`,
      answers: async ({ client, running }) => {
        await startProcessing(running, 'listed-processing');
        const { ProcessingJobSummaries } = await client.send(
          new ListProcessingJobsCommand({ NameContains: 'listed-processing' }),
        );
        expect(ProcessingJobSummaries?.[0]?.ProcessingJobArn).toBe(
          arnOf('processing-job', 'listed-processing'),
        );
      },
      refuses: ({ client }) => client.send(new ListProcessingJobsCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    StopProcessingJob: {
      source: `${SAGEMAKER_API}/API_StopProcessingJob.html`,
      answers: async ({ client, running }) => {
        await startProcessing(running, 'stopped-processing', 30);
        await client.send(new StopProcessingJobCommand({ ProcessingJobName: 'stopped-processing' }));
        const job = await endOfProcessing(running, 'stopped-processing');
        expect(job.ProcessingJobStatus).toBe('Stopped');
      },
      refuses: ({ client }) => client.send(new StopProcessingJobCommand({ ProcessingJobName: 'none' })),
      refusal: jobNotFound('none'),
      refusalSource: OPERATOR_SENTENCES,
    },
  },
});
