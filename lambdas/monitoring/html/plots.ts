/** Small plots as SVG, drawn with the page's own colours. Sizes in pixels. */
import { escapeHtml } from './escape.ts';

const OVERLAY = { width: 260, height: 64 };

/** Shares of baseline and window side by side for each bin; the bin and both shares are told when it is pointed at. */
export function overlay(
  labels: readonly string[],
  baseline: readonly number[],
  window: readonly number[],
): string {
  const { width, height } = OVERLAY;
  const [p, q] = [shares(baseline), shares(window)];
  const highest = Math.max(...p, ...q, Number.MIN_VALUE);
  const step = width / Math.max(1, labels.length);
  const bar = (share: number, left: number, of: string) => {
    const tall = (share / highest) * (height - 4);
    return `<rect class="${of}" x="${fixed(left)}" y="${fixed(height - tall)}" width="${fixed(step * 0.42)}" height="${fixed(tall)}"/>`;
  };
  const bins = labels.map((label, bin) => {
    const told = `${label}: baseline ${percent(p[bin]!)}, window ${percent(q[bin]!)}`;
    const left = bin * step;
    return `<g><title>${escapeHtml(told)}</title>${bar(p[bin]!, left + step * 0.06, 'baseline')}${bar(q[bin]!, left + step * 0.52, 'window')}</g>`;
  });
  return svg(width, height, 'shares of the bins in baseline and window', bins.join(''));
}

export interface SeriesPoint {
  /** What the point stands for, for example a window's begin. */
  readonly name: string;
  readonly value: number;
}

const SERIES = { width: 560, height: 160, left: 46, bottom: 22, top: 22 };

/** A line over windows in order, with a dashed line for each threshold. */
export function series(
  title: string,
  points: readonly SeriesPoint[],
  thresholds: readonly { readonly name: string; readonly value: number }[] = [],
): string {
  const { width, height, left, bottom, top } = SERIES;
  const values = [...points.map(({ value }) => value), ...thresholds.map(({ value }) => value)];
  const [low, high] = [Math.min(0, ...values), Math.max(...values, Number.MIN_VALUE)];
  const y = (value: number) => top + ((high - value) / (high - low)) * (height - top - bottom);
  const x = (index: number) => left + ((index + 0.5) / points.length) * (width - left);
  const line = points.map(({ value }, index) => `${fixed(x(index))},${fixed(y(value))}`).join(' ');
  const dots = points.map(
    ({ name, value }, index) =>
      `<circle class="point" cx="${fixed(x(index))}" cy="${fixed(y(value))}" r="3"><title>${escapeHtml(`${name}: ${number(value)}`)}</title></circle>`,
  );
  // names at the two ends in turn: thresholds may lie close together
  const bounds = thresholds.map(({ name, value }, index) => {
    const [end, anchor] = index % 2 === 0 ? [left + 4, 'start'] : [width - 4, 'end'];
    return (
      `<line class="bound" x1="${left}" x2="${width}" y1="${fixed(y(value))}" y2="${fixed(y(value))}"/>` +
      `<text x="${end}" y="${fixed(y(value) - 4)}" text-anchor="${anchor}">${escapeHtml(name)}</text>`
    );
  });
  const axis = [low, high].map(
    (value) => `<text x="${left - 6}" y="${fixed(y(value) + 4)}" text-anchor="end">${number(value)}</text>`,
  );
  const ends = [points[0], points.at(-1)].map((point, index) =>
    point
      ? `<text x="${index === 0 ? left : width}" y="${height - 4}" text-anchor="${index === 0 ? 'start' : 'end'}">${escapeHtml(point.name)}</text>`
      : '',
  );
  return svg(
    width,
    height,
    title,
    `${bounds.join('')}<polyline class="line" points="${line}"/>${dots.join('')}${axis.join('')}${points.length > 1 ? ends.join('') : ends[0]}`,
  );
}

const INTERVAL = { width: 420, height: 56, pad: 48 };

/** An estimate with its interval, and the bound that it is judged by. */
export function interval(
  estimate: { readonly value: number; readonly low: number; readonly high: number },
  bound: number,
): string {
  const { width, height, pad } = INTERVAL;
  const values = [estimate.low, estimate.high, bound];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high > low ? high - low : 1;
  const x = (value: number) => fixed(pad + ((value - low) / span) * (width - 2 * pad));
  return svg(
    width,
    height,
    'the metric with its interval and the bound',
    `<line class="line" x1="${x(estimate.low)}" x2="${x(estimate.high)}" y1="20" y2="20"/>` +
      `<circle class="point" cx="${x(estimate.value)}" cy="20" r="4"/>` +
      `<line class="bound" x1="${x(bound)}" x2="${x(bound)}" y1="6" y2="34"/>` +
      `<text x="${x(bound)}" y="50" text-anchor="middle">bound ${number(bound)}</text>`,
  );
}

function svg(width: number, height: number, label: string, content: string): string {
  return `<svg role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title>${escapeHtml(label)}</title>${content}</svg>`;
}

function shares(counts: readonly number[]): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (all === 0 ? 0 : count / all));
}

const fixed = (value: number) => value.toFixed(1);
export const percent = (share: number) => `${(100 * share).toFixed(share !== 0 && share < 0.001 ? 2 : 1)} %`;
/** Four significant digits, and four decimals below 1: what is smaller is nothing here. */
export const number = (value: number) =>
  Math.abs(value) < 1 ? String(Number(value.toFixed(4))) : String(Number(value.toPrecision(4)));
