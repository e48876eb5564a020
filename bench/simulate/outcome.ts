/** What became of a played half year: which event was seen when, what was started and held back, and how good it was. */
import type { DecisionItem, RunItem, WindowItem } from '../../lambdas/shared/catalog-items.ts';
import { RULES, type SimulatedEvent } from './events.ts';
import type { Played, Raised } from './play.ts';

export const POLICIES = ['driftless', 'none', 'naive'] as const;
export type Policy = (typeof POLICIES)[number];

/** Of `policies.py`. */
export interface Judged {
  /** Area under the ROC curve by the true outcomes, for each span; null where there is one class only. */
  readonly auc: Readonly<Record<Policy, readonly (number | null)[]>>;
  readonly naiveRuns: readonly number[];
}

export interface EventOutcome {
  readonly event: SimulatedEvent;
  /** Until the next event begins. */
  readonly until: number;
  /** The alarm that went on, or what a window's report newly fails while an alarm is on already. */
  readonly seenBy?: string;
  /** Days from the event's begin until then. */
  readonly delayDays?: number;
  readonly falseAlarms: readonly Raised[];
  readonly runs: readonly string[];
  readonly heldBack: Readonly<Record<string, number>>;
  readonly auc: Readonly<Record<Policy, number | null>>;
}

export interface Outcome {
  readonly seed: number;
  readonly days: number;
  readonly rows: number;
  readonly minutes: number;
  readonly events: readonly EventOutcome[];
  /** Before the first event. */
  readonly quietFalseAlarms: readonly Raised[];
  readonly runs: readonly { readonly day: number; readonly kind: string; readonly status: string }[];
  readonly naiveRuns: readonly number[];
  readonly auc: Readonly<Record<Policy, number | null>>;
  /** Events that had to be seen and were not. */
  readonly missed: readonly string[];
}

/** Days after an event's end in which its rows are still judged: windows of a day, labels a day later, 2 of 3 windows. */
const AFTERMATH_DAYS = 4;

/** The first span is the whole; the others are the events'. */
export function spansOf(events: readonly SimulatedEvent[], days: number): [number, number][] {
  return [
    [0, days],
    ...events.map(({ from }, place): [number, number] => [from, untilOf(events, place, days)]),
  ];
}

const untilOf = (events: readonly SimulatedEvent[], place: number, days: number) =>
  events[place + 1]?.from ?? days;

export interface Material {
  readonly seed: number;
  readonly days: number;
  readonly minutes: number;
  readonly events: readonly SimulatedEvent[];
  readonly played: Played;
  readonly judged: Judged;
  readonly runs: readonly RunItem[];
  readonly windows: readonly WindowItem[];
  /** Of guards. */
  readonly decisions: readonly DecisionItem[];
  /** Day of the stream of a time of the cloud. */
  dayOf(clockTime: string): number;
}

export function outcomeOf(material: Material): Outcome {
  const { seed, days, minutes, events, played, judged, dayOf } = material;
  const runs = material.runs.map((run) => ({ ...run, day: dayOf(run.startedAt) }));
  const auc = (span: number) =>
    Object.fromEntries(
      POLICIES.map((policy) => [policy, judged.auc[policy][span] ?? null]),
    ) as Outcome['auc'];
  // a permanent change is news until a model has learnt it, or until nobody asks any more
  const isRight = ({ alarm, day }: Raised) =>
    events.some(
      ({ kind, from, to }) => RULES[kind].alarms.includes(alarm) && day > from && day <= to + AFTERMATH_DAYS,
    );
  const outcomes = events.map((event, place): EventOutcome => {
    const until = untilOf(events, place, days);
    const isHere = ({ day }: { readonly day: number }) => day >= event.from && day < until;
    const held: Record<string, number> = {};
    for (const { at, judgement } of material.decisions) {
      if (judgement.verdict !== 'FAIL' || judgement.rule === 'episode' || !isHere({ day: dayOf(at) }))
        continue;
      held[judgement.rule] = (held[judgement.rule] ?? 0) + 1;
    }
    return {
      event,
      until,
      ...seenIn(material, event),
      falseAlarms: played.raised.filter((raised) => isHere(raised) && !isRight(raised)),
      runs: runs.filter(isHere).map(({ request, status }) => `${request.kind}: ${status}`),
      heldBack: held,
      auc: auc(place + 1),
    };
  });
  const first = events[0]?.from ?? days;
  return {
    ...{ seed, days, minutes, events: outcomes, rows: played.rows.length },
    quietFalseAlarms: played.raised.filter((raised) => raised.day < first && !isRight(raised)),
    runs: runs.map(({ day, request, status }) => ({ day, kind: request.kind, status })),
    naiveRuns: judged.naiveRuns,
    auc: auc(0),
    missed: outcomes
      .filter(({ event, seenBy }) => RULES[event.kind].mustBeSeen && !seenBy)
      .map(({ event }) => event.kind),
  };
}

/** The alarm that went on for an event, or the first report of one of its days that fails what no report of the days before did. */
function seenIn(
  { played, windows, dayOf }: Material,
  { kind, from, to }: SimulatedEvent,
): Pick<EventOutcome, 'seenBy' | 'delayDays'> {
  const { alarms } = RULES[kind];
  if (alarms.length === 0) return {};
  const raised = played.raised.find(
    ({ alarm, day }) => alarms.includes(alarm) && day > from && day <= to + AFTERMATH_DAYS,
  );
  const daily = windows.map(({ window, failed = [], judgedAt }) => ({
    day: dayOf(timeOf(window)),
    failed,
    seen: dayOf(judgedAt),
  }));
  const before = new Set(
    daily.filter(({ day }) => day >= from - KNOWN_DAYS && day < from).flatMap(({ failed }) => failed),
  );
  const reports = daily
    .filter(({ day, failed }) => day >= from && day < to && failed.some((part) => !before.has(part)))
    .sort((a, b) => a.seen - b.seen);
  const [report] = reports;
  if (!report || (raised && raised.day <= report.seen + ALARM_WINDOWS)) {
    return raised ? { seenBy: `alarm ${raised.alarm}`, delayDays: raised.day - from } : {};
  }
  const news = report.failed.filter((part) => !before.has(part));
  return { seenBy: `report: ${news.join(', ')}`, delayDays: report.seen - from };
}

/** What failed in these days before an event is no news. */
const KNOWN_DAYS = 7;
/** An alarm on two of three windows comes a day or two after the first report. */
const ALARM_WINDOWS = 2;

/** Start of a window by its id. */
const timeOf = (window: string) =>
  window.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z');

export const falseAlarmsOf = ({ events, quietFalseAlarms }: Outcome) =>
  quietFalseAlarms.length + events.reduce((sum, { falseAlarms }) => sum + falseAlarms.length, 0);
