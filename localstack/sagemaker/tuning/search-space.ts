/** The hyperparameters that a tuning job varies: each a dimension between 0 and 1 for a search to move in. */
import type { ParameterRanges } from '@aws-sdk/client-sagemaker';

/** One hyperparameter. */
export interface Dimension {
  readonly name: string;
  /** How many values it can take. */
  readonly size: number;
  /** Whether values have an order that a search can use. */
  readonly isOrdered: boolean;
  /** The value, as text, of a number in [0, 1]. */
  at(unit: number): string;
  /** Where a value lies; it need not be one that `at` gives. */
  unitOf(value: string): number;
}

/** Values of one training job, by hyperparameter. */
export type Values = Readonly<Record<string, string>>;

/** Ratio of the bounds from which `Auto` means a logarithmic scale. AWS does not say how it chooses. */
const AUTO_LOGARITHMIC_RATIO = 100;

/** The dimensions of a tuning job's ranges, in a fixed order. */
export function searchSpace(ranges: ParameterRanges | undefined): Dimension[] {
  return [
    ...(ranges?.ContinuousParameterRanges ?? []).map((range) => numeric(range, false)),
    ...(ranges?.IntegerParameterRanges ?? []).map((range) => numeric(range, true)),
    ...(ranges?.CategoricalParameterRanges ?? []).map(({ Name, Values }) => categorical(Name!, Values!)),
  ];
}

/** All combinations in order, the last dimension fastest; for spaces without continuous dimensions. */
export function combinations(space: readonly Dimension[]): Values[] {
  return space.reduce<Values[]>(
    (all, { name, size, at }) =>
      all.flatMap((values) =>
        Array.from({ length: size }, (_, index) => ({ ...values, [name]: at((index + 0.5) / size) })),
      ),
    [{}],
  );
}

interface NumericRange {
  readonly Name?: string | undefined;
  readonly MinValue?: string | undefined;
  readonly MaxValue?: string | undefined;
  readonly ScalingType?: string | undefined;
}

function numeric(range: NumericRange, isInteger: boolean): Dimension {
  const [low, high] = [Number(range.MinValue), Number(range.MaxValue)];
  const scale = scaleOf(range.ScalingType ?? 'Auto', low, high);
  const [from, to] = [scale.forth(low), scale.forth(high)];
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const size = isInteger ? high - low + 1 : Number.POSITIVE_INFINITY;
  return {
    name: range.Name!,
    size,
    isOrdered: true,
    at(unit) {
      // a linear scale gives every integer the same share; others round what they reach
      if (isInteger && scale === LINEAR) return String(within(low + Math.floor(unit * size)));
      const value = within(scale.back(from + unit * (to - from)));
      return String(isInteger ? Math.round(value) : value);
    },
    unitOf: (value) => (to === from ? 0.5 : (scale.forth(within(Number(value))) - from) / (to - from)),
  };
}

function categorical(name: string, values: readonly string[]): Dimension {
  const size = values.length;
  return {
    name,
    size,
    isOrdered: false,
    at: (unit) => values[Math.min(size - 1, Math.floor(unit * size))]!,
    unitOf: (value) => (Math.max(0, values.indexOf(value)) + 0.5) / size,
  };
}

interface Scale {
  forth(value: number): number;
  back(scaled: number): number;
}

const LINEAR: Scale = { forth: (value) => value, back: (scaled) => scaled };
const LOGARITHMIC: Scale = { forth: Math.log, back: Math.exp };
/** For values below 1 that matter most near it. */
const REVERSE_LOGARITHMIC: Scale = {
  forth: (value) => -Math.log(1 - value),
  back: (scaled) => 1 - Math.exp(-scaled),
};

function scaleOf(type: string, low: number, high: number): Scale {
  if (type === 'Logarithmic') return LOGARITHMIC;
  if (type === 'ReverseLogarithmic') return REVERSE_LOGARITHMIC;
  const isWide = type === 'Auto' && low > 0 && high / low >= AUTO_LOGARITHMIC_RATIO;
  return isWide ? LOGARITHMIC : LINEAR;
}
