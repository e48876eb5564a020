/** Evaluation of metric math over a grid of periods. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { MathNode } from './metric-math-parser.ts';

/** One value per period of the grid, oldest first; undefined where there is none. */
export type Points = readonly (number | undefined)[];

/** One of several time series, with what tells it from the others. */
export interface Series {
  readonly label: string;
  readonly points: Points;
}

export type MathValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly points: Points }
  | { readonly kind: 'list'; readonly items: readonly Series[] }
  | { readonly kind: 'text'; readonly value: string };

export interface MathScope {
  /** Periods in the grid. */
  readonly length: number;
  readonly periodSeconds: number;
  /** Series of another query. @throws AwsError when there is none of that id. */
  seriesOf(id: string): MathValue;
  /** Series of all queries for metrics whose id contains the text, or all. */
  metrics(part: string | undefined): Series[];
  /** Series that a search finds. @throws AwsError for a search that is none */
  search(query: string, statistic: string, periodSeconds: number | undefined): Series[];
}

/** Evaluates. @throws AwsError ValidationError, or NotImplementedByLocalCloud for functions that are not there. */
export function evaluateMath(node: MathNode, scope: MathScope): MathValue {
  switch (node.kind) {
    case 'number':
      return { kind: 'scalar', value: node.value };
    case 'text':
      return { kind: 'text', value: node.value };
    case 'name':
      return ['REPEAT', 'LINEAR'].includes(node.name)
        ? { kind: 'text', value: node.name }
        : scope.seriesOf(node.name);
    case 'list':
      return {
        kind: 'list',
        items: node.items.flatMap((item) => seriesIn(evaluateMath(item, scope), scope)),
      };
    case 'negate':
      return mapValues([evaluateMath(node.operand, scope)], scope, ([value]) => -value!);
    case 'binary': {
      const operands = [evaluateMath(node.left, scope), evaluateMath(node.right, scope)];
      return mapValues(operands, scope, ([left, right]) => applyOperator(node.operator, left!, right!));
    }
    case 'call':
      return callFunction(
        node.name,
        node.args.map((arg) => evaluateMath(arg, scope)),
        scope,
      );
  }
}

function applyOperator(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      // a period that would divide by zero has no data point
      return right === 0 ? undefined : left / right;
    case '^':
      return left ** right;
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case 'AND':
    case '&&':
      return Number(left !== 0 && right !== 0);
    default:
      return Number(left !== 0 || right !== 0);
  }
}

/** Element by element; a period in which an operand is missing has no result. */
function mapValues(
  operands: readonly MathValue[],
  scope: MathScope,
  apply: (values: number[]) => number | undefined,
): MathValue {
  if (operands.every((each) => each.kind === 'scalar')) {
    const value = apply(operands.map((each) => (each.kind === 'scalar' ? each.value : 0)));
    return { kind: 'scalar', value: value ?? Number.NaN };
  }
  const list = operands.find((each) => each.kind === 'list');
  if (list?.kind === 'list') {
    const items = list.items.map(({ label, points }) => {
      const item: MathValue = { kind: 'series', points };
      const inner = operands.map((each) => (each === list ? item : each));
      return { label, points: pointsOf(mapValues(inner, scope, apply), scope) };
    });
    return { kind: 'list', items };
  }
  const rows = operands.map((each) => pointsOf(each, scope));
  const points = Array.from({ length: scope.length }, (_, index) => {
    const values = rows.map((row) => row[index]);
    return values.includes(undefined) ? undefined : apply(values as number[]);
  });
  return { kind: 'series', points };
}

const ELEMENTWISE: Readonly<Record<string, (value: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  LOG: Math.log,
  LOG10: Math.log10,
};
const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((total, value) => total + value, 0),
  AVG: (values) => values.reduce((total, value) => total + value, 0) / values.length,
  MAX: (values) => Math.max(...values),
  MIN: (values) => Math.min(...values),
  STDDEV: (values) => {
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
  },
};

