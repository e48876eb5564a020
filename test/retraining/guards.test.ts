import { describe, expect, it } from 'vitest';
import { assess } from '../../lambdas/retraining/assess.ts';
import { EMPTY_STATE } from '../../lambdas/retraining/controller-state.ts';
import { cooldown } from '../../lambdas/retraining/guards/cooldown.ts';
import { costBudget } from '../../lambdas/retraining/guards/cost-budget.ts';
import { dailyBudget } from '../../lambdas/retraining/guards/daily-budget.ts';
import { datasetPresent } from '../../lambdas/retraining/guards/dataset-present.ts';
import { enoughNewLabels } from '../../lambdas/retraining/guards/enough-new-labels.ts';
import type { Guard, GuardSubject } from '../../lambdas/retraining/guards/guard.ts';
import { GUARDS } from '../../lambdas/retraining/guards/index.ts';
import { inputsIntact } from '../../lambdas/retraining/guards/inputs-intact.ts';
import { monthlyBudget } from '../../lambdas/retraining/guards/monthly-budget.ts';
import { outdatedAlarm } from '../../lambdas/retraining/guards/outdated-alarm.ts';
import { paused } from '../../lambdas/retraining/guards/paused.ts';
import { runLock } from '../../lambdas/retraining/guards/run-lock.ts';
import { triggerEnabled } from '../../lambdas/retraining/guards/trigger-enabled.ts';
import { unchanged } from '../../lambdas/retraining/guards/unchanged.ts';
import type { RunRequest } from '../../lambdas/shared/catalog-items.ts';
import { aProject } from '../shared/project-fixture.ts';
import { aChampion, aRequest, aVersion } from '../training/run-fixture.ts';

const settings = aProject().retraining;

function aSubject(kind: RunRequest['kind'], change: Partial<GuardSubject> = {}): GuardSubject {
  return {
    request: aRequest({ kind }),
    state: EMPTY_STATE,
    settings,
    head: aVersion(2),
    champion: aChampion({ promotedAt: '2026-02-01T00:00:00.000Z' }),
    trainingDigest: 'training',
    now: new Date('2026-03-01T12:00:00.000Z'),
    countNewLabels: async () => 1000,
    ...change,
  };
}
const verdict = async (guard: Guard, subject: GuardSubject) => (await guard.judge(subject)).verdict;

describe('trigger-enabled', () => {
  it.each([
    ['dataset', 'onDataset'],
    ['code', 'onCodeChange'],
    ['alarm', 'onAlarm'],
  ] as const)('lets a %s request pass by %s', async (kind, setting) => {
    expect(await verdict(triggerEnabled, aSubject(kind))).toBe('PASS');
    const off = aSubject(kind, { settings: { ...settings, [setting]: false } });
    expect(await verdict(triggerEnabled, off)).toBe('FAIL');
  });
  it('does not ask a person', async () => {
    expect(await verdict(triggerEnabled, aSubject('manual'))).toBe('NOT_APPLICABLE');
  });
});

describe('dataset-present', () => {
  it('fails without a version', async () => {
    expect(await verdict(datasetPresent, aSubject('manual'))).toBe('PASS');
    expect(await verdict(datasetPresent, aSubject('manual', { head: undefined }))).toBe('FAIL');
  });
});

describe('unchanged', () => {
  const trained = (...combinations: string[]) => ({ state: { ...EMPTY_STATE, trained: combinations } });
  it('fails when the head was trained with the same code and settings', async () => {
    expect(await verdict(unchanged, aSubject('dataset', trained('digest-2:training')))).toBe('FAIL');
    expect(await verdict(unchanged, aSubject('code', trained('digest-2:training')))).toBe('FAIL');
  });
  it('passes when either is new', async () => {
    const other = trained('digest-2:older', 'digest-1:training');
    expect(await verdict(unchanged, aSubject('dataset', other))).toBe('PASS');
    expect(await verdict(unchanged, aSubject('code', other))).toBe('PASS');
  });
  it('does not apply to a person, an alarm, or without a version', async () => {
    const same = trained('digest-2:training');
    expect(await verdict(unchanged, aSubject('manual', same))).toBe('NOT_APPLICABLE');
    expect(await verdict(unchanged, aSubject('alarm', same))).toBe('NOT_APPLICABLE');
    expect(await verdict(unchanged, aSubject('dataset', { head: undefined }))).toBe('NOT_APPLICABLE');
  });
});

