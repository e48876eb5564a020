/** Models that multiply, and endpoints that serve them, for this folder's tests. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DescribeEndpointOutput } from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { FakeCloud } from '../../testing/fake-cloud.ts';
import { packDirectory } from '../archives.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import type { SageMakerOptions } from '../sagemaker.ts';
import { ROLE, type SageMakerFixture, sagemakerFixture, XGBOOST_IMAGE } from '../testing.ts';

/** Answers with the number in the model's file times each row's first cell, after as many seconds as the third says; to `pid` with its own. */
export const SCRIPT = `
import os, time
def model_fn(model_dir):
    with open(os.path.join(model_dir, 'factor')) as file:
        return float(file.read())
def input_fn(body, content_type):
    if content_type != 'text/csv':
        raise ValueError(content_type)
    return [line.split(',') for line in body.strip().split('\\n')]
def predict_fn(rows, factor):
    time.sleep(sum(float(row[2]) for row in rows if len(row) > 2))
    return [os.getpid() if row[0] == 'pid' else factor * float(row[0]) for row in rows]
def output_fn(prediction, accept):
    return ''.join(f'{value}\\n' for value in prediction), 'text/csv'
`;
const FACTORS = [2, 3, 5];
const ACCOUNT = 'arn:aws:sagemaker:us-east-1:000000000000';

/** A refusal as a test looks at it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ServingFixture extends SageMakerFixture {
  /** Makes a configuration. */
  config(name: string, variants: readonly object[], more?: object): Promise<unknown>;
  /** Makes a configuration `NAME` of one variant `main` and an endpoint of it, and waits until it serves. */
  serve(name: string, model: string, more?: object): Promise<DescribeEndpointOutput>;
  describe(name: string): Promise<DescribeEndpointOutput>;
  inService(name: string): Promise<DescribeEndpointOutput>;
  /** The endpoint once its new fleet bakes. */
  baking(name: string, message?: string): Promise<DescribeEndpointOutput>;
  invoke(name: string, body: string, more?: object): Promise<string>;
  refusal(operation: string, input: object): Promise<Refusal | undefined>;
  /** Steps the clock. */
  advance(seconds: number): Promise<void>;
}

/** An instance-based variant; `times-2`, `times-3` and `times-5` are its models. */
export const variant = (VariantName: string, ModelName: string, more: object = {}) => ({
  VariantName,
  ModelName,
  InitialInstanceCount: 2,
  InstanceType: 'ml.m5.large',
  ...more,
});

/** ARN of an endpoint or of another kind of resource. */
export const arn = (name: string, kind = 'endpoint') => `${ACCOUNT}:${kind}/${name}`;

/** What a stage's message says of each pending variant. */
export const stageOf = (endpoint: DescribeEndpointOutput): string | undefined =>
  endpoint.PendingDeploymentSummary?.ProductionVariants?.[0]?.VariantStatus?.[0]?.StatusMessage;

/** The bytes of a .tar.gz of these files. */
export async function packFiles(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'packed-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await packDirectory(folder, `${folder}.tar.gz`);
  const packed = await readFile(`${folder}.tar.gz`);
  await Promise.all([rm(folder, { recursive: true }), rm(`${folder}.tar.gz`)]);
  return packed;
}

/** SageMaker with three models; `cloud` takes up the state of an earlier fixture, which has them already. */
export async function servingFixture(
  options: SageMakerOptions = {},
  cloud?: FakeCloud,
): Promise<ServingFixture> {
  await prepareRunner(XGBOOST_IMAGE);
  const fixture = await sagemakerFixture(cloud, options);
  if (!cloud) await createModels(fixture);

  const serving: ServingFixture = {
    ...fixture,
    config: (EndpointConfigName, ProductionVariants, more = {}) =>
      fixture.run('CreateEndpointConfig', { EndpointConfigName, ProductionVariants, ...more }),
    async serve(name, model, more = {}) {
      await serving.config(name, [variant('main', model)], more);
      await fixture.run('CreateEndpoint', { EndpointName: name, EndpointConfigName: name });
      return serving.inService(name);
    },
    describe: (EndpointName) => fixture.run('DescribeEndpoint', { EndpointName }),
    async inService(name) {
      const endpoint = await fixture.endpointUntil(name, ({ EndpointStatus }) =>
        ['InService', 'Failed'].includes(EndpointStatus!),
      );
      expect(endpoint, [...fixture.logs.values()].flat().join('\n')).toMatchObject({
        EndpointStatus: 'InService',
      });
      return endpoint;
    },
    baking: (name, message = '') =>
      fixture.endpointUntil(name, (endpoint) => {
        const stage = stageOf(endpoint) ?? '';
        return stage.startsWith('Baking') && stage.includes(message);
      }),
    async invoke(EndpointName, body, more = {}) {
      const input = { EndpointName, Body: Buffer.from(body), ContentType: 'text/csv', ...more };
      const answer = await fixture.run<{ Body: Uint8Array }>('InvokeEndpoint', input);
      return Buffer.from(answer.Body).toString();
    },
    refusal: (operation, input) =>
      fixture.run(operation, input).then(
        () => undefined,
        (error: Refusal) => error,
      ),
    advance: (seconds) => fixture.cloud.clock.advanceTo(fixture.cloud.clock.now() + seconds * 1000),
  };
  return serving;
}

async function createModels(fixture: SageMakerFixture): Promise<void> {
  const source = await fixture.putArchive('code/serve.tar.gz', { 'serve.py': SCRIPT });
  const Environment = { SAGEMAKER_PROGRAM: 'serve.py', SAGEMAKER_SUBMIT_DIRECTORY: source };
  for (const factor of FACTORS) {
    const ModelDataUrl = await fixture.putArchive(`models/${factor}.tar.gz`, { factor: String(factor) });
    await fixture.run('CreateModel', {
      ModelName: `times-${factor}`,
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { Image: XGBOOST_IMAGE, ModelDataUrl, Environment },
    });
  }
}
