/** The example from its data to an endpoint that answers, on a local cloud of its own, judged again by other means. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadFiles } from '../../console/client/actions.ts';
import { getChampion, listRuns, listVersions } from '../../console/client/catalog.ts';
import { type Connection, connect } from '../../console/client/connect.ts';
import type { Evaluation } from '../../lambdas/evaluation/contract.ts';
import { evaluationKey } from '../../lambdas/shared/keys.ts';
import { LocalStage } from '../../test/helpers/local-stage.ts';
import { bytesOf, rest } from '../../test/helpers/watch.ts';
import { FEATURES, writeWeather } from './weather.ts';

const PROJECT = 'daily-temperature';
let stage: LocalStage;
let connection: Connection;
let file: string;

beforeAll(async () => {
  stage = await LocalStage.start();
  const config = resolve('examples/daily-temperature/driftless.config.ts');
  writeFileSync(stage.path('driftless.config.mjs'), `export { default } from '${config}';\n`);
  await Promise.all([stage.synth(), stage.bootstrap()]);
  await stage.cdk('deploy', '--all', '--app', stage.path('cdk.out'), '--require-approval', 'never');
  Object.assign(process.env, stage.environment);
  connection = await connect({ stage: 'local', project: PROJECT });
  file = stage.path('weather.csv');
  await writeWeather(file);
  await uploadFiles(connection, [file]);
  await rest(stage);
}, 300_000);
afterAll(() => stage.stop());

const rows = () => {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = header!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, at) => [name, cells[at]!]));
  });
};
const text = async (key: string) => String(await bytesOf({ connection } as LocalStage, key));

describe('the daily-temperature example', () => {
  it('becomes a version without a warning', async () => {
    const [version] = await listVersions(connection);
    expect(version).toMatchObject({ version: 1, rows: 2918 });
  });

  it('trains, by the built-in algorithm, a regression that beats "as warm as today" on newer days', async () => {
    const [run] = await listRuns(connection);
    expect(run).toMatchObject({ status: 'Registered', modelVersion: 1 });
    const evaluation = JSON.parse(await text(evaluationKey(run!.run))) as Evaluation;
    expect(evaluation).toMatchObject({ problem: 'regression', primaryMetric: 'mae' });

    // the mean absolute errors once more, from the labels and the job's answers
    const path = (uri: string) => uri.replace(/^s3:\/\/[^/]+\//, '');
    const labels = (await text(path(evaluation.holdout.labels))).trim().split('\n').slice(1);
    const answers = (await text(path(evaluation.challenger.scores))).trim().split('\n').map(Number);
    const today = (await text(path(evaluation.holdout.features))).trim().split('\n');
    const truths = labels.map((line) => Number(line.slice(line.lastIndexOf(',') + 1)));
    const mae = (of: readonly number[]) =>
      of.reduce((sum, value, row) => sum + Math.abs(value - truths[row]!), 0) / truths.length;
    expect(evaluation.challenger.metrics.values.mae!.value).toBeCloseTo(mae(answers), 9);
    const persistence = mae(today.map((line) => Number(line.split(',')[FEATURES.indexOf('temp_max')])));
    expect(mae(answers)).toBeLessThan(persistence);

    // held out are the newest days
    const times = labels.map((line) => line.split(',')[2]!);
    expect(times.every((time) => time.replace(/"/g, '') > '2015-01-01')).toBe(true);
    expect(evaluation.slices!.slices.map(({ column, value }) => [column, value])).toEqual(
      expect.arrayContaining([
        ['new_york', '0'],
        ['new_york', '1'],
      ]),
    );
  });

  it('serves the model: the endpoint answers a temperature a row', async () => {
    const champion = await getChampion(connection);
    expect(champion).toMatchObject({ modelVersion: 1 });
    const days = rows().slice(-50);
    const { Body } = await connection.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: connection.names.endpoint(PROJECT),
        ContentType: 'text/csv',
        Body: days.map((day) => FEATURES.map((name) => day[name]).join(',')).join('\n'),
      }),
    );
    const answers = new TextDecoder().decode(Body).trim().split(/[\n,]/).map(Number);
    expect(answers).toHaveLength(50);
    const error = answers.reduce((sum, answer, at) => {
      return sum + Math.abs(answer - Number(days[at]!.temp_max_tomorrow));
    }, 0);
    expect(error / answers.length).toBeLessThan(5);
  });
});
