/** The strategies of a tuning job: which values to try next. */
import { expectedImprovement, fitGaussianProcess } from './gaussian-process.ts';
import { combinations, type Dimension, type Values } from './search-space.ts';

/** One training job of the search, or of a parent's. */
export interface Trial {
  readonly values: Values;
  /** More is better; undefined while it runs and when it failed. */
  readonly score: number | undefined;
}

export interface Search {
  readonly strategy: 'Bayesian' | 'Random' | 'Grid';
  readonly space: readonly Dimension[];
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** Trials at random before a model of the objective is worth having. */
const FIRST_TRIALS = 3;
const CANDIDATES = 500;
const TRIES_FOR_A_NEW_POINT = 20;

/** The values of the next training job, or undefined when a grid is through. @param prior trials of parents */
export function propose(
  search: Search,
  trials: readonly Trial[],
  prior: readonly Trial[] = [],
): Values | undefined {
  if (search.strategy === 'Grid') return combinations(search.space)[trials.length];
  const known = [...prior, ...trials];
  const scored = known.filter((each): each is Trial & { score: number } => each.score !== undefined);
  return search.strategy === 'Random' || scored.length < FIRST_TRIALS
    ? newPoint(search, known)
    : bestExpected(search, known, scored);
}

/** At random, and not tried before if that can be had. */
function newPoint({ space, random }: Search, known: readonly Trial[]): Values {
  const draw = (): Values => Object.fromEntries(space.map(({ name, at }) => [name, at(random())]));
  const tried = new Set(known.map(({ values }) => keyOf(space, values)));
  let values = draw();
  for (let tries = 0; tries < TRIES_FOR_A_NEW_POINT && tried.has(keyOf(space, values)); tries += 1)
    values = draw();
  return values;
}

function bestExpected(
  search: Search,
  known: readonly Trial[],
  scored: readonly { values: Values; score: number }[],
): Values {
  const { space } = search;
  const mean = scored.reduce((sum, { score }) => sum + score, 0) / scored.length;
  // what still runs counts as average: the next trial goes elsewhere
  const seen = known.map(({ values, score }) => ({ point: pointOf(space, values), value: score ?? mean }));
  const estimate = fitGaussianProcess(seen);
  const best = Math.max(...scored.map(({ score }) => score));
  const candidates = Array.from({ length: CANDIDATES }, () => newPoint(search, known));
  const gains = candidates.map((values) => expectedImprovement(estimate(pointOf(space, values)), best));
  return candidates[gains.indexOf(Math.max(...gains))]!;
}

/** Coordinates: one for an ordered dimension, one for each value of the others. */
function pointOf(space: readonly Dimension[], values: Values): number[] {
  return space.flatMap(({ name, size, isOrdered, unitOf }) => {
    const unit = unitOf(values[name] ?? '');
    if (isOrdered) return [unit];
    return Array.from({ length: size }, (_, index) => (Math.floor(unit * size) === index ? Math.SQRT1_2 : 0));
  });
}

function keyOf(space: readonly Dimension[], values: Values): string {
  return JSON.stringify(space.map(({ name }) => values[name]));
}