describe('outdated-alarm', () => {
  const firedAt = Date.parse(aRequest().requestedAt);
  it.each([
    [-1, 'PASS'],
    [0, 'PASS'],
    [1, 'FAIL'],
  ])('with the champion promoted %i ms after the alarm: %s', async (afterMs, expected) => {
    const champion = aChampion({ promotedAt: new Date(firedAt + afterMs).toISOString() });
    expect(await verdict(outdatedAlarm, aSubject('alarm', { champion }))).toBe(expected);
  });
  it('fails without a champion, and applies to alarms only', async () => {
    expect(await verdict(outdatedAlarm, aSubject('alarm', { champion: undefined }))).toBe('FAIL');
    expect(await verdict(outdatedAlarm, aSubject('dataset', { champion: undefined }))).toBe('NOT_APPLICABLE');
  });
});

describe('run-lock', () => {
  it('fails while a run is in progress', async () => {
    expect(await verdict(runLock, aSubject('dataset'))).toBe('PASS');
    const state = { ...EMPTY_STATE, lock: { run: 'r', since: '', trainingDigest: '' } };
    expect(await verdict(runLock, aSubject('manual', { state }))).toBe('FAIL');
  });
});

describe('run-lock, whose run never ended', () => {
  const lock = { run: 'r', since: '', trainingDigest: '', leaseUntil: '2026-03-01T11:59:59.999Z' };
  it('is taken over when the lease is over', async () => {
    const state = { ...EMPTY_STATE, lock };
    expect(await verdict(runLock, aSubject('manual', { state }))).toBe('PASS');
    const held = { ...EMPTY_STATE, lock: { ...lock, leaseUntil: '2026-03-01T12:00:00.000Z' } };
    expect(await verdict(runLock, aSubject('manual', { state: held }))).toBe('FAIL');
  });
});

describe('inputs-intact', () => {
  const window = {
    modelVersion: 1,
    window: 'w',
    verdict: 'FAIL',
    reportKey: 'k',
    judgedAt: '',
    rows: 9,
  } as const;
  const failing = { ...window, labelledRows: 0, failed: ['missing of distance'] };
  it('holds an alarm back while what arrives is broken, and says what', async () => {
    const broken = { ...failing, dataQualityVerdict: 'FAIL' } as const;
    const judgement = await inputsIntact.judge(aSubject('alarm', { failing: broken }));
    expect(judgement).toMatchObject({
      verdict: 'FAIL',
      reason: expect.stringContaining('missing of distance'),
    });
    expect(await verdict(inputsIntact, aSubject('manual', { failing: broken }))).toBe('NOT_APPLICABLE');
  });
  it.each(['PASS', 'WARN', undefined] as const)(
    'lets it pass when they are %s',
    async (dataQualityVerdict) => {
      const whole = { ...failing, ...(dataQualityVerdict && { dataQualityVerdict }) };
      expect(await verdict(inputsIntact, aSubject('alarm', { failing: whole }))).toBe('PASS');
      expect(await verdict(inputsIntact, aSubject('alarm'))).toBe('PASS');
    },
  );
});

