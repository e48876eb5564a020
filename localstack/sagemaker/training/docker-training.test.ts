/** Any image where Docker is, seen through a `docker` that writes down how it is called and plays a container. */
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SageMakerFixture, sagemakerFixture, trainingRequest } from '../testing.ts';

/** Answers as an engine; `run` finds its folder among the arguments, and `stop` ends what runs. */
const DOCKER = `#!/bin/sh
here=$(dirname "$0")
for argument in "$@"; do echo "$argument"; done >> "$here/calls"
echo --- >> "$here/calls"
case "$1" in
  version) test -e "$here/no-engine" && { echo 'Cannot connect to the Docker daemon' >&2; exit 1; }; echo 28.0;;
  stop) touch "$here/stopped";;
  run)
    for argument in "$@"; do case "$argument" in *:/opt/ml) base=\${argument%:/opt/ml};; esac; done
    cp "$base/input/config/hyperparameters.json" "$base/model/"
    echo 'loss=0.25'
    if grep -q fail "$base/input/config/hyperparameters.json"; then printf 'no luck' > "$base/output/failure"; exit 4; fi
    if grep -q wait "$base/input/config/hyperparameters.json"; then while ! test -e "$here/stopped"; do sleep 0.05; done; exit 143; fi;;
esac
`;
const IMAGE = '123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1';

let fixture: SageMakerFixture;
let folder: string;
const path = process.env.PATH;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-'));
  await writeFile(join(folder, 'docker'), DOCKER);
  await chmod(join(folder, 'docker'), 0o755);
  process.env.PATH = `${folder}:${path}`;
  fixture = await sagemakerFixture();
});
beforeEach(() => writeFile(join(folder, 'calls'), ''));
afterAll(async () => {
  process.env.PATH = path;
  await fixture.stop();
});

const calls = async () =>
  (await readFile(join(folder, 'calls'), 'utf8')).split('---\n').map((each) => each.trim().split('\n'));
const request = (name: string, HyperParameters: object, algorithm: object = {}, more: object = {}) =>
  trainingRequest(name, '', {
    HyperParameters,
    AlgorithmSpecification: {
      TrainingImage: IMAGE,
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'loss', Regex: 'loss=(.*)' }],
      ...algorithm,
    },
    Environment: { OWN: '/opt/ml/model' },
    ...more,
  });

describe('an image that only Docker runs', () => {
  it('is run with the argument train, /opt/ml and the environment of the platform', async () => {
    await fixture.run('CreateTrainingJob', request('contained', { depth: '3' }));
    const job = await fixture.endOfTraining('contained');
    expect(job, job.FailureReason).toMatchObject({
      TrainingJobStatus: 'Completed',
      FinalMetricDataList: [{ MetricName: 'loss', Value: 0.25 }],
    });
    expect(await fixture.keys('out/contained/')).toContain('out/contained/output/model.tar.gz');
    const [, run] = await calls();
    expect(run!.slice(0, 3)).toEqual(['run', '--rm', '--name']);
    expect(run!.slice(-2)).toEqual([IMAGE, 'train']);
    expect(run).toContainEqual(expect.stringMatching(/training\/contained\/opt\/ml:\/opt\/ml$/));
    expect(run).toEqual(
      expect.arrayContaining([
        'OWN=/opt/ml/model',
        'TRAINING_JOB_NAME=contained',
        'AWS_REGION=us-east-1',
        'AWS_ENDPOINT_URL=http://host.docker.internal:4566',
        'host.docker.internal:host-gateway',
      ]),
    );
  });

  it('takes an entrypoint and arguments, and no network when isolated', async () => {
    const algorithm = { ContainerEntrypoint: ['python', '-u'], ContainerArguments: ['go.py'] };
    const isolated = { EnableNetworkIsolation: true };
    await fixture.run('CreateTrainingJob', request('isolated', {}, algorithm, isolated));
    await fixture.endOfTraining('isolated');
    const [, run] = await calls();
    expect(run!.join(' ')).toContain(`--entrypoint python ${IMAGE} -u go.py`);
    expect(run!.join(' ')).toContain('--network none');
    expect(run!.join(' ')).not.toContain('AWS_ACCESS_KEY_ID');
  });

  it('fails with what it wrote, and its exit code', async () => {
    await fixture.run('CreateTrainingJob', request('failing', { mode: 'fail' }));
    const { FailureReason } = await fixture.endOfTraining('failing');
    expect(FailureReason).toBe('AlgorithmError: no luck, exit code: 4');
  });

  it('is stopped by SIGTERM, and by SIGKILL two minutes later', async () => {
    await fixture.run('CreateTrainingJob', request('halted', { mode: 'wait' }));
    const running = () => [...fixture.logs.keys()].some((name) => name.startsWith('halted/'));
    while (!running()) await new Promise((resolve) => setTimeout(resolve, 30));
    await fixture.run('StopTrainingJob', { TrainingJobName: 'halted' });
    expect(await fixture.endOfTraining('halted')).toMatchObject({ TrainingJobStatus: 'Stopped' });
    const [, run, stop] = await calls();
    expect(stop).toEqual(['stop', '--time', '120', run![3]]);
  });

  it('fails at once where there is no engine, which it names', async () => {
    await writeFile(join(folder, 'no-engine'), '');
    await fixture.run('CreateTrainingJob', request('without', {}));
    const { FailureReason } = await fixture.endOfTraining('without');
    expect(FailureReason).toMatch(/^ClientError: the local cloud has no runner for image "123456789012/);
    expect(FailureReason).toMatch(
      /no Docker engine answers for any other image \(Cannot connect to the Docker daemon\); start Docker, take one of these images, or run it on AWS$/,
    );
  });
});
