/**
 * What happens in the half year: events, the seeds that are always played, and what is expected of each, committed
 * before the first figures. A seed draws the order, the days and the hours.
 */
export type EventKind = (typeof EVENT_KINDS)[number];

export const EVENT_KINDS = [
  'covariate shift',
  'label shift',
  'concept drift',
  'broken column',
  'unit change',
  'traffic spike',
  'silent hour',
  'rollout in a window',
  'labels never arrive',
  'labels wrong for a day',
] as const;

export type AlarmName = 'drift' | 'quality' | 'data-quality';

interface Rule {
  /** Days that it lasts; to the end without. */
  readonly days?: number;
  /** What it does to the stream. */
  readonly what: string;
  /** Alarms that are right while it lasts and until its rows are judged; all others are false. */
  readonly alarms: readonly AlarmName[];
  /** Whether one of them has to be raised. */
  readonly mustBeSeen: boolean;
}

export const RULES: Readonly<Record<EventKind, Rule>> = {
  'covariate shift': {
    what: 'the network grows into the West: airports that no model has seen',
    alarms: ['drift', 'quality', 'data-quality'],
    mustBeSeen: true,
  },
  'label shift': {
    days: 10,
    what: 'late flights are three times as frequent',
    alarms: ['drift', 'quality'],
    mustBeSeen: false,
  },
  'concept drift': {
    what: 'of flights over 700 miles the late ones are now those that were not',
    alarms: ['quality'],
    mustBeSeen: true,
  },
  'broken column': {
    days: 4,
    what: '`distance` comes empty',
    alarms: ['data-quality', 'drift', 'quality'],
    mustBeSeen: true,
  },
  'unit change': {
    days: 5,
    what: '`distance` comes in kilometres',
    alarms: ['drift', 'quality', 'data-quality'],
    mustBeSeen: true,
  },
  'traffic spike': { days: 1, what: 'ten times the rows for three hours', alarms: [], mustBeSeen: false },
  'silent hour': { days: 1, what: 'nobody asks for an hour', alarms: [], mustBeSeen: false },
  'rollout in a window': {
    days: 1,
    what: 'a person starts a run at ten in the morning',
    alarms: [],
    mustBeSeen: false,
  },
  'labels never arrive': { days: 10, what: 'no labels for ten days', alarms: [], mustBeSeen: false },
  'labels wrong for a day': {
    days: 1,
    what: 'every label of the day is the other one',
    alarms: ['quality'],
    mustBeSeen: false,
  },
};

/** Played by `npm run simulate -- --frozen`; other seeds are fresh. */
export const FROZEN_SEEDS = [101, 102, 103] as const;

export interface SimulatedEvent {
  readonly kind: EventKind;
  /** Days of the stream, from 0; the last is not part of it. */
  readonly from: number;
  readonly to: number;
  /** UTC; of what lasts hours. */
  readonly hour: number;
}

/** The stream: from Monday 15 January to 30 June, after two weeks of history. */
export const STREAM = { first: '2001-01-15', days: 167, rowsPerHour: 25 } as const;
/** The first upload: two weeks of the East, every fifth flight. */
export const HISTORY = { from: '2001-01-01', to: '2001-01-15', sharePercent: 20 } as const;
export const SPIKE = { hours: 3, times: 10 } as const;
export const LABEL_SHIFT_WEIGHT = 3;
export const CONCEPT_MILES = 700;
export const KILOMETRES_PER_MILE = 1.609344;
/** Labels of a day come so many days after its end. */
export const LABEL_DELAY_DAYS = 1;

const FIRST_EVENT_DAY = 12;
const DAYS_APART = 15;
const JITTER_DAYS = 4;

/** One of each kind, in an order and on days of the seed. */
export function drawEvents(seed: number, days: number = STREAM.days): SimulatedEvent[] {
  const random = generator(seed);
  const order = shuffle(EVENT_KINDS, random);
  const events = order.map((kind, place): SimulatedEvent => {
    const from = FIRST_EVENT_DAY + DAYS_APART * place + Math.floor(random() * (JITTER_DAYS + 1));
    const lasts = RULES[kind].days;
    return {
      kind,
      from,
      to: lasts === undefined ? STREAM.days : from + lasts,
      hour: 8 + Math.floor(random() * 8),
    };
  });
  return events.filter(({ from }) => from < days);
}

function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

/** Numbers in 0..1. @see Marsaglia (2003), "Xorshift RNGs", 32 bits, shifts 13, 17, 5. */
function generator(seed: number): () => number {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let turn = 0; turn < 16; turn++) next();
  return next;
}

export const isDuring = ({ from, to }: SimulatedEvent, day: number) => day >= from && day < to;