describe('paused', () => {
  const pause = { by: 'ann', reason: 'holidays', at: '2026-02-28T00:00:00.000Z' };
  const state = { ...EMPTY_STATE, paused: pause };
  it.each(['dataset', 'code', 'alarm', 'schedule', 'event'] as const)(
    'holds a %s request back, and says who paused and why',
    async (kind) => {
      const judgement = await paused.judge(aSubject(kind, { state }));
      expect(judgement).toMatchObject({ verdict: 'FAIL', reason: expect.stringMatching(/ann.*holidays/) });
      expect(await verdict(paused, aSubject(kind))).toBe('PASS');
    },
  );
  it('does not hold a person back', async () => {
    expect(await verdict(paused, aSubject('manual', { state }))).toBe('NOT_APPLICABLE');
  });
});

describe('cooldown after runs that did not help', () => {
  const havingLost = (count: number, change: object = {}) =>
    aSubject('alarm', {
      state: {
        ...EMPTY_STATE,
        lastRun: { run: 'r', startedAt: '2026-02-28T12:00:00.000Z' },
        losses: { count, run: 'r' },
      },
      settings: { ...settings, ...change },
    });
  // 24 hours, doubled by each loss, at most 8 cooldowns
  it.each([
    [0, undefined],
    [1, '2026-03-02T12:00:00.000Z'],
    [2, '2026-03-04T12:00:00.000Z'],
    [3, '2026-03-08T12:00:00.000Z'],
    [9, '2026-03-08T12:00:00.000Z'],
  ])('after %i losses is looked at again at %s', async (losses, lookAgainAt) => {
    const judgement = await cooldown.judge(havingLost(losses));
    expect(judgement.verdict).toBe(lookAgainAt ? 'FAIL' : 'PASS');
    expect(judgement.inputs.lookAgainAt).toBe(lookAgainAt);
  });
  it('is bounded as the settings say', async () => {
    const judgement = await cooldown.judge(havingLost(5, { maximumCooldownHours: 36 }));
    expect(judgement.inputs.lookAgainAt).toBe('2026-03-02T00:00:00.000Z');
  });
});

describe('monthly-budget and cost-budget', () => {
  const used = (days: number, months: number, change: object) =>
    aSubject('dataset', {
      state: {
        ...EMPTY_STATE,
        runsToday: { day: '2026-03-01', count: days },
        runsThisMonth: { month: '2026-03', count: months },
      },
      settings: { ...settings, ...change },
    });
  it.each([
    [2, 'PASS', undefined],
    [3, 'FAIL', '2026-04-01T00:00:00.000Z'],
  ])('of 3 a month with %i used: %s', async (count, expected, lookAgainAt) => {
    const judgement = await monthlyBudget.judge(used(0, count, { maximumRunsPerMonth: 3 }));
    expect(judgement).toMatchObject({ verdict: expected });
    expect(judgement.inputs.lookAgainAt).toBe(lookAgainAt);
  });
  it('does not apply without a bound', async () => {
    expect(await verdict(monthlyBudget, used(0, 99, {}))).toBe('NOT_APPLICABLE');
    expect(await verdict(costBudget, used(0, 99, {}))).toBe('NOT_APPLICABLE');
  });
  it.each([
    // at $4 a run: two a day fit into $10, three a month into $12
    [1, 1, 'PASS', undefined],
    [2, 2, 'FAIL', '2026-03-02T00:00:00.000Z'],
    [0, 3, 'FAIL', '2026-04-01T00:00:00.000Z'],
  ])('with %i runs today and %i in the month: %s', async (days, months, expected, lookAgainAt) => {
    const cost = { usdPerRun: 4, maximumUsdPerDay: 10, maximumUsdPerMonth: 12 };
    const judgement = await costBudget.judge(used(days, months, { cost }));
    expect(judgement).toMatchObject({ verdict: expected });
    expect(judgement.inputs.lookAgainAt).toBe(lookAgainAt);
  });
});

