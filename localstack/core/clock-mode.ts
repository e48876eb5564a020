/** How the clock runs by itself. */

/** Real time, time that runs faster, or time that jumps to the next timer as soon as nothing is running. */
export type ClockMode =
  | { readonly kind: 'real' }
  | { readonly kind: 'scaled'; readonly rate: number }
  | { readonly kind: 'stepping' };

/** The mode of `real`, `scaled:60` or `stepping`. @throws Error for another text */
export function parseClockMode(text: string): ClockMode {
  if (text === 'real' || text === 'stepping') return { kind: text };
  const rate = Number(/^scaled:(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (rate >= 1 && rate <= 100_000) return { kind: 'scaled', rate };
  throw new Error(`the clock is real, stepping, or scaled:RATE with a rate from 1 to 100000, got ${text}`);
}
