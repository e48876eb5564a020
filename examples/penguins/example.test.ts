/** The example from its data over a search to an endpoint that answers, on a local cloud of its own, judged again by other means. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  DescribeHyperParameterTuningJobCommand,
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  ListHyperParameterTuningJobsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadFiles } from '../../console/client/actions.ts';
import { getChampion, listRuns, listVersions } from '../../console/client/catalog.ts';
import { type Connection, connect } from '../../console/client/connect.ts';
import type { Evaluation } from '../../lambdas/evaluation/contract.ts';
import { evaluationKey } from '../../lambdas/shared/keys.ts';
import { LocalStage } from '../../test/helpers/local-stage.ts';
import { bytesOf, rest } from '../../test/helpers/watch.ts';
import { FEATURES, writePenguins } from './penguins.ts';

const PROJECT = 'penguins';
/** In the order of the config, which is that of the answers. */
const SPECIES = ['Adelie', 'Chinstrap', 'Gentoo'];
let stage: LocalStage;
let connection: Connection;
let file: string;

beforeAll(async () => {
  stage = await LocalStage.start();
  const config = resolve('examples/penguins/driftless.config.ts');
  writeFileSync(stage.path('driftless.config.mjs'), `export { default } from '${config}';\n`);
  // the stage brings a trainer of its own
  cpSync('examples/penguins/trainer', stage.path('trainer'), { recursive: true });
  await Promise.all([stage.synth(), stage.bootstrap()]);
  await stage.cdk('deploy', '--all', '--app', stage.path('cdk.out'), '--require-approval', 'never');
  Object.assign(process.env, stage.environment);
  connection = await connect({ stage: 'local', project: PROJECT });
  file = stage.path('penguins.csv');
  writePenguins(file);
  await uploadFiles(connection, [file]);
  await rest(stage);
}, 300_000);
afterAll(() => stage.stop());

const text = async (key: string) => String(await bytesOf({ connection } as LocalStage, key));
const path = (uri: string) => uri.replace(/^s3:\/\/[^/]+\//, '');
/** Index of the greatest of each line's numbers. */
const winners = (body: string) =>
  body
    .trim()
    .split('\n')
    .map((line) => {
      const values = line.split(',').map(Number);
      expect(values).toHaveLength(SPECIES.length);
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
      return values.indexOf(Math.max(...values));
    });

describe('the penguins example', () => {
  it('becomes a version', async () => {
    const [version] = await listVersions(connection);
    expect(version).toMatchObject({ version: 1, rows: 342 });
  });

  it('searches with three jobs, and the best one becomes the model', async () => {
    const [run] = await listRuns(connection);
    expect(run, JSON.stringify(run)).toMatchObject({ status: 'Registered', modelVersion: 1 });
    const { HyperParameterTuningJobSummaries: searches } = await connection.sagemaker.send(
      new ListHyperParameterTuningJobsCommand({}),
    );
    expect(searches).toHaveLength(1);
    const named = { HyperParameterTuningJobName: searches![0]!.HyperParameterTuningJobName! };
    const search = await connection.sagemaker.send(new DescribeHyperParameterTuningJobCommand(named));
    expect(search).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      TrainingJobStatusCounters: { Completed: 3 },
    });
    const { TrainingJobSummaries: jobs = [] } = await connection.sagemaker.send(
      new ListTrainingJobsForHyperParameterTuningJobCommand(named),
    );
    const losses = jobs.map((job) => job.FinalHyperParameterTuningJobObjectiveMetric!.Value!);
    expect(new Set(losses).size).toBe(3);
    const best = jobs[losses.indexOf(Math.min(...losses))]!.TrainingJobName!;
    expect(search.BestTrainingJob!.TrainingJobName).toBe(best);

    const { ModelArtifacts } = await connection.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: best }),
    );
    const champion = await getChampion(connection);
    const { InferenceSpecification, ModelMetrics } = await connection.sagemaker.send(
      new DescribeModelPackageCommand({ ModelPackageName: champion!.modelPackageArn }),
    );
    const [container] = InferenceSpecification!.Containers!;
    expect(container).toMatchObject({
      Image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
      ModelDataUrl: ModelArtifacts!.S3ModelArtifacts,
    });
    const quality = JSON.parse(await text(path(ModelMetrics!.ModelQuality!.Statistics!.S3Uri!)));
    const evaluation = JSON.parse(await text(evaluationKey(run!.run))) as Evaluation;
    expect(quality.multiclass_classification_metrics.accuracy.value).toBeCloseTo(
      evaluation.challenger.metrics.values.accuracy!.value,
      12,
    );
  });

  it('is judged by its accuracy on rows of all three species', async () => {
    const [run] = await listRuns(connection);
    const evaluation = JSON.parse(await text(evaluationKey(run!.run))) as Evaluation;
    expect(evaluation).toMatchObject({ problem: 'multiclass', primaryMetric: 'accuracy' });

    // the accuracy and the confusion once more, from the source's species and the job's answers
    const species = new Map(rows().map((row) => [row.penguin_id!, SPECIES.indexOf(row.species!)]));
    const [header, ...labels] = (await text(path(evaluation.holdout.labels))).trim().split('\n');
    const at = header!.split(',').indexOf('key');
    const truths = labels.map((line) => species.get(line.split(',')[at]!.replaceAll('"', ''))!);
    const answers = winners(await text(path(evaluation.challenger.scores)));
    expect(answers).toHaveLength(truths.length);
    const confusion = SPECIES.map((_, truth) =>
      SPECIES.map(
        (__, answer) => answers.filter((one, row) => one === answer && truths[row] === truth).length,
      ),
    );
    expect(evaluation.challenger.metrics.confusion).toEqual(confusion);
    const right = confusion.reduce((sum, counts, index) => sum + counts[index]!, 0);
    expect(evaluation.challenger.metrics.values.accuracy!.value).toBeCloseTo(right / truths.length, 12);
    // stratified: 0.3 of 151 Adelie, 68 Chinstrap and 123 Gentoo
    for (const [index, all] of [151, 68, 123].entries()) {
      const held = truths.filter((truth) => truth === index).length;
      expect(Math.abs(held - 0.3 * all)).toBeLessThanOrEqual(1);
    }
  });

  it('serves the model: the endpoint names the species of nearly every penguin', async () => {
    expect(await getChampion(connection)).toMatchObject({ modelVersion: 1 });
    const penguins = rows();
    const { Body } = await connection.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: connection.names.endpoint(PROJECT),
        ContentType: 'text/csv',
        Accept: 'text/csv',
        Body: penguins.map((penguin) => FEATURES.map((name) => penguin[name]).join(',')).join('\n'),
      }),
    );
    const answers = winners(new TextDecoder().decode(Body));
    const right = answers.filter((answer, row) => SPECIES[answer] === penguins[row]!.species).length;
    expect(answers).toHaveLength(342);
    expect(right / answers.length).toBeGreaterThan(0.95);
  });
});

function rows(): Record<string, string>[] {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = header!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, at) => [name, cells[at]!]));
  });
}
