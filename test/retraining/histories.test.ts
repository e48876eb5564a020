/**
 * Seeded histories of a project in trouble: alarms that fire twice, late, out of order or unheard, handlers that die
 * between any two calls, two of them at once, runs with every end. Whatever happens, there is never a second run beside
 * the first, and no episode of drift is lost.
 */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { releaseLock } from '../../lambdas/retraining/controller-store.ts';
import { handler } from '../../lambdas/retraining/decide-retraining.handler.ts';
import { type ChampionItem, type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, deployProject } from '../shared/project-fixture.ts';
import { aChampion, aRequest, catalog, context, putCatalog, putVersions } from '../training/run-fixture.ts';

const HISTORIES = 1000;
const STEPS = 30;
const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-03-10T00:00:00.000Z');

const labels = vi.hoisted(() => ({ newRows: 0 }));
vi.mock('../../lambdas/datasets/labels/count-new-labelled-rows.ts', () => ({
  countNewLabelledRows: async () => ({ newRows: labels.newRows, labelledRows: 0, labelFiles: 0 }),
}));

class Killed extends Error {}

/** Mulberry32: small, seeded, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Transition {
  readonly alarm: 'drift' | 'quality';
  readonly since: string;
}

const alarmName = (alarm: string) => `driftless-test-flights-${alarm}`;
const states = mockClient(SFNClient);
let aws: FakeAws;
beforeAll(() => vi.useFakeTimers({ now: START_MS, toFake: ['Date'] }));
afterAll(() => vi.useRealTimers());

class History {
  readonly random: () => number;
  /** Executions that were started and have not ended. */
  readonly running = new Set<string>();
  readonly startedRuns = new Set<string>();
  /** Events that may still arrive. */
  readonly mail: object[] = [];
  readonly on = new Map<string, Transition>();
  mostRunning = 0;
  deaths = 0;
  champion: ChampionItem = aChampion({ promotedAt: '2026-03-01T00:00:00.000Z' });
  window = 0;
  failing = false;
  mayDie = true;

  constructor(seed: number) {
    this.random = generator(seed);
    aws = fakeAws();
    process.env[ENV.trainingStateMachine] = 'arn:aws:states:eu-west-1:111122223333:stateMachine:t';
    vi.setSystemTime(START_MS);
    states.reset();
    states.on(StartExecutionCommand).callsFake(async ({ name }) => {
      await this.disturb();
      if (this.startedRuns.has(name)) throw Object.assign(new Error(), { name: 'ExecutionAlreadyExists' });
      this.startedRuns.add(name);
      this.running.add(name);
      this.mostRunning = Math.max(this.mostRunning, this.running.size);
      await this.disturb();
      return {};
    });
    aws.before = (operation, input) => {
      if (operation === 'PutEvents') this.noteOutcomes(input);
      return this.disturb();
    };
    deployProject(aws, aProject());
    putVersions(aws, 1);
    putCatalog(aws, SK.champion, this.champion);
    labels.newRows = 0;
  }

  /** When the outcome of an episode was told last, by alarm. */
  readonly toldAt = new Map<unknown, string>();
  private noteOutcomes(input: Record<string, unknown>): void {
    const [entry] = input.Entries as { DetailType: string; Detail: string }[];
    if (entry?.DetailType !== 'EpisodeClosed') return;
    this.toldAt.set(JSON.parse(entry.Detail).alarmName, new Date().toISOString());
  }

  chance = (probability: number) => this.random() < probability;

  /** Lets another handler go first, or kills this one. */
  private async disturb(): Promise<void> {
    const pause = this.chance(0.05) ? 300 : Math.floor(this.random() * 4);
    for (let turns = pause; turns > 0; turns--) await Promise.resolve();
    if (!this.mayDie || !this.chance(0.02)) return;
    this.deaths++;
    throw new Killed();
  }

  /** One call of the handler. One that dies is called again by Lambda, twice at most. */
  async call(event: object): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await handler(event, context);
        return;
      } catch (error) {
        const { name, message } = error as Error;
        if (!(error instanceof Killed) && name !== 'RetryableError' && !message.includes('projects'))
          throw error;
      }
    }
  }

  now = () => new Date();
  pass(hours: number): void {
    vi.setSystemTime(Date.now() + hours * HOUR_MS);
  }

  fire(alarm: Transition['alarm']): void {
    if (this.on.has(alarm)) return;
    const since = new Date().toISOString();
    this.on.set(alarm, { alarm, since });
    this.showAlarms();
    const state = { value: 'ALARM', reason: 'crossed', timestamp: since.replace('Z', '+0000') };
    const event = { source: 'aws.cloudwatch', time: since, detail: { alarmName: alarmName(alarm), state } };
    // lost, once, or twice
    const copies = this.chance(0.2) ? 0 : this.chance(0.3) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.mail.push(event);
  }

  showAlarms(): void {
    aws.alarms = [...this.on.values()].map(({ alarm, since }) => ({
      name: alarmName(alarm),
      reason: 'crossed',
      since,
    }));
  }

  /** The monitor judges a window of the model in production. */
  judge(): void {
    this.window++;
    const window = `2026${String(this.window).padStart(6, '0')}`;
    const { modelVersion } = this.champion;
    const judgedAt = new Date().toISOString();
    const verdict = this.failing ? 'FAIL' : 'PASS';
    const item = { modelVersion, window, verdict, reportKey: 'r', judgedAt, rows: 1, labelledRows: 0 };
    putCatalog(aws, SK.window(modelVersion, window), item);
    if (this.failing) this.fire(this.chance(0.5) ? 'drift' : 'quality');
    else {
      this.on.clear();
      this.showAlarms();
    }
  }

  /** The execution's last step: its record, the lock, the event. Step Functions retries it until it is done. */
  async endRun(): Promise<void> {
    const [run] = this.running;
    if (run === undefined) return;
    this.running.delete(run);
    const status = (['Registered', 'RejectedByGate', 'Failed'] as const)[Math.floor(this.random() * 3)]!;
    const modelVersion = status === 'Registered' ? this.champion.modelVersion + 1 : undefined;
    const item: RunItem = {
      ...{
        run,
        status,
        request: aRequest(),
        executionArn: 'e',
        startedAt: '',
        settingsDigest: '',
        codeDigest: '',
      },
      ...(modelVersion !== undefined && { modelVersion }),
    };
    putCatalog(aws, SK.run(run), item);
    const finishedAt = new Date().toISOString();
    for (let done = false; !done; ) {
      done = await releaseLock('flights', { run, finishedAt }).then(
        () => true,
        () => false,
      );
    }
    this.tell('RunFinished');
    if (modelVersion === undefined) return;
    if (this.chance(0.7)) {
      this.champion = aChampion({ modelVersion, run, promotedAt: new Date(Date.now() + 1).toISOString() });
      putCatalog(aws, SK.champion, this.champion);
      this.failing = this.chance(0.3);
      this.tell('ModelPromoted');
    } else {
      const approval = { status: 'Rejected', by: 'ann', reason: 'no', at: finishedAt };
      putCatalog(aws, SK.model(modelVersion), { modelVersion, run, approval });
      this.tell('ApprovalRecorded');
    }
  }

  tell(name: string): void {
    if (this.chance(0.2)) return;
    const time = new Date().toISOString();
    this.mail.push({ source: 'driftless', 'detail-type': name, time, detail: { project: 'flights' } });
  }

  async step(): Promise<void> {
    // no two things happen at the same time
    this.pass(0.01);
    const dice = this.random();
    if (dice < 0.1) this.failing = !this.failing;
    else if (dice < 0.3) this.judge();
    else if (dice < 0.45) await this.endRun();
    else if (dice < 0.55) {
      labels.newRows = Math.floor(this.random() * 200);
      this.tell('LabelsReceived');
    } else if (dice < 0.65) this.pass(this.random() * 30);
    else if (dice < 0.75) await this.call({ sweep: true });
    else await this.deliver();
  }

  /** One or two events at once, in any order. */
  async deliver(): Promise<void> {
    const taken: object[] = [];
    for (let count = this.chance(0.4) ? 2 : 1; count > 0 && this.mail.length > 0; count--) {
      taken.push(...this.mail.splice(Math.floor(this.random() * this.mail.length), 1));
    }
    await Promise.all(taken.map((event) => this.call(event)));
  }

  /** Calm: everything arrives, labels are there, time passes, runs end. */
  async settle(): Promise<void> {
    this.mayDie = false;
    labels.newRows = 1000;
    const isBusy = () => {
      const { pending, episodes, lock, outbox } = catalog<Partial<ControllerState>>(aws, SK.controller) ?? {};
      const waits = (pending?.length ?? 0) + (episodes?.length ?? 0) > 0;
      return waits || lock !== undefined || outbox !== undefined || this.mail.length + this.running.size > 0;
    };
    for (let round = 0; round === 0 || (isBusy() && round < 40); round++) {
      this.pass(49);
      while (this.mail.length > 0) await this.deliver();
      await this.endRun();
      await this.call({ sweep: true });
    }
  }
}

