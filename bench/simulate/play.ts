/** Plays the half year on a deployed local cloud: requests, labels, time. Everything else happens because events happen. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { invoke, requestRun, uploadFiles, uploadLabels } from '../../console/client/actions.ts';
import { getChampion, getController, getRollout } from '../../console/client/catalog.ts';
import type { Connection } from '../../console/client/connect.ts';
import type { Calendar, CloudClock } from '../../console/local/clock.ts';
import { until } from '../../examples/flight-delays/play.ts';
import { type ServedRow, writeLabels } from '../../examples/flight-delays/serve.ts';
import { type AlarmName, isDuring, LABEL_DELAY_DAYS, type SimulatedEvent } from './events.ts';
import { dateOf, type Stream, type StreamedFlight } from './stream.ts';

export interface Scene {
  readonly connection: Connection;
  readonly clock: CloudClock;
  readonly calendar: Calendar;
  readonly folder: string;
  readonly stream: Stream;
  readonly events: readonly SimulatedEvent[];
  readonly days: number;
  say(line: string): void;
}

export interface PlayedRow {
  readonly day: number;
  /** Features as CSV. */
  readonly row: string;
  readonly truth: number;
  readonly label?: number;
  readonly probability: number;
}

/** An alarm that went on. */
export interface Raised {
  readonly alarm: AlarmName;
  /** Day of the stream on which it was seen, the windows of earlier days being judged. */
  readonly day: number;
  readonly reason: string;
}

export interface Played {
  readonly rows: readonly PlayedRow[];
  readonly raised: readonly Raised[];
}

const ALARMS: readonly AlarmName[] = ['drift', 'quality', 'data-quality'];

export async function uploadHistory(scene: Scene): Promise<string> {
  mkdirSync(scene.folder, { recursive: true });
  const file = join(scene.folder, 'history.csv');
  await scene.stream.writeHistory(file);
  await uploadFiles(scene.connection, [file]);
  await until(scene, 'the first model in production', async () => {
    const [champion, rollout, controller] = await Promise.all([
      getChampion(scene.connection),
      getRollout(scene.connection),
      getController(scene.connection),
    ]);
    return champion && !rollout?.executionArn && !controller?.lock ? true : undefined;
  });
  return file;
}

export async function playDays(scene: Scene): Promise<Played> {
  const { calendar, connection, events, stream } = scene;
  const cloudWatch = new CloudWatchClient({});
  const rows: PlayedRow[] = [];
  const raised: Raised[] = [];
  const on = new Set<string>();
  const servedBy = new Map<number, ServedRow[]>();
  for (let day = 0; day <= scene.days + LABEL_DELAY_DAYS; day++) {
    const date = dateOf(day);
    await calendar.moveTo(`${date}T00:05:00Z`);
    await label(scene, servedBy, day);
    // the schedule judges at half past
    await calendar.moveTo(`${date}T00:45:00Z`);
    raised.push(...(await newlyRaised(cloudWatch, connection, on, day)));
    if (day >= scene.days) continue;
    const started = events.find((event) => event.kind === 'rollout in a window' && isDuring(event, day));
    const served: ServedRow[] = [];
    for (const [hour, flights] of (await stream.day(day)).entries()) {
      const time = `${date}T${String(hour).padStart(2, '0')}:50:00Z`;
      await calendar.moveTo(time);
      if (hour === 10 && started) await requestRun(connection, 'a person tries a new model');
      if (flights.length === 0) continue;
      const answered = await ask(scene, flights, `stream-${date}-${hour}`);
      served.push(...answered.map((row) => row.served));
      rows.push(...answered.map((row) => ({ ...row.played, day })));
    }
    servedBy.set(day, served);
    scene.say(`${date}: ${rows.length.toLocaleString('en')} rows answered, ${raised.length} alarms so far`);
  }
  return { rows, raised };
}

async function ask({ connection }: Scene, flights: readonly StreamedFlight[], inferenceId: string) {
  const body = flights.map(({ row }) => `${row}\n`).join('');
  const { probabilities } = await invoke(connection, body, inferenceId);
  if (probabilities.length !== flights.length) {
    throw new Error(`${inferenceId} has ${flights.length} rows and got ${probabilities.length} answers`);
  }
  return flights.map((flight, row) => {
    const { label, late: truth } = flight;
    const probability = probabilities[row]!;
    return {
      // what nobody labels is left out when the labels are written
      served: { inferenceId, row, flight: { ...flight, late: label ?? -1 }, probability },
      played: { row: flight.row, truth, probability, ...(label !== undefined && { label }) },
    };
  });
}

async function label(scene: Scene, servedBy: Map<number, ServedRow[]>, day: number): Promise<void> {
  const of = day - 1 - LABEL_DELAY_DAYS;
  const labelled = (servedBy.get(of) ?? []).filter(({ flight }) => flight.late >= 0);
  servedBy.delete(of);
  if (labelled.length === 0) return;
  const file = join(scene.folder, `labels-${dateOf(of)}.jsonl`);
  writeLabels(file, labelled, scene.calendar, `${dateOf(day)}T00:05:00Z`);
  await uploadLabels(scene.connection, file);
}

async function newlyRaised(
  cloudWatch: CloudWatchClient,
  { names, project }: Connection,
  on: Set<string>,
  day: number,
): Promise<Raised[]> {
  const AlarmNames = ALARMS.map((alarm) => names.alarm(project, alarm));
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames }));
  return ALARMS.flatMap((alarm, index): Raised[] => {
    const found = MetricAlarms.find(({ AlarmName }) => AlarmName === AlarmNames[index]);
    const isOn = found?.StateValue === 'ALARM';
    const isNew = isOn && !on.has(alarm);
    if (isOn) on.add(alarm);
    else on.delete(alarm);
    return isNew ? [{ alarm, day, reason: found.StateReason ?? '' }] : [];
  });
}
