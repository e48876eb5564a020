/** The table of `npm run simulate`. */
import { INSTANCE_HOUR } from '../costs/prices.ts';
import { FROZEN_SEEDS, RULES, STREAM } from './events.ts';
import { type EventOutcome, falseAlarmsOf, type Outcome, POLICIES, type Policy } from './outcome.ts';
import { dateOf } from './stream.ts';

/** Minutes of instances of a run: ten of training; with gates twice four of scoring, and 15 of a second fleet. */
const MINUTES: Readonly<Record<Policy, number>> = { driftless: 33, none: 0, naive: 10 };

const auc = (value: number | null) => (value === null ? '' : value.toFixed(4));
const dollars = (runs: number, policy: Policy) =>
  `$${((runs * MINUTES[policy] * INSTANCE_HOUR.dollars) / 60).toFixed(2)}`;
const list = (items: readonly string[]) => items.join(', ') || '-';

/** Runs that were asked for after the first one, which every policy needs. */
const runsOf = (outcome: Outcome, policy: Policy) => {
  if (policy === 'none') return 0;
  return policy === 'naive' ? outcome.naiveRuns.length : outcome.runs.length - 1;
};

export function pageOf(outcomes: readonly Outcome[]): string {
  return [
    '# Half a year of production, played',
    '',
    'Real flights of 15 January to 30 June 2001 through endpoint, capture, labels, monitors, alarms and controller of the',
    'local cloud, with events of a seed (`bench/simulate/events.ts`). Quality is the area under the ROC curve by the true',
    'outcomes, computed by scikit-learn. *None* keeps the first model. *Naive* trains on all labels that it has and deploys',
    'without a gate whenever a feature of a day has a stability index above 0.2, or the labels of a day an AUC 0.05 below',
    `the holdout; it gets its labels when Driftless does. Made by \`${commandOf(outcomes)}\`.`,
    '',
    '| seed | AUC, Driftless | none | naive | runs, Driftless | naive | false alarms | not seen | minutes |',
    '|---|---|---|---|---|---|---|---|---|',
    ...outcomes.map(summary),
    '',
    lossesOf(outcomes),
    ...outcomes.flatMap(seedPage),
    '',
    `Runs are priced at ${INSTANCE_HOUR.name} (${INSTANCE_HOUR.dollars} dollars an hour): ${MINUTES.driftless} minutes of instances for a run of Driftless`,
    `(training, scoring of both models, the second fleet of the rollout), ${MINUTES.naive} for a naive one.`,
    '',
  ].join('\n');
}

/** What was asked for. */
function commandOf(outcomes: readonly Outcome[]): string {
  const seeds = outcomes.map(({ seed }) => seed).join(',');
  const asked = seeds === FROZEN_SEEDS.join(',') ? '--frozen' : `--seeds ${seeds}`;
  const days = outcomes.every((outcome) => outcome.days === STREAM.days)
    ? ''
    : ` --days ${outcomes[0]!.days}`;
  return `npm run simulate -- ${asked}${days} --write`;
}

function summary(outcome: Outcome): string {
  const cells = [
    outcome.seed,
    ...POLICIES.map((policy) => auc(outcome.auc[policy])),
    ...(['driftless', 'naive'] as const).map((policy) => {
      const runs = runsOf(outcome, policy);
      return `${runs} (${dollars(runs, policy)})`;
    }),
    falseAlarmsOf(outcome),
    list(outcome.missed),
    outcome.minutes.toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

function lossesOf(outcomes: readonly Outcome[]): string {
  const lost = outcomes.flatMap(({ seed, auc: of }) =>
    (['none', 'naive'] as const).flatMap((other) =>
      of.driftless !== null && of[other] !== null && of.driftless < of[other]
        ? [`seed ${seed} to ${other} by ${(of[other] - of.driftless).toFixed(4)}`]
        : [],
    ),
  );
  const spread = (other: Policy) => {
    const gains = outcomes.map(({ auc: of }) => (of.driftless ?? 0) - (of[other] ?? 0));
    return `${Math.min(...gains).toFixed(4)} to ${Math.max(...gains).toFixed(4)} above ${other}`;
  };
  const told = `Over ${outcomes.length} seed${outcomes.length === 1 ? '' : 's'} Driftless is ${spread('none')} and ${spread('naive')}.`;
  return `${told} ${lost.length === 0 ? 'It loses none of them.' : `It loses: ${lost.join('; ')}.`}`;
}

function seedPage(outcome: Outcome): string[] {
  return [
    '',
    `## Seed ${outcome.seed}`,
    '',
    `${outcome.rows.toLocaleString('en')} rows over ${outcome.days} days. False alarms before the first event: ${list(
      outcome.quietFalseAlarms.map(({ alarm, day }) => `${alarm} on ${dateOf(day)}`),
    )}.`,
    '',
    '| event | days | seen by | delay | false alarms until the next | runs | held back by | AUC, Driftless | none | naive |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...outcome.events.map((event) => row(event, outcome)),
  ];
}

function row(
  { event, until, seenBy, delayDays, falseAlarms, runs, heldBack, auc: of }: EventOutcome,
  outcome: Outcome,
) {
  const { kind, from, to } = event;
  const days = `${dateOf(from)}${to >= outcome.days ? ' on' : ` to ${dateOf(to - 1)}`}`;
  const nobody = RULES[kind].mustBeSeen ? '**nobody**' : 'not to be seen';
  const cells = [
    `${kind}: ${RULES[kind].what}`,
    days,
    seenBy ?? (RULES[kind].alarms.length > 0 && !RULES[kind].mustBeSeen ? '-' : nobody),
    delayDays === undefined ? '' : `${delayDays} d`,
    list(falseAlarms.map(({ alarm, day }) => `${alarm} on ${dateOf(day)}`)),
    list(runs),
    list(Object.entries(heldBack).map(([rule, count]) => `${rule} ${count}`)),
    ...POLICIES.map((policy) => auc(of[policy])),
  ];
  return until <= from ? '' : `| ${cells.join(' | ')} |`;
}
