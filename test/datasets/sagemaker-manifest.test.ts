import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManifestFile } from '../../lambdas/datasets/contract.ts';
import { writeSagemakerManifest } from '../../lambdas/datasets/versions/sagemaker-manifest.ts';
import { sagemakerManifestKey } from '../../lambdas/shared/keys.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { prepareRunner } from '../../localstack/sagemaker/runners/prepare-runner.ts';
import {
  FIRST_RUN_MS,
  ROLE,
  type SageMakerFixture,
  sagemakerFixture,
  trainingRequest,
  XGBOOST_IMAGE,
} from '../../localstack/sagemaker/testing.ts';

/** Contents and their hashes, by sha256sum. */
const A = { text: 'a,1\n', sha256: 'a763c2b572d8bdf96960a1511f6928ec35879ec98363a3e14e3c75ca1cbc8994' };
const B = { text: 'b,2\n', sha256: '9fba86a2a7936f7c5ca5852c476b3d949fe8022d5e410c9e07477cdb906185a7' };
const OF_ANOTHER_VERSION = {
  text: 'c,3\n',
  sha256: '2071c9493fe1d97bc4acb2522c6cb016340c532ac8edc270be30439bc1a1d9af',
};

const file = (path: string, { sha256 }: { sha256: string }): ManifestFile => ({
  path,
  sha256,
  size: 4,
  rows: 1,
});

const written = (files: Iterable<ManifestFile> | AsyncIterable<ManifestFile>) =>
  withTempDirectory(async (directory) => {
    const local = join(directory, 'sagemaker-manifest.json');
    await writeSagemakerManifest(local, 'data', files);
    return readFileSync(local, 'utf8');
  });

describe('the SageMaker manifest of a version', () => {
  it('is a prefix and the names of the contents below it, in the order of the files', async () => {
    const text = await written([file('part one.csv', A), file('zwei.csv', B)]);
    expect(JSON.parse(text)).toEqual([{ prefix: 's3://data/objects/' }, A.sha256, B.sha256]);
    expect(text.split('\n')).toHaveLength(4);
  });

  it('names a content once that lies under two paths', async () => {
    const text = await written([file('a.csv', A), file('b.csv', B), file('copy of a.csv', A)]);
    expect(JSON.parse(text)).toEqual([{ prefix: 's3://data/objects/' }, A.sha256, B.sha256]);
  });

  it('is written from files as they come', async () => {
    const count = 100_000;
    const hash = (index: number) => index.toString(16).padStart(64, '0');
    async function* many() {
      for (let index = 0; index < count; index += 1) yield file(`${index}`, { sha256: hash(index) });
    }
    const [prefix, ...names] = JSON.parse(await written(many()));
    expect(prefix).toEqual({ prefix: 's3://data/objects/' });
    expect(names).toHaveLength(count);
    expect(names.at(-1)).toBe(hash(count - 1));
  });
});

/** Says which files the job was given, and with which contents. */
const LIST = `
import json, os, sys
def files(folder):
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name)) as file:
                found[os.path.relpath(file.name, folder)] = file.read()
    return found
`;
const TRAIN = `${LIST}
def model_fn(folder): return None
def input_fn(body, content_type): return body.decode() if isinstance(body, bytes) else body
def predict_fn(body, model): return body.upper()
def output_fn(answer, accept): return answer, 'text/csv'
if __name__ == '__main__':
    print('given ' + json.dumps(files(os.environ['SM_CHANNEL_TRAIN']), sort_keys=True))
    open(os.path.join(os.environ['SM_MODEL_DIR'], 'model'), 'w').close()
`;
const PROCESS = `${LIST}
print('given ' + json.dumps(files('/opt/ml/processing/input/version'), sort_keys=True))
`;
const GIVEN = `given {"${B.sha256}": "b,2\\n", "${A.sha256}": "a,1\\n"}`;

describe('a job of SageMaker with that manifest as input is given the exact files of the version', () => {
  const S3Uri = `s3://data/${sagemakerManifestKey(3)}`;
  const S3DataType = 'ManifestFile';
  let fixture: SageMakerFixture;
  let source: string;

  beforeAll(async () => {
    await prepareRunner(XGBOOST_IMAGE);
    fixture = await sagemakerFixture();
    for (const { sha256, text } of [A, B, OF_ANOTHER_VERSION]) await fixture.put(`objects/${sha256}`, text);
    await fixture.put(sagemakerManifestKey(3), await written([file('a.csv', A), file('b.csv', B)]));
    source = await fixture.putArchive('code/list.tar.gz', { 'train.py': TRAIN });
  }, FIRST_RUN_MS);

  afterAll(() => fixture.stop());

  const linesOf = (job: string) =>
    [...fixture.logs].filter(([stream]) => stream.startsWith(`${job}/`)).flatMap(([, lines]) => lines);

  it('in a training job', async () => {
    await fixture.run('CreateTrainingJob', {
      ...trainingRequest('trains', source),
      InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { S3DataType, S3Uri } } }],
    });
    const { TrainingJobStatus, FailureReason } = await fixture.endOfTraining('trains');
    expect(TrainingJobStatus, FailureReason).toBe('Completed');
    expect(linesOf('trains')).toContain(GIVEN);
  }, 60_000);

  it('in a processing job', async () => {
    await fixture.put('code/process.py', PROCESS);
    const input = (InputName: string, LocalPath: string, from: object) => ({
      InputName,
      S3Input: { LocalPath, S3InputMode: 'File', ...from },
    });
    await fixture.run('CreateProcessingJob', {
      ProcessingJobName: 'processes',
      RoleArn: ROLE,
      AppSpecification: {
        ImageUri: XGBOOST_IMAGE,
        ContainerEntrypoint: ['python3', '/opt/ml/processing/input/code/process.py'],
      },
      ProcessingInputs: [
        input('code', '/opt/ml/processing/input/code', {
          S3DataType: 'S3Prefix',
          S3Uri: 's3://data/code/process.py',
        }),
        input('version', '/opt/ml/processing/input/version', { S3DataType, S3Uri }),
      ],
      ProcessingResources: {
        ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 5 },
      },
    });
    await expect.poll(() => linesOf('processes'), { timeout: 20_000 }).toContain(GIVEN);
  }, 60_000);

  it('in a transform job, whose outputs are named by the hashes too', async () => {
    await fixture.run('CreateModel', {
      ModelName: 'shouts',
      ExecutionRoleArn: ROLE,
      PrimaryContainer: {
        Image: XGBOOST_IMAGE,
        ModelDataUrl: 's3://data/out/trains/output/model.tar.gz',
        Environment: { SAGEMAKER_PROGRAM: 'train.py', SAGEMAKER_SUBMIT_DIRECTORY: source },
      },
    });
    await fixture.run('CreateTransformJob', {
      TransformJobName: 'scores',
      ModelName: 'shouts',
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType, S3Uri } },
        ContentType: 'text/csv',
        SplitType: 'Line',
      },
      TransformOutput: { S3OutputPath: 's3://data/scored', Accept: 'text/csv', AssembleWith: 'Line' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    });
    const { TransformJobStatus, FailureReason } = await fixture.endOfTransform('scores');
    expect(TransformJobStatus, FailureReason).toBe('Completed');
    expect(await fixture.keys('scored/')).toEqual([`scored/${B.sha256}.out`, `scored/${A.sha256}.out`]);
    expect((await fixture.text(`scored/${A.sha256}.out`)).trim()).toBe('A,1');
  }, 60_000);
});
