/** One half year on a local cloud of its own. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { all, listDecisions, listRuns, listWindows } from '../../console/client/catalog.ts';
import { type Connection, connect } from '../../console/client/connect.ts';
import { Calendar, CloudClock } from '../../console/local/clock.ts';
import { LOCAL_FOLDER, startCloud } from '../../console/local/cloud-process.ts';
import { awsEnvironment, cdk } from '../../console/local/deploy.ts';
import type { TrainedItem } from '../../lambdas/shared/catalog-items.ts';
import { xgboostImage } from '../../lib/config/images.ts';
import { prepareRunner } from '../../localstack/sagemaker/runners/prepare-runner.ts';
import { drawEvents, STREAM } from './events.ts';
import { type Judged, type Outcome, outcomeOf, spansOf } from './outcome.ts';
import { playDays, type Scene, uploadHistory } from './play.ts';
import { Stream } from './stream.ts';

const run = promisify(execFile);
const DAY_MS = 86_400_000;
const FIFTEEN_MINUTES_MS = 900_000;
const CONFIG = ['-c', 'stage=local', '-c', 'config=bench/simulate/driftless.config.ts'];

export interface SimulationOptions {
  readonly seed: number;
  readonly days: number;
  readonly port: number;
  say(line: string): void;
}

export async function simulate({ seed, days, port, say }: SimulationOptions): Promise<Outcome> {
  const begun = Date.now();
  const cloud = await startCloud(port);
  const events = drawEvents(seed, days);
  const stream = await Stream.open(seed, events);
  try {
    const { python } = await prepareRunner(xgboostImage('us-east-1', '1.7-1'), say);
    const scene = await deploy({ endpoint: cloud.endpoint, stream, events, days, say });
    const history = await uploadHistory(scene);
    say(`the first model serves after ${((Date.now() - begun) / 1000).toFixed(0)} s`);
    const played = await playDays(scene);
    const { connection, calendar, folder } = scene;
    const playedFile = join(folder, 'played.jsonl');
    writeFileSync(playedFile, played.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const spans = join(folder, 'spans.json');
    writeFileSync(spans, JSON.stringify(spansOf(events, days)));
    const model = await firstModel(connection, folder);
    say('what others would have done');
    const trainer = resolve('examples/flight-delays/trainer');
    const policies = ['bench/simulate/policies.py', trainer, playedFile, history, model, folder, spans];
    const { stdout } = await run(python, policies, { timeout: FIFTEEN_MINUTES_MS, maxBuffer: 2 ** 26 });
    const [runs, decisions, windows] = await Promise.all([
      listRuns(connection),
      listDecisions(connection),
      listWindows(connection),
    ]);
    const first = Date.parse(calendar.toClock(`${STREAM.first}T00:00:00Z`));
    return outcomeOf({
      ...{ seed, days, events, played, windows, runs: runs.reverse() },
      minutes: (Date.now() - begun) / 60_000,
      judged: JSON.parse(stdout.trim().split('\n').at(-1)!) as Judged,
      decisions: decisions.filter(({ kind }) => kind === 'guard'),
      dayOf: (time) => Math.floor((Date.parse(time) - first) / DAY_MS),
    });
  } finally {
    stream.close();
    await cloud.stop();
  }
}

type Ground = Pick<Scene, 'stream' | 'events' | 'days' | 'say'> & { readonly endpoint: string };

async function deploy({ endpoint, ...ground }: Ground): Promise<Scene> {
  const app = join(LOCAL_FOLDER, 'cdk.out');
  await cdk(endpoint, ['synth', '--quiet', ...CONFIG, '--output', app]);
  await cdk(endpoint, ['bootstrap', 'aws://000000000000/us-east-1', '--app', app]);
  await cdk(endpoint, ['deploy', '--all', '--app', app, '--require-approval', 'never']);
  Object.assign(process.env, awsEnvironment(endpoint));
  const clock = new CloudClock(endpoint);
  return {
    ...ground,
    clock,
    connection: await connect({ stage: 'local', project: 'flight-delays' }),
    calendar: await Calendar.startingAt(clock, STREAM.first),
    folder: resolve(LOCAL_FOLDER, 'played'),
  };
}

/** Folder with what the first run trained. */
async function firstModel(connection: Connection, folder: string): Promise<string> {
  const trained = await all<TrainedItem>(connection, 'TRAINED#');
  const [first] = trained.sort((a, b) => a.trainedAt.localeCompare(b.trainedAt));
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(first!.modelDataUrl)!;
  const { Body } = await connection.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const archive = join(folder, 'model.tar.gz');
  writeFileSync(archive, await Body!.transformToByteArray());
  const directory = join(folder, 'first-model');
  mkdirSync(directory, { recursive: true });
  await run('tar', ['-xzf', archive, '-C', directory]);
  return directory;
}
