/** The χ² distribution, by the regularised incomplete gamma function. */

/** Distribution function at `x` >= 0 with `degrees` > 0 degrees of freedom, 0..1. */
export function chiSquareCdf(x: number, degrees: number): number {
  return x <= 0 ? 0 : lowerGamma(degrees / 2, x / 2);
}

/**
 * The value below which lies `p` of the distribution; relative error below 1e-10.
 * @param p in [0, 1).
 */
export function chiSquareQuantile(p: number, degrees: number): number {
  if (!(p >= 0 && p < 1)) throw new RangeError(`probability ${p} is not in [0, 1)`);
  let low = 0;
  let high = Math.max(1, degrees);
  while (chiSquareCdf(high, degrees) < p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (chiSquareCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(a, x): a series below the mean, Lentz's continued fraction above. @see Numerical Recipes, 6.2 */
function lowerGamma(a: number, x: number): number {
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return sum * scale;
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / nonZero(an * d + b, tiny);
    c = nonZero(b + an / c, tiny);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return 1 - scale * fraction;
}

const nonZero = (value: number, tiny: number) => (Math.abs(value) < tiny ? tiny : value);

/** ln Γ(a) for a > 0, Lanczos's approximation with g = 7 and 9 terms (error below 1e-14). */
function logGamma(a: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  if (a < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * a)) - logGamma(1 - a);
  const x = a - 1;
  const t = x + 7.5;
  const series = coefficients.reduce((sum, c, i) => sum + c / (x + i + 1), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(series);
}
