/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html */

import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRunner } from '../runners/prepare-runner.ts';
import { FIRST_RUN_MS, ROLE, type SageMakerFixture, sagemakerFixture, XGBOOST_IMAGE } from '../testing.ts';

const SCRIPT = `
import json, os, sys
with open('/opt/ml/processing/input/data/rows.csv') as file:
    rows = file.read().split()
with open('/opt/ml/config/processingjobconfig.json') as file:
    name = json.load(file)['ProcessingJobName']
os.makedirs('/opt/ml/processing/output/deep', exist_ok=True)
with open('/opt/ml/processing/output/deep/report.json', 'w') as file:
    json.dump({'rows': len(rows), 'job': name, 'arguments': sys.argv[1:], 'own': os.environ['OWN']}, file)
print('processed')
if 'fail' in sys.argv:
    with open('/opt/ml/output/message', 'w') as file:
        file.write('too few rows')
    sys.exit(3)
`;
const CODE = '/opt/ml/processing/input/code';

let fixture: SageMakerFixture;

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  fixture = await sagemakerFixture();
  await fixture.put('code/process.py', SCRIPT);
  await fixture.put('data/rows.csv', '1\n2\n3\n');
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const input = (InputName: string, S3Uri: string, LocalPath: string) => ({
  InputName,
  S3Input: { S3Uri, LocalPath, S3DataType: 'S3Prefix', S3InputMode: 'File' },
});
const request = (ProcessingJobName: string, ContainerArguments: string[], more: object = {}) => ({
  ProcessingJobName,
  RoleArn: ROLE,
  AppSpecification: {
    ImageUri: XGBOOST_IMAGE,
    ContainerEntrypoint: ['python3', `${CODE}/process.py`],
    ContainerArguments,
  },
  Environment: { OWN: '/opt/ml/processing' },
  ProcessingInputs: [
    input('code', 's3://data/code/process.py', CODE),
    input('data', 's3://data/data/', '/opt/ml/processing/input/data'),
  ],
  ProcessingOutputConfig: {
    Outputs: [
      {
        OutputName: 'report',
        S3Output: {
          S3Uri: `s3://data/reports/${ProcessingJobName}`,
          LocalPath: '/opt/ml/processing/output',
          S3UploadMode: 'EndOfJob',
        },
      },
    ],
  },
  ProcessingResources: {
    ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 5 },
  },
  ...more,
});

async function process(
  name: string,
  args: string[],
  more: object = {},
): Promise<DescribeProcessingJobResponse> {
  await fixture.run('CreateProcessingJob', request(name, args, more));
  for (;;) {
    const job = await fixture.run<DescribeProcessingJobResponse>('DescribeProcessingJob', {
      ProcessingJobName: name,
    });
    if (!['InProgress', 'Stopping'].includes(job.ProcessingJobStatus!)) return job;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

describe('a processing job', () => {
  it('runs a script that spells its paths out, with arguments, and uploads what it wrote', async () => {
    const job = await process('reports', ['--level', '/opt/ml/processing/input']);
    expect(job, job.FailureReason).toMatchObject({
      ProcessingJobStatus: 'Completed',
      ProcessingStartTime: expect.any(Date),
      ProcessingEndTime: expect.any(Date),
      StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    });
    const report = JSON.parse(await fixture.text('reports/reports/deep/report.json'));
    expect(report).toMatchObject({ rows: 3, job: 'reports', arguments: ['--level', expect.any(String)] });
    expect(report.own).toMatch(/processing\/reports\/opt\/ml\/processing$/);
    const [stream, lines] = [...fixture.logs].find(([name]) => name.startsWith('reports/'))!;
    expect(stream).toMatch(/^reports\/algo-1-\d{10}$/);
    expect(lines).toEqual(['processed']);
    const events = fixture.eventsOf('Processing Job State Change');
    expect(events.map((each) => each.ProcessingJobStatus)).toEqual(['InProgress', 'InProgress', 'Completed']);
    expect(fixture.metrics.find((each) => each.Namespace === '/aws/sagemaker/ProcessingJobs')).toMatchObject({
      MetricName: 'DiskUtilization',
      Dimensions: [{ Name: 'Host', Value: 'reports/algo-1' }],
    });
  });

  it('fails with its exit code and its message, and uploads nothing at its end', async () => {
    expect(await process('fails', ['fail'])).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: , exit code: 3',
      ExitMessage: 'too few rows',
    });
    expect(await fixture.keys('reports/fails')).toEqual([]);
  });

  it('uploads continuously what it has written, whatever becomes of it', async () => {
    const Outputs = request('continuous', ['x']).ProcessingOutputConfig.Outputs.map((each) => ({
      ...each,
      S3Output: { ...each.S3Output, S3UploadMode: 'Continuous' },
    }));
    await process('continuous', ['fail'], { ProcessingOutputConfig: { Outputs } });
    expect(await fixture.keys('reports/continuous')).toEqual(['reports/continuous/deep/report.json']);
  });

  it('is refused by name where it asks for more', async () => {
    const stream = request('pipe', ['x']);
    stream.ProcessingInputs[1]!.S3Input.S3InputMode = 'Pipe';
    await expect(fixture.run('CreateProcessingJob', stream)).rejects.toMatchObject({
      message: 'not implemented by the local cloud: sagemaker CreateProcessingJob S3InputMode Pipe',
    });
    const outside = request('outside', ['x']);
    outside.ProcessingInputs[1]!.S3Input.LocalPath = '/data';
    await expect(fixture.run('CreateProcessingJob', outside)).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
  });
});
