/** Gaussian process regression with a Matern 5/2 kernel: what is known of an objective between the points seen. */

export interface Observation {
  readonly point: readonly number[];
  readonly value: number;
}

export interface Estimate {
  readonly mean: number;
  readonly deviation: number;
}

const LENGTHS = [0.1, 0.2, 0.4, 0.8, 1.6];
/** Training is never quite repeatable; it also keeps the matrix regular. */
const NOISE = 1e-3;

/** Fits the length scale by marginal likelihood. @returns the estimate at any point, in the values' own units */
export function fitGaussianProcess(seen: readonly Observation[]): (point: readonly number[]) => Estimate {
  const mean = seen.reduce((sum, { value }) => sum + value, 0) / seen.length;
  const variance = seen.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / seen.length;
  const unit = Math.sqrt(variance) || 1;
  const targets = seen.map(({ value }) => (value - mean) / unit);
  const points = seen.map(({ point }) => point);
  const fits = LENGTHS.map((length) => conditioned(points, targets, length));
  const best = fits.reduce((a, b) => (b.likelihood > a.likelihood ? b : a));
  return (point) => {
    const covariances = points.map((each) => kernel(each, point, best.length));
    const expected = dot(covariances, best.weights);
    const explained = forward(best.factor, covariances);
    const left = Math.max(1e-12, 1 - dot(explained, explained));
    return { mean: mean + unit * expected, deviation: unit * Math.sqrt(left) };
  };
}

/** How much better than `best` a point can be expected to be, where more is better. */
export function expectedImprovement({ mean, deviation }: Estimate, best: number): number {
  const z = (mean - best) / deviation;
  return (mean - best) * normalCumulative(z) + deviation * normalDensity(z);
}

interface Fit {
  readonly length: number;
  readonly factor: number[][];
  readonly weights: number[];
  readonly likelihood: number;
}

function conditioned(
  points: readonly (readonly number[])[],
  targets: readonly number[],
  length: number,
): Fit {
  const covariance = points.map((a, row) =>
    points.map((b, column) => kernel(a, b, length) + (row === column ? NOISE : 0)),
  );
  const factor = cholesky(covariance);
  const weights = backward(factor, forward(factor, targets));
  const logDeterminant = factor.reduce((sum, row, index) => sum + Math.log(row[index]!), 0);
  return { length, factor, weights, likelihood: -0.5 * dot(targets, weights) - logDeterminant };
}

function kernel(a: readonly number[], b: readonly number[], length: number): number {
  const squared = a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0);
  const scaled = Math.sqrt(5 * squared) / length;
  return (1 + scaled + scaled ** 2 / 3) * Math.exp(-scaled);
}

/** Lower triangle whose square is the matrix. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const factor: number[][] = [];
  for (const [row, values] of matrix.entries()) {
    const line: number[] = [];
    factor.push(line);
    for (let column = 0; column <= row; column += 1) {
      const rest = values[column]! - dot(line.slice(0, column), factor[column]!.slice(0, column));
      line.push(row === column ? Math.sqrt(Math.max(rest, 1e-12)) : rest / factor[column]![column]!);
    }
  }
  return factor;
}

function forward(factor: readonly (readonly number[])[], right: readonly number[]): number[] {
  const solved: number[] = [];
  for (const [row, line] of factor.entries()) {
    solved.push((right[row]! - dot(line.slice(0, row), solved)) / line[row]!);
  }
  return solved;
}

function backward(factor: readonly (readonly number[])[], right: readonly number[]): number[] {
  const solved = [...right];
  for (let row = factor.length - 1; row >= 0; row -= 1) {
    for (let below = row + 1; below < factor.length; below += 1) {
      solved[row] = solved[row]! - factor[below]![row]! * solved[below]!;
    }
    solved[row] = solved[row]! / factor[row]![row]!;
  }
  return solved;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

const normalDensity = (z: number): number => Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);

/** @see Abramowitz and Stegun 7.1.26, good to 1.5e-7 */
function normalCumulative(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const error = 1 - tail * Math.exp(-(z ** 2) / 2);
  return z >= 0 ? (1 + error) / 2 : (1 - error) / 2;
}