describe(`${HISTORIES} histories`, () => {
  it('never have two runs at once, and lose no episode', async () => {
    let [deaths, runs, episodes, unheard] = [0, 0, 0, 0];
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const history = new History(seed);
      for (let step = 0; step < STEPS; step++) await history.step();
      await history.settle();
      const state = catalog<ControllerState>(aws, SK.controller);
      const closed = aws.events.filter(({ name }) => name === 'EpisodeClosed').map(({ detail }) => detail);
      const told = `seed ${seed}`;
      expect(history.mostRunning, told).toBeLessThanOrEqual(1);
      // nothing is left over: whoever asked was answered, and every episode has its outcome
      expect(state?.pending ?? [], told).toEqual([]);
      expect(state?.episodes ?? [], told).toEqual([]);
      expect(state?.outbox, told).toBeUndefined();
      expect(state?.lock, told).toBeUndefined();
      for (const { alarm, since } of history.on.values()) {
        const toldAt = history.toldAt.get(alarmName(alarm)) ?? '';
        expect(toldAt > since, `${told}: ${alarm} on since ${since}, told of at ${toldAt}`).toBe(true);
        unheard++;
      }
      deaths += history.deaths;
      runs += history.startedRuns.size;
      episodes += new Set(closed.map(({ alarmName: name, openedAt }) => `${name}${openedAt}`)).size;
      aws.restore();
    }
    // the histories hold what they are about
    expect(deaths).toBeGreaterThan(HISTORIES);
    expect(runs).toBeGreaterThan(HISTORIES);
    expect(episodes).toBeGreaterThan(HISTORIES);
    expect(unheard).toBeGreaterThan(0);
  }, 240_000);
});
