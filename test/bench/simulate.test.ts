import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawEvents, EVENT_KINDS, RULES, type SimulatedEvent, STREAM } from '../../bench/simulate/events.ts';
import { falseAlarmsOf, type Material, outcomeOf, spansOf } from '../../bench/simulate/outcome.ts';
import { pageOf } from '../../bench/simulate/page.ts';
import type { DecisionItem, RunItem, WindowItem } from '../../lambdas/shared/catalog-items.ts';

describe('events of a seed', () => {
  it('are one of each kind, one after the other, within the stream', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const events = drawEvents(seed);
        expect(events.map(({ kind }) => kind).sort()).toEqual([...EVENT_KINDS].sort());
        for (const [place, { kind, from, to }] of events.entries()) {
          expect(from).toBeGreaterThan(events[place - 1]?.from ?? 0);
          expect(to).toBe(RULES[kind].days === undefined ? STREAM.days : from + RULES[kind].days!);
          expect(to).toBeLessThanOrEqual(STREAM.days);
        }
      }),
    );
  });
  it('are the same for the same seed, and others for another', () => {
    expect(drawEvents(7)).toEqual(drawEvents(7));
    expect(drawEvents(7)).not.toEqual(drawEvents(8));
  });
  it('of fewer days are the first of them', () => {
    const few = drawEvents(7, 60);
    expect(few).toEqual(drawEvents(7).slice(0, few.length));
    expect(few.every(({ from }) => from < 60)).toBe(true);
  });
});

const DAY_MS = 86_400_000;
const start = Date.parse('2026-03-02T00:00:00Z');
const at = (day: number, hour = 0) => new Date(start + day * DAY_MS + hour * 3_600_000).toISOString();
const windowId = (day: number) => {
  const compact = (text: string) => text.replace(/[-:]|\.000/g, '');
  return `${compact(at(day))}_${compact(at(day + 1))}`;
};
const event = (kind: SimulatedEvent['kind'], from: number, to: number): SimulatedEvent => ({
  ...{ kind, from, to, hour: 10 },
});
const guard = (day: number, rule: string, verdict: string) =>
  ({ kind: 'guard', at: at(day, 1), judgement: { rule, verdict, reason: '' } }) as unknown as DecisionItem;
const judged = (day: number, failed: string[]) =>
  ({ window: windowId(day), judgedAt: at(day + 1, 1), failed }) as unknown as WindowItem;

const material = (changes: Partial<Material> = {}): Material => ({
  ...{ seed: 1, days: 40, minutes: 2 },
  events: [event('traffic spike', 10, 11), event('unit change', 20, 25)],
  played: { rows: [], raised: [] },
  judged: {
    auc: { driftless: [0.7, 0.7, 0.6], none: [0.6, 0.7, null], naive: [0.65, 0.7, 0.5] },
    naiveRuns: [3, 4],
  },
  runs: [{ run: 'r', startedAt: at(0), status: 'Registered', request: { kind: 'dataset' } } as RunItem],
  windows: [],
  decisions: [],
  dayOf: (time) => Math.floor((Date.parse(time) - start) / DAY_MS),
  ...changes,
});

describe('the outcome of a half year', () => {
  it('tells alarms that an event explains from false ones', () => {
    const raised = [
      { alarm: 'drift', day: 5, reason: '' },
      { alarm: 'drift', day: 12, reason: '' },
      { alarm: 'drift', day: 22, reason: '' },
      { alarm: 'quality', day: 35, reason: '' },
    ] as const;
    const outcome = outcomeOf(material({ played: { rows: [], raised } }));
    expect(outcome.quietFalseAlarms.map(({ day }) => day)).toEqual([5]);
    expect(outcome.events.map(({ falseAlarms }) => falseAlarms.map(({ day }) => day))).toEqual([[12], [35]]);
    expect(falseAlarmsOf(outcome)).toBe(3);
    expect(outcome.events[1]).toMatchObject({ seenBy: 'alarm drift', delayDays: 2 });
    expect(outcome.missed).toEqual([]);
  });
  it('takes what a report newly fails for seen, and what failed before not', () => {
    const before = [18, 19, 20, 21].map((day) => judged(day, ['origin']));
    expect(outcomeOf(material({ windows: before })).missed).toEqual(['unit change']);
    const after = [...before, judged(22, ['distance', 'origin'])];
    const [, seen] = outcomeOf(material({ windows: after })).events;
    expect(seen).toMatchObject({ seenBy: 'report: distance', delayDays: 3 });
  });
  it('counts what guards held back, each rule by itself', () => {
    const decisions = [
      guard(21, 'cooldown', 'FAIL'),
      guard(22, 'cooldown', 'FAIL'),
      guard(22, 'unchanged', 'PASS'),
      guard(22, 'cost-budget', 'NOT_APPLICABLE'),
      guard(12, 'inputs-intact', 'FAIL'),
    ];
    const { events } = outcomeOf(material({ decisions }));
    expect(events.map(({ heldBack }) => heldBack)).toEqual([{ 'inputs-intact': 1 }, { cooldown: 2 }]);
  });
  it('is a page that says where it loses', () => {
    const won = outcomeOf(material());
    expect(pageOf([won])).toContain(
      '0.1000 to 0.1000 above none and 0.0500 to 0.0500 above naive. It loses none',
    );
    const auc = { driftless: [0.6, null, null], none: [0.61, null, null], naive: [0.5, null, null] };
    const lost = outcomeOf(material({ seed: 9, judged: { auc, naiveRuns: [] } }));
    expect(pageOf([won, lost])).toContain('It loses: seed 9 to none by 0.0100.');
  });
  it('has a span for the whole and one for each event until the next', () => {
    expect(spansOf(material().events, 40)).toEqual([
      [0, 40],
      [10, 20],
      [20, 40],
    ]);
  });
});