describe('cooldown', () => {
  const lastRunAt = (startedAt: string) => ({ state: { ...EMPTY_STATE, lastRun: { run: 'r', startedAt } } });
  it.each([
    ['2026-02-28T12:00:00.001Z', 'FAIL'],
    ['2026-02-28T12:00:00.000Z', 'PASS'],
    ['2026-02-27T00:00:00.000Z', 'PASS'],
  ])('24 hours after a run that began at %s: %s', async (startedAt, expected) => {
    expect(await verdict(cooldown, aSubject('alarm', lastRunAt(startedAt)))).toBe(expected);
  });
  it('passes before the first run and with a cooldown of zero', async () => {
    expect(await verdict(cooldown, aSubject('alarm'))).toBe('PASS');
    const none = { ...lastRunAt('2026-03-01T12:00:00.000Z'), settings: { ...settings, cooldownHours: 0 } };
    expect(await verdict(cooldown, aSubject('alarm', none))).toBe('PASS');
  });
  it.each(['dataset', 'code', 'manual'] as const)('does not hold back a %s request', async (kind) => {
    expect(await verdict(cooldown, aSubject(kind, lastRunAt('2026-03-01T11:59:00.000Z')))).toBe(
      'NOT_APPLICABLE',
    );
  });
});

describe('daily-budget', () => {
  const used = (count: number, day = '2026-03-01') => ({
    state: { ...EMPTY_STATE, runsToday: { day, count } },
  });
  it.each([
    [0, 'PASS'],
    [3, 'PASS'],
    [4, 'FAIL'],
    [5, 'FAIL'],
  ])('of 4 with %i used: %s', async (count, expected) => {
    expect(await verdict(dailyBudget, aSubject('dataset', used(count)))).toBe(expected);
  });
  it('begins anew with the day, UTC', async () => {
    expect(await verdict(dailyBudget, aSubject('dataset', used(4, '2026-02-28')))).toBe('PASS');
    const late = { ...used(4), now: new Date('2026-03-01T23:59:59.999Z') };
    expect(await verdict(dailyBudget, aSubject('dataset', late))).toBe('FAIL');
  });
});

describe('enough-new-labels', () => {
  it.each([
    [0, 'FAIL'],
    [99, 'FAIL'],
    [100, 'PASS'],
    [101, 'PASS'],
  ])('of 100 with %i: %s', async (count, expected) => {
    const judgement = await enoughNewLabels.judge(aSubject('alarm', { countNewLabels: async () => count }));
    expect(judgement).toMatchObject({
      verdict: expected,
      inputs: { newLabels: count, minimumNewLabels: 100 },
    });
  });
  it('does not count for anything but an alarm', async () => {
    const countNewLabels = () => Promise.reject(new Error('counted'));
    expect(await verdict(enoughNewLabels, aSubject('dataset', { countNewLabels }))).toBe('NOT_APPLICABLE');
  });
});

describe('assess', () => {
  it('asks the guards in this order, the costly one last', () => {
    expect(GUARDS.map(({ rule }) => rule)).toEqual([
      'trigger-enabled',
      'dataset-present',
      'request-valid',
      'unchanged',
      'outdated-alarm',
      'inputs-intact',
      'paused',
      'run-lock',
      'cooldown',
      'daily-budget',
      'monthly-budget',
      'cost-budget',
      'enough-new-labels',
    ]);
  });

  it('stops at the first guard that fails', async () => {
    const state = { ...EMPTY_STATE, lock: { run: 'r', since: '', trainingDigest: '' } };
    const countNewLabels = () => Promise.reject(new Error('counted'));
    const assessment = await assess(aSubject('alarm', { state, countNewLabels }));
    expect(assessment).toMatchObject({ outcome: 'wait', failed: { rule: 'run-lock' } });
    expect(assessment.judgements.at(-1)?.rule).toBe('run-lock');
  });

  it('starts when all pass', async () => {
    const assessment = await assess(aSubject('alarm'));
    expect(assessment).toMatchObject({ outcome: 'start' });
    expect(assessment.judgements).toHaveLength(GUARDS.length);
  });
});