function callFunction(name: string, args: readonly MathValue[], scope: MathScope): MathValue {
  const first = args[0];
  if (name === 'METRICS') {
    return { kind: 'list', items: scope.metrics(first?.kind === 'text' ? first.value : undefined) };
  }
  if (name === 'SEARCH') return callSearch(args, scope);
  if (name === 'TIME_SERIES' && first) return { kind: 'series', points: pointsOf(first, scope) };
  if (!first) throw new NotImplementedByLocalCloud(`metric math function ${name} without arguments`);
  const elementwise = ELEMENTWISE[name];
  if (elementwise) return mapValues([first], scope, ([value]) => elementwise(value!));
  const aggregate = AGGREGATES[name];
  if (aggregate) return callAggregate(first, aggregate, scope);
  switch (name) {
    case 'METRIC_COUNT':
      return { kind: 'scalar', value: seriesIn(first, scope).length };
    case 'PERIOD':
      return { kind: 'scalar', value: scope.periodSeconds };
    case 'IF':
      return callIf(args, scope);
    case 'FILL':
      return callFill(first, args[1], scope);
    case 'FIRST':
    case 'LAST': {
      const present = pointsOf(first, scope).filter((value) => value !== undefined);
      return { kind: 'scalar', value: present.at(name === 'FIRST' ? 0 : -1) ?? Number.NaN };
    }
    case 'RUNNING_SUM': {
      let sum = 0;
      const points = pointsOf(first, scope).map((value) => {
        if (value === undefined) return undefined;
        sum += value;
        return sum;
      });
      return { kind: 'series', points };
    }
    case 'DIFF':
    case 'RATE':
      return callDifference(pointsOf(first, scope), name === 'RATE' ? scope.periodSeconds : undefined);
    default:
      throw new NotImplementedByLocalCloud(`metric math function ${name}`);
  }
}

function callSearch([query, statistic, period]: readonly MathValue[], scope: MathScope): MathValue {
  if (query?.kind !== 'text' || statistic?.kind !== 'text' || (period && period.kind !== 'scalar')) {
    throw new AwsError('ValidationError', 'SEARCH needs a search, a statistic and, if at all, a period');
  }
  return { kind: 'list', items: scope.search(query.value, statistic.value, period?.value) };
}

/** Of one series a number; of several series a series. */
function callAggregate(
  argument: MathValue,
  aggregate: (values: readonly number[]) => number,
  scope: MathScope,
): MathValue {
  if (argument.kind !== 'list') {
    const present = pointsOf(argument, scope).filter((value) => value !== undefined);
    return { kind: 'scalar', value: present.length === 0 ? Number.NaN : aggregate(present) };
  }
  const points = Array.from({ length: scope.length }, (_, index) => {
    const present = argument.items
      .map((series) => series.points[index])
      .filter((value) => value !== undefined);
    return present.length === 0 ? undefined : aggregate(present);
  });
  return { kind: 'series', points };
}

function callIf(args: readonly MathValue[], scope: MathScope): MathValue {
  const [condition, whenTrue, whenFalse] = args;
  if (!condition || !whenTrue) throw new AwsError('ValidationError', 'IF needs a condition and a value');
  const [conditions, yes, no] = [condition, whenTrue, whenFalse].map((each) => each && pointsOf(each, scope));
  const points = Array.from({ length: scope.length }, (_, index) => {
    const holds = conditions![index];
    if (holds === undefined) return undefined;
    return holds === 0 ? no?.[index] : yes![index];
  });
  return { kind: 'series', points };
}

function callFill(argument: MathValue, filler: MathValue | undefined, scope: MathScope): MathValue {
  if (argument.kind === 'list') {
    const items = argument.items.map(({ label, points }) => ({
      label,
      points: pointsOf(callFill({ kind: 'series', points }, filler, scope), scope),
    }));
    return { kind: 'list', items };
  }
  const points = pointsOf(argument, scope);
  if (filler?.kind === 'text' && filler.value === 'LINEAR') {
    throw new NotImplementedByLocalCloud('metric math FILL with LINEAR');
  }
  if (filler?.kind === 'text') {
    let last: number | undefined;
    const repeated = points.map((value) => {
      last = value ?? last;
      return last;
    });
    return { kind: 'series', points: repeated };
  }
  const fillers = pointsOf(filler ?? { kind: 'scalar', value: 0 }, scope);
  return { kind: 'series', points: points.map((value, index) => value ?? fillers[index]) };
}

function callDifference(points: Points, periodSeconds: number | undefined): MathValue {
  const differences = points.map((value, index) => {
    const before = points[index - 1];
    if (value === undefined || before === undefined) return undefined;
    return periodSeconds === undefined ? value - before : (value - before) / periodSeconds;
  });
  return { kind: 'series', points: differences };
}

/** A scalar counts in every period. @throws AwsError for a list or a text. */
export function pointsOf(value: MathValue, scope: Pick<MathScope, 'length'>): Points {
  if (value.kind === 'series') return value.points;
  if (value.kind === 'scalar') {
    return new Array<number | undefined>(scope.length).fill(
      Number.isNaN(value.value) ? undefined : value.value,
    );
  }
  if (value.kind === 'list' && value.items.length === 1) return value.items[0]!.points;
  throw new AwsError(
    'ValidationError',
    'The expression gives several time series or a text where one is needed.',
  );
}

function seriesIn(value: MathValue, scope: MathScope): readonly Series[] {
  return value.kind === 'list' ? value.items : [{ label: '', points: pointsOf(value, scope) }];
}
