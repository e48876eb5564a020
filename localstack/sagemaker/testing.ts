/** SageMaker on a fake cloud with a real S3, for this folder's tests. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { DescribeEndpointOutput, DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import type { Service } from '../core/service.ts';
import { type S3Fixture, s3Fixture } from '../s3/testing.ts';
import { type FakeCloud, fakeCloud } from '../testing/fake-cloud.ts';
import { packDirectory } from './archives.ts';
import { createSageMakerService } from './index.ts';
import type { SageMakerOptions } from './sagemaker.ts';

export const XGBOOST_IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
export const SKLEARN_IMAGE =
  '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';
export const ROLE = 'arn:aws:iam::000000000000:role/execution';
/** Making the virtual environment takes a minute, once on a machine. */
export const FIRST_RUN_MS = 600_000;
const JOB_ENDED = ['Completed', 'Failed', 'Stopped'];
const POLL_MS = 30;

export interface SageMakerFixture {
  readonly cloud: FakeCloud;
  readonly service: Service;
  readonly s3: S3Fixture;
  /** Lines that containers wrote, by log stream. */
  readonly logs: Map<string, string[]>;
  readonly metrics: (MetricDatum & { readonly Namespace: string })[];
  /** Calls an operation as root. */
  run<Output = Record<string, unknown>>(operation: string, input: object): Promise<Output>;
  put(key: string, body: string | Buffer): Promise<string>;
  keys(prefix: string): Promise<string[]>;
  text(key: string): Promise<string>;
  bytes(key: string): Promise<Buffer>;
  /** Packs files as a script's source archive or a model, uploads it and returns its URI. */
  putArchive(key: string, files: Readonly<Record<string, string>>): Promise<string>;
  endOfTraining(name: string): Promise<DescribeTrainingJobResponse>;
  endOfTransform(name: string): Promise<{ TransformJobStatus: string; FailureReason?: string }>;
  /** The endpoint once `isReached` holds, without moving the clock. */
  endpointUntil(
    name: string,
    isReached: (endpoint: DescribeEndpointOutput) => boolean,
  ): Promise<DescribeEndpointOutput>;
  eventsOf(detailType: string): Record<string, unknown>[];
  stop(): Promise<void>;
}

/** Starts both; `cloud` lets a second service take up the state of a first. */
export async function sagemakerFixture(
  cloud: FakeCloud = fakeCloud(),
  options: SageMakerOptions = {},
): Promise<SageMakerFixture> {
  const s3 = await s3Fixture(cloud);
  const service = createSageMakerService(cloud, options);
  const logs = new Map<string, string[]>();
  const metrics: SageMakerFixture['metrics'] = [];
  cloud.register(service);
  for (const operation of ['CreateLogGroup', 'DescribeLogStreams', 'CreateLogStream']) {
    cloud.respond('logs', operation, () => ({}));
  }
  cloud.respond('logs', 'PutLogEvents', (input) => {
    const lines = logs.get(input.logStreamName) ?? [];
    logs.set(input.logStreamName, lines);
    for (const { message } of input.logEvents) lines.push(message);
    return {};
  });
  cloud.respond('monitoring', 'PutMetricData', ({ Namespace, MetricData }) => {
    for (const datum of MetricData) metrics.push({ Namespace, ...datum });
    return {};
  });
  await service.start?.();

  async function bytes(Key: string): Promise<Buffer> {
    const input = { Bucket: 'data', Key };
    const { Body } = await s3.run<{ Body: AsyncIterable<Uint8Array> | Uint8Array }>('GetObject', input);
    if (Body instanceof Uint8Array) return Buffer.from(Body);
    const chunks: Uint8Array[] = [];
    for await (const chunk of Body) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async function until<T>(look: () => Promise<T>, isReached: (seen: T) => boolean): Promise<T> {
    for (;;) {
      const seen = await look();
      if (isReached(seen)) return seen;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  const fixture: SageMakerFixture = {
    cloud,
    service,
    s3,
    logs,
    metrics,
    bytes,
    run: async <Output>(name: string, input: object) =>
      (await cloud.clock.busy(name, async () => service.operations[name]!(input, cloud.callAs()))) as Output,
    async put(Key, Body) {
      await s3.run('PutObject', { Bucket: 'data', Key, Body });
      return `s3://data/${Key}`;
    },
    async keys(Prefix) {
      const input = { Bucket: 'data', Prefix };
      const { Contents } = await s3.run<{ Contents?: { Key: string }[] }>('ListObjectsV2', input);
      return (Contents ?? []).map((each) => each.Key);
    },
    text: async (key) => (await bytes(key)).toString('utf8'),
    async putArchive(key, files) {
      const folder = await mkdtemp(join(tmpdir(), 'archive-'));
      const archive = `${folder}.tar.gz`;
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      await packDirectory(folder, archive);
      const uri = await fixture.put(key, await readFile(archive));
      await Promise.all([rm(folder, { recursive: true }), rm(archive)]);
      return uri;
    },
    endOfTraining: (TrainingJobName) =>
      until(
        () => fixture.run<DescribeTrainingJobResponse>('DescribeTrainingJob', { TrainingJobName }),
        (job) => JOB_ENDED.includes(job.TrainingJobStatus!),
      ),
    endOfTransform: (TransformJobName) =>
      until(
        () => fixture.run<{ TransformJobStatus: string }>('DescribeTransformJob', { TransformJobName }),
        (job) => JOB_ENDED.includes(job.TransformJobStatus),
      ),
    endpointUntil: (EndpointName, isReached) =>
      until(() => fixture.run<DescribeEndpointOutput>('DescribeEndpoint', { EndpointName }), isReached),
    eventsOf: (detailType) =>
      cloud.events
        .filter((event) => event.detailType === `SageMaker ${detailType}`)
        .map((event) => event.detail as Record<string, unknown>),
    async stop() {
      await service.stop?.();
      await s3.stop();
    },
  };
  return fixture;
}

/** A request to train `source`'s train.py, to be overridden in part. */
export function trainingRequest(name: string, source: string, more: object = {}): Record<string, unknown> {
  return {
    TrainingJobName: name,
    RoleArn: ROLE,
    AlgorithmSpecification: { TrainingImage: XGBOOST_IMAGE, TrainingInputMode: 'File' },
    HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: source },
    OutputDataConfig: { S3OutputPath: 's3://data/out' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
    ...more,
  };
}
