/**
 * Plays the example: it uploads files, invokes the endpoint and moves the clock. Everything else happens because
 * events happen; a step only waits until what it expects is there, and fails when something else is.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { uploadFiles, uploadLabels } from '../../console/client/actions.ts';
import {
  getChampion,
  getController,
  getHead,
  getRollout,
  listDecisions,
  listRuns,
  listUploads,
  listVersions,
  listWindows,
} from '../../console/client/catalog.ts';
import type { Connection } from '../../console/client/connect.ts';
import type { Calendar, CloudClock } from '../../console/local/clock.ts';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import type { Flights } from './flights.ts';
import { mondayOf, STREAM, WEST_JOINS } from './scenario.ts';
import { type ServedRow, serve, writeLabels } from './serve.ts';

export interface Stage {
  readonly connection: Connection;
  readonly clock: CloudClock;
  readonly calendar: Calendar;
  readonly folder: string;
  readonly flights: Flights;
  /** One line on what is happening now. */
  say(line: string): void;
}

export interface Step {
  readonly title: string;
  /** @returns what came out, in a line. */
  run(stage: Stage): Promise<string>;
}

/** All steps in order; the weeks are steps of their own. */
export function steps(): Step[] {
  const weeks = Array.from({ length: STREAM.weeks }, (_, week) => week);
  const joins = weeks.findIndex((week) => mondayOf(week) === WEST_JOINS);
  return [
    { title: 'Upload two months of flights', run: uploadHistory },
    { title: 'Train, judge and register a model', run: firstRun },
    { title: 'Roll it out', run: (stage) => rolledOut(stage, 1) },
    { title: 'Upload the same file again', run: uploadAgain },
    ...weeks.slice(0, joins + 1).map(weekStep),
    { title: 'Drift retrains: the challenger has to win', run: retrained },
    { title: 'Roll the challenger out', run: (stage) => rolledOut(stage, 2) },
    ...weeks.slice(joins + 1).map(weekStep),
    { title: 'Upload an extract by mistake: the challenger has to lose', run: extractRejected },
  ];
}

export const historyFile = (stage: Pick<Stage, 'folder'>) => join(stage.folder, 'flights-2001-01-02.csv');

async function uploadHistory(stage: Stage): Promise<string> {
  mkdirSync(stage.folder, { recursive: true });
  stage.say('writing the file');
  const rows = await stage.flights.writeHistory(historyFile(stage));
  stage.say('uploading');
  await uploadFiles(stage.connection, [historyFile(stage)]);
  const [version] = await until(stage, 'dataset version 1', async () => {
    const versions = await listVersions(stage.connection);
    return versions.length > 0 ? versions : undefined;
  });
  expect(version?.rows === rows, `version 1 has ${version?.rows} rows, the file ${rows}`);
  return `version ${version?.version}, ${version?.rows.toLocaleString('en')} rows, digest ${version?.digest.slice(0, 12)}`;
}

async function firstRun(stage: Stage): Promise<string> {
  const run = await finishedRun(stage, 1);
  expect(run.status === 'Registered', `run ${run.run} ended ${run.status}: ${run.failureReason}`);
  return `${run.run}: ${run.status}, model version ${run.modelVersion}`;
}

async function rolledOut(stage: Stage, modelVersion: number): Promise<string> {
  const champion = await until(stage, `model version ${modelVersion} in production`, async () => {
    const champion = await getChampion(stage.connection);
    if (champion?.modelVersion === modelVersion) return champion;
    const failed = (await listDecisions(stage.connection, 50)).find(
      ({ kind, subject, judgement }) =>
        kind === 'rollout' && subject === `model version ${modelVersion}` && judgement.verdict === 'FAIL',
    );
    expect(!failed, `the rollout of model version ${modelVersion} failed: ${failed?.judgement.reason}`);
    return undefined;
  });
  await until(stage, 'the rollout to be closed', async () => {
    const rollout = await getRollout(stage.connection);
    return rollout?.executionArn ? undefined : true;
  });
  return `${champion.endpointName} serves model version ${champion.modelVersion}`;
}

async function uploadAgain(stage: Stage): Promise<string> {
  await uploadFiles(stage.connection, [historyFile(stage)]);
  const upload = await until(stage, 'the second upload to be recognised', async () =>
    (await listUploads(stage.connection)).find(
      ({ outcome }) => outcome !== 'received' && outcome !== 'versioned',
    ),
  );
  expect(upload.outcome === 'unchanged', `the second upload is ${upload.outcome}: ${upload.reason}`);
  await settle(stage);
  const [versions, runs] = await Promise.all([listVersions(stage.connection), listRuns(stage.connection)]);
  expect(
    versions.length === 1 && runs.length === 1,
    `${versions.length} versions and ${runs.length} runs; expected 1 and 1`,
  );
  return `no new version, no new run: ${upload.reason}`;
}

