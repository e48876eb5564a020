import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../lambdas/retraining/assess.ts';
import { advance, type RunFacts, runId } from '../../lambdas/retraining/controller.ts';
import {
  type ControllerState,
  EMPTY_STATE,
  remember,
  withoutLock,
} from '../../lambdas/retraining/controller-state.ts';
import { collect } from '../../lambdas/retraining/requests.ts';
import type { RunRequest } from '../../lambdas/shared/catalog-items.ts';
import { aRequest, aVersion } from '../training/run-fixture.ts';

const NOW = new Date('2026-03-02T12:00:00.000Z');
const facts = (change: Partial<RunFacts> = {}): RunFacts => ({
  project: 'flights',
  settingsDigest: 'settings',
  codeDigest: 'code',
  trainingDigest: 'training',
  head: aVersion(2),
  hasUnusedLabels: false,
  hasChampion: true,
  ...change,
});
const asked = (
  id: string,
  kind: RunRequest['kind'] = 'dataset',
  minute = 0,
  alarmName?: string,
): RunRequest =>
  aRequest({
    id,
    kind,
    reason: id,
    requestedAt: `2026-03-02T10:${String(minute).padStart(2, '0')}:00.000Z`,
    ...(alarmName && { alarmName }),
  });
const passing = (request: RunRequest): Assessment => ({
  request,
  outcome: 'start',
  judgements: [{ rule: 'run-lock', verdict: 'PASS', reason: '', inputs: {} }],
});
const failing = (request: RunRequest, outcome: 'wait' | 'drop', rule: string): Assessment => {
  const failed = { rule, verdict: 'FAIL', reason: `${rule} says no`, inputs: {} } as const;
  return { request, outcome, judgements: [failed], failed };
};
const pending = (request: RunRequest, guard = 'run-lock') => ({ ...request, guard, guardReason: 'no' });
const step = (state: ControllerState, assessments: Assessment[], change: Partial<RunFacts> = {}) =>
  advance(state, { project: 'flights', assessments, superseded: [] }, facts(change), NOW);
const deferredIn = ({ outbox }: ControllerState) =>
  (outbox?.events ?? []).filter(({ name }) => name === 'RunDeferred').map(({ detail }) => detail);

describe('collect', () => {
  it('takes a new request beside those that wait', () => {
    const state = { ...EMPTY_STATE, pending: [pending(asked('manual-1', 'manual'))] };
    expect(collect(state, [asked('d1')]).live.map(({ id }) => id)).toEqual(['manual-1', 'd1']);
  });

  it('leaves out what was answered or waits already', () => {
    const state = { ...EMPTY_STATE, answered: ['d1'], pending: [pending(asked('d2'))] };
    expect(collect(state, [asked('d1')]).live.map(({ id }) => id)).toEqual(['d2']);
    expect(collect(state, [asked('d2')]).live.map(({ id }) => id)).toEqual(['d2']);
    expect(collect({ ...EMPTY_STATE, answered: ['d1'] }, [asked('d1')]).live).toEqual([]);
  });

  it('lets the newest dataset request stand for the others, also when the older comes later', () => {
    const state = { ...EMPTY_STATE, pending: [pending(asked('d1', 'dataset', 1))] };
    const { live, superseded } = collect(state, [asked('d2', 'dataset', 2)]);
    expect(live.map(({ id }) => id)).toEqual(['d2']);
    expect(superseded.map(({ request, by }) => [request.id, by.id])).toEqual([['d1', 'd2']]);
    const late = collect({ ...EMPTY_STATE, pending: [pending(asked('d2', 'dataset', 2))] }, [
      asked('d1', 'dataset', 1),
    ]);
    expect(late.live.map(({ id }) => id)).toEqual(['d2']);
  });

  it('keeps alarms of two names and requests of two people apart', () => {
    const waiting = [asked('a1', 'alarm', 1, 'drift'), asked('m1', 'manual', 1)].map((each) => pending(each));
    const { live } = collect({ ...EMPTY_STATE, pending: waiting }, [asked('a2', 'alarm', 2, 'quality')]);
    expect(live).toHaveLength(3);
    const again = collect({ ...EMPTY_STATE, pending: waiting }, [asked('a3', 'alarm', 3, 'drift')]);
    expect(again.live.map(({ id }) => id)).toEqual(['m1', 'a3']);
  });
});

