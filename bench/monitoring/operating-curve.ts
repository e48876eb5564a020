/**
 * The operating curve of a column's verdict: how often a shift of the mean is warned of and alerted, by the rows of the
 * window. Writes docs/operating-curve.svg. `npm run bench:operating-curve`
 */
import { writeFile } from 'node:fs/promises';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';
import { type Curve, drawCurves } from './draw-curves.ts';
import { normalSampler, sampleDeciles, tally } from './normal-windows.ts';

const WINDOWS = 2000;
const BASELINE_ROWS = 20_000;
const ROWS = [200, 300, 500, 1000, 5000];
const SHIFTS = Array.from({ length: 21 }, (_, i) => i / 20);
const THRESHOLDS = { warn: 0.1, alert: 0.2, minimumSamples: 200 };

interface Rates {
  readonly warn: number;
  readonly alert: number;
}

/** Shares of windows that warn or fail, and that fail. */
function ratesAt(rows: number, shift: number): Rates {
  const normal = normalSampler(rows * 1000 + Math.round(shift * 100));
  let baseline = sampleDeciles(normal, BASELINE_ROWS);
  let [warned, failed] = [0, 0];
  for (let window = 0; window < WINDOWS; window++) {
    if (window % 200 === 0) baseline = sampleDeciles(normal, BASELINE_ROWS);
    const counted = tally(normal, { rows, shift, edges: baseline.deciles });
    const { verdict } = judgeColumn({ baseline, window: counted, thresholds: THRESHOLDS });
    if (verdict === 'FAIL') failed++;
    if (verdict === 'FAIL' || verdict === 'WARN') warned++;
  }
  return { warn: warned / WINDOWS, alert: failed / WINDOWS };
}

const curves: Curve[] = [];
for (const rows of ROWS) {
  const rates = SHIFTS.map((shift) => ratesAt(rows, shift));
  process.stderr.write(`${rows} rows\n`);
  for (const kind of ['warn', 'alert'] as const) {
    curves.push({ rows, kind, points: SHIFTS.map((shift, i) => [shift, rates[i]![kind]]) });
  }
}
await writeFile('docs/operating-curve.svg', drawCurves(curves));
for (const { rows, kind, points } of curves) {
  const told = points.filter(([shift]) => [0, 0.2, 0.3, 0.4, 0.5, 0.6].includes(shift));
  console.log(rows, kind, told.map(([shift, rate]) => `${shift}σ ${(100 * rate).toFixed(1)} %`).join('  '));
}