function weekStep(week: number): Step {
  const [from, to] = [mondayOf(week), mondayOf(week + 1)];
  return {
    title: `Week from ${from}${from === WEST_JOINS ? ', the West joins' : ''}`,
    async run(stage) {
      const served: ServedRow[] = [];
      const flights = await stage.flights.served(from, to);
      for (
        let day = Date.parse(`${from}T00:00:00Z`);
        day < Date.parse(`${to}T00:00:00Z`);
        day += 86_400_000
      ) {
        const date = new Date(day).toISOString().slice(0, 10);
        stage.say(`serving the flights of ${date}`);
        const ofDay = flights.filter(({ departedAt }) => departedAt.startsWith(date));
        served.push(...(await serve(stage.connection, stage.calendar, `flights-${date}`, ofDay)));
      }
      stage.say('uploading the outcomes');
      await stage.calendar.moveTo(`${to}T00:05:00Z`);
      const labels = join(stage.folder, `labels-${from}.jsonl`);
      writeLabels(labels, served, stage.calendar, `${to}T00:05:00Z`);
      await uploadLabels(stage.connection, labels);
      // the schedule judges at half past
      await stage.calendar.moveTo(`${to}T00:35:00Z`);
      const start = stage.calendar.toClock(`${from}T00:00:00Z`).replace(/[-:]|\.000/g, '');
      const windows = await until(stage, 'the window to be judged', async () => {
        const judged = (await listWindows(stage.connection)).filter(({ window }) => window.startsWith(start));
        return judged.some(({ labelledRows }) => labelledRows > 0) ? judged : undefined;
      });
      return windows
        .map(
          (item) =>
            `model ${item.modelVersion}: ${item.verdict}, ${item.rows.toLocaleString('en')} rows, ${item.labelledRows.toLocaleString('en')} with labels`,
        )
        .join(' · ');
    },
  };
}

async function retrained(stage: Stage): Promise<string> {
  const run = await finishedRun(stage, 2);
  expect(
    run.request.kind === 'alarm',
    `the second run was asked for by ${run.request.kind}, not by an alarm`,
  );
  expect(run.status === 'Registered', `run ${run.run} ended ${run.status}: ${run.failureReason}`);
  return `${run.request.alarmName} started ${run.run}; dataset version ${run.datasetVersion}, model version ${run.modelVersion}`;
}

async function extractRejected(stage: Stage): Promise<string> {
  const before = await getChampion(stage.connection);
  const file = join(stage.folder, 'flights-extract.csv');
  await stage.flights.writeExtract(file);
  await uploadFiles(stage.connection, [file]);
  const run = await finishedRun(stage, 3);
  expect(run.status === 'RejectedByGate', `run ${run.run} ended ${run.status}; the gate had to reject it`);
  const after = await getChampion(stage.connection);
  expect(
    after?.modelVersion === before?.modelVersion,
    'the champion changed though its challenger was rejected',
  );
  return `${run.run}: ${run.failureReason}`;
}

/** The n-th run of the project once it is finished and the lock is free again. */
async function finishedRun(stage: Stage, count: number): Promise<RunItem> {
  return until(stage, `run ${count} to end`, async () => {
    const [runs, controller] = await Promise.all([
      listRuns(stage.connection),
      getController(stage.connection),
    ]);
    if (runs.length < count || controller?.lock) return undefined;
    return runs[0]?.status === 'InProgress' ? undefined : runs[0];
  });
}

/** Longest that anything may take on the cloud's clock. */
const PATIENCE_SECONDS = 2 * 3600;
const STEP_SECONDS = 10;

/** Lets the cloud's time pass until `look` finds something. @throws Error when patience ends. */
export async function until<Found>(
  stage: Pick<Stage, 'clock' | 'say'>,
  what: string,
  look: () => Promise<Found | undefined>,
): Promise<Found> {
  stage.say(`waiting for ${what}`);
  for (let waited = 0; waited <= PATIENCE_SECONDS; waited += STEP_SECONDS) {
    const found = await look();
    if (found !== undefined) return found;
    await stage.clock.advance(STEP_SECONDS);
  }
  throw new Error(`waited two hours of the cloud's time for ${what}, and it did not come`);
}

/** Lets what has begun come to rest. */
async function settle(stage: Stage): Promise<void> {
  await stage.clock.advance(60);
  await getHead(stage.connection);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
