/** Early stopping `Auto`: the median rule. @see https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html */

/**
 * Whether a job that has reported `current` so far should stop: its newest value is worse than the median of the other
 * jobs' running averages up to the same report. More is better. Nothing stops before any other job got as far.
 */
export function shouldStopEarly(current: readonly number[], others: readonly (readonly number[])[]): boolean {
  const step = current.length;
  const averages = others
    .filter((values) => values.length >= step)
    .map((values) => values.slice(0, step).reduce((sum, value) => sum + value, 0) / step);
  if (step === 0 || averages.length === 0) return false;
  return current[step - 1]! < median(averages);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