describe('advance', () => {
  it('wins lock, budget and outbox in one state when a request passes', () => {
    const state = step(EMPTY_STATE, [passing(asked('d1'))]);
    const run = runId(asked('d1'), facts());
    expect(state).toEqual({
      pending: [],
      answered: ['d1'],
      trained: [],
      // 32 days later
      lock: {
        run,
        since: NOW.toISOString(),
        leaseUntil: '2026-04-03T12:00:00.000Z',
        trainingDigest: 'training',
      },
      lastRun: { run, startedAt: NOW.toISOString() },
      runsToday: { day: '2026-03-02', count: 1 },
      runsThisMonth: { month: '2026-03', count: 1 },
      outbox: {
        id: expect.any(String),
        input: {
          project: 'flights',
          run,
          settingsDigest: 'settings',
          codeDigest: 'code',
          request: asked('d1'),
          addLabelledRows: false,
        },
        decisions: [{ subject: 'd1', judgement: expect.objectContaining({ rule: 'run-lock' }) }],
        events: [{ name: 'RunStarted', detail: { project: 'flights', run, reason: 'd1', request: 'd1' } }],
      },
    });
    expect(deferredIn(state)).toEqual([]);
  });

  it('answers everything that passes with one run, named after who comes first: person, data, code, alarm', () => {
    const requests = [
      asked('a', 'alarm', 9),
      asked('c', 'code', 8),
      asked('d', 'dataset', 7),
      asked('m', 'manual', 6),
    ];
    for (const [index, first] of ['m', 'd', 'c', 'a'].entries()) {
      const state = step(EMPTY_STATE, requests.slice(0, 4 - index).map(passing));
      expect(state.outbox?.input?.request.id).toBe(first);
      expect(state.answered).toHaveLength(4 - index);
    }
  });

  it('keeps a request that waits, tells of it once, and again only at another guard', () => {
    const first = step(EMPTY_STATE, [failing(asked('d1'), 'wait', 'run-lock')]);
    expect(first.pending).toEqual([{ ...asked('d1'), guard: 'run-lock', guardReason: 'run-lock says no' }]);
    expect(first.answered).toEqual([]);
    expect(deferredIn(first)).toHaveLength(1);
    expect(deferredIn(step(first, [failing(asked('d1'), 'wait', 'run-lock')]))).toEqual([]);
    expect(deferredIn(step(first, [failing(asked('d1'), 'wait', 'daily-budget')]))).toHaveLength(1);
  });

  it('answers a request that a guard drops, and tells of it', () => {
    const state = step(EMPTY_STATE, [failing(asked('d1'), 'drop', 'unchanged')]);
    expect(state).toMatchObject({ pending: [], answered: ['d1'] });
    expect(state).not.toHaveProperty('lock');
    expect(deferredIn(state)).toMatchObject([{ request: 'd1', guard: 'unchanged' }]);
  });

  it('lets an alarm wait for labels while a dataset request runs', () => {
    const state = step(EMPTY_STATE, [
      passing(asked('d1')),
      failing(asked('a', 'alarm', 1, 'drift'), 'wait', 'enough-new-labels'),
    ]);
    expect(state.pending.map(({ id }) => id)).toEqual(['a']);
    expect(state.outbox?.input).toMatchObject({ request: { id: 'd1' }, addLabelledRows: false });
  });

  it('resumes what waited when it passes', () => {
    const waiting = { ...EMPTY_STATE, pending: [pending(asked('d1'))] };
    const state = step(waiting, [passing(asked('d1'))]);
    expect(state).toMatchObject({ pending: [], answered: ['d1'], lock: { run: expect.any(String) } });
    expect(state.outbox?.input?.request).toEqual(asked('d1'));
  });

  it('counts runs of the same day and begins anew with the next', () => {
    const today = { ...EMPTY_STATE, runsToday: { day: '2026-03-02', count: 2 } };
    expect(step(today, [passing(asked('d1'))]).runsToday).toEqual({ day: '2026-03-02', count: 3 });
    const before = { ...EMPTY_STATE, runsToday: { day: '2026-03-01', count: 2 } };
    expect(step(before, [passing(asked('d1'))]).runsToday).toEqual({ day: '2026-03-02', count: 1 });
  });

  it.each([
    ['alarm', false, false, true],
    ['dataset', true, true, false],
    ['manual', true, true, true],
    ['manual', false, true, false],
    ['manual', true, false, false],
  ] as const)(
    'for %s with unused labels %s and a champion %s adds labelled rows: %s',
    (kind, hasUnusedLabels, hasChampion, expected) => {
      const state = step(EMPTY_STATE, [passing(asked('x', kind))], { hasUnusedLabels, hasChampion });
      expect(state.outbox?.input?.addLabelledRows).toBe(expected);
    },
  );
});

describe('runId', () => {
  it('is the same for the same request and content, and another for anything else', () => {
    const base = runId(asked('d1'), facts());
    expect(base).toMatch(/^flights-[0-9a-f]{10}-a1$/);
    expect(runId(asked('d1'), facts({ settingsDigest: 'other' }))).toBe(base);
    const others = [
      runId(asked('d2'), facts()),
      runId(asked('d1'), facts({ trainingDigest: 'other' })),
      runId(asked('d1'), facts({ head: aVersion(3) })),
      // the project was removed and made again: the closed execution's name stays taken
      runId(asked('d1'), facts({ head: aVersion(2, { createdAt: '2027-01-01T00:00:00.000Z' }) })),
      runId(asked('d1'), facts(), 2),
    ];
    expect(new Set([base, ...others]).size).toBe(6);
  });
});

describe('withoutLock', () => {
  const locked: ControllerState = {
    ...EMPTY_STATE,
    lock: { run: 'r', since: '', trainingDigest: 'training' },
    lastRun: { run: 'r', startedAt: 's' },
  };
  it('frees the lock of the run that holds it and remembers what was trained', () => {
    expect(withoutLock(locked, { run: 'r', finishedAt: 'f', datasetDigest: 'd' })).toEqual({
      pending: [],
      answered: [],
      trained: ['d:training'],
      lastRun: { run: 'r', startedAt: 's', finishedAt: 'f' },
    });
  });
  it('remembers nothing of a run without a verdict', () => {
    expect(withoutLock(locked, { run: 'r', finishedAt: 'f' }).trained).toEqual([]);
  });
  it('changes nothing for another run, or twice', () => {
    expect(withoutLock(locked, { run: 'x', finishedAt: 'f' })).toBe(locked);
    const free = withoutLock(locked, { run: 'r', finishedAt: 'f' });
    expect(withoutLock(free, { run: 'r', finishedAt: 'g' })).toBe(free);
  });
});

describe('remember', () => {
  it('keeps the newest hundred without repeats', () => {
    const many = Array.from({ length: 100 }, (_, index) => `${index}`);
    expect(remember(many, 'new')).toHaveLength(100);
    expect(remember(many, 'new').at(-1)).toBe('new');
    expect(remember(['a', 'b'], 'a')).toEqual(['b', 'a']);
  });
});
