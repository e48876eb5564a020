/** Draws operating curves as SVG, readable on light and on dark ground. */

export interface Curve {
  /** Rows of the window. */
  readonly rows: number;
  readonly kind: 'warn' | 'alert';
  /** Shift in standard deviations, 0..1, and share of windows, 0..1. */
  readonly points: readonly (readonly [shift: number, rate: number])[];
}

const [WIDTH, HEIGHT] = [760, 420];
const PLOT = { left: 64, right: 150, top: 44, bottom: 52 };
/** Told apart also by people who do not see all colours (Okabe and Ito), on either ground. */
const COLOURS = ['#E69F00', '#56B4E9', '#009E73', '#CC79A7', '#D55E00'];
const INK = '#808080';
const TITLE = 'Windows that are told of, by shift of a normal feature (PSI on deciles)';

const x = (shift: number) => PLOT.left + shift * (WIDTH - PLOT.left - PLOT.right);
const y = (rate: number) => HEIGHT - PLOT.bottom - rate * (HEIGHT - PLOT.top - PLOT.bottom);
const at = (value: number) => value.toFixed(1);

/** A document of its own: dashed lines for WARN, whole ones for FAIL, a colour for each number of rows. */
export function drawCurves(curves: readonly Curve[]): string {
  const rows = [...new Set(curves.map((curve) => curve.rows))];
  const colour = (count: number) => COLOURS[rows.indexOf(count) % COLOURS.length]!;
  const lines = curves.map(({ rows: count, kind, points }) => {
    const path = points.map(([shift, rate]) => `${at(x(shift))},${at(y(rate))}`).join(' ');
    const dash = kind === 'warn' ? ' stroke-dasharray="5 4"' : '';
    return `<polyline points="${path}" fill="none" stroke="${colour(count)}" stroke-width="2"${dash}/>`;
  });
  const legend = rows.map((count, i) => {
    const top = PLOT.top + 12 + i * 20;
    const left = WIDTH - PLOT.right + 16;
    return (
      `<line x1="${left}" y1="${top}" x2="${left + 24}" y2="${top}" stroke="${colour(count)}" stroke-width="2"/>` +
      text(left + 32, top + 4, `${count.toLocaleString('en')} rows`, 'start')
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${TITLE}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<title>${TITLE}</title>`,
    text(PLOT.left, 22, TITLE, 'start'),
    ...axes(),
    ...lines,
    ...legend,
    text(WIDTH - PLOT.right + 16, PLOT.top + 130, 'dashed: WARN', 'start'),
    text(WIDTH - PLOT.right + 16, PLOT.top + 150, 'whole: FAIL', 'start'),
    '</svg>\n',
  ].join('\n');
}

function axes(): string[] {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return [
    ...ticks.map(
      (rate) =>
        `<line x1="${x(0)}" y1="${at(y(rate))}" x2="${x(1)}" y2="${at(y(rate))}" stroke="${INK}" stroke-opacity="0.35"/>` +
        text(PLOT.left - 8, y(rate) + 4, `${Math.round(rate * 100)} %`, 'end'),
    ),
    ...ticks.map((shift) => text(x(shift), HEIGHT - PLOT.bottom + 20, shift.toFixed(1), 'middle')),
    text(x(0.5), HEIGHT - 10, 'shift of the mean, in standard deviations', 'middle'),
  ];
}

function text(left: number, top: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${at(left)}" y="${at(top)}" fill="${INK}" text-anchor="${anchor}">${content}</text>`;
}
