/** A window's report as one page without anything from elsewhere: it opens from a disk, a mail or a bucket. */
import type { WindowItem } from '../../shared/catalog-items.ts';
import type { ColumnReport, MetricResult, WindowReport } from '../contract.ts';
import { escapeHtml as text } from './escape.ts';
import { interval, number, overlay, percent, series } from './plots.ts';
import { STYLE } from './style.ts';

/** Windows of the version before, that the plots over time show. */
const SHOWN = 60;

/** @param history windows of the same model version in any order; the page shows those up to its own. */
export function reportPage(report: WindowReport, history: readonly WindowItem[]): string {
  const { project, modelVersion, window, start, end, rows, judgedAt, verdict } = report;
  const title = `${project}: window ${start.slice(0, 16)} to ${end.slice(0, 16)}`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${text(title)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${text(title)} ${badge(verdict)}</h1>`,
    `<p class="facts">model version ${modelVersion} · ${rows.toLocaleString('en')} rows · window <code>${text(window)}</code> · judged ${text(judgedAt)}${report.complete ? '' : ' · still open'}</p>`,
    section('Drift', report.drift.verdict, report.drift.reason, drift(report)),
    section('Data quality', report.dataQuality.verdict, report.dataQuality.reason, checks(report)),
    section('Quality', report.quality.verdict, report.quality.reason, quality(report)),
    section('Over time', undefined, '', overTime(report, history)),
    section('Traffic', undefined, '', traffic(report)),
    '</main></body></html>\n',
  ].join('\n');
}

const badge = (verdict: string) => `<span class="badge ${text(verdict)}">${text(verdict)}</span>`;

function section(title: string, verdict: string | undefined, reason: string, content: string): string {
  const head = `<h2>${text(title)}${verdict === undefined ? '' : ` ${badge(verdict)}`}</h2>`;
  return `<section>${head}${reason === '' ? '' : `<p>${text(reason)}</p>`}${content}</section>`;
}

function table(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const cells = (line: readonly string[]) => line.map((cell) => `<td>${cell}</td>`).join('');
  return `<div class="wide"><table><thead><tr>${heads.map((head) => `<th>${text(head)}</th>`).join('')}</tr></thead><tbody>${lines.map((line) => `<tr>${cells(line)}</tr>`).join('')}</tbody></table></div>`;
}

function drift({ drift: { features, prediction } }: WindowReport): string {
  const columns = [prediction, ...[...features].sort((a, b) => b.psi - a.psi)];
  const legend = '<p class="legend"><i class="baseline"></i> baseline <i class="window"></i> window</p>';
  const lines = columns.map((column, index) => driftLine(column, index === 0));
  return legend + table(['column', 'verdict', 'PSI', 'null bound', 'bins', 'others'], lines);
}

function driftLine(column: ColumnReport, isPrediction: boolean): string[] {
  const { name, verdict, psi, psiNullBound, bins, results, reason } = column;
  const others = results.slice(1).map((result) => `${text(result.metric)} ${number(result.value)}`);
  return [
    `<b>${text(name)}</b>${isPrediction ? "<br>the model's answer" : ''}`,
    `<span title="${text(reason)}">${badge(verdict)}</span>`,
    number(psi),
    number(psiNullBound),
    bins.labels.length > 0 ? overlay(bins.labels, bins.baseline, bins.window) : '',
    others.join('<br>'),
  ];
}

function checks({ dataQuality, captures }: WindowReport): string {
  const told = dataQuality.checks.filter(({ value, verdict }) => value > 0 || verdict !== 'PASS');
  const lines = told.map((check) => [
    text(check.column ?? 'all'),
    text(check.metric),
    badge(check.verdict),
    percent(check.value),
    boundsOf(check),
    text(check.reason),
  ]);
  const { files, records, duplicateRows, malformedRows, malformedRecords } = captures;
  const bad = Object.entries(malformedRecords).map(([reason, count]) => `${count} ${text(reason)}`);
  const read = `${files} files, ${records} records; ${duplicateRows} rows sent twice, ${malformedRows} of another form${bad.length > 0 ? `; unreadable: ${bad.join(', ')}` : ''}`;
  const heads = ['column', 'share that rose', 'verdict', 'rise', 'warn / alert / null bound', 'reason'];
  return `${lines.length > 0 ? table(heads, lines) : ''}<p class="facts">${read}</p>`;
}

const boundsOf = ({ warn, threshold, nullBound }: MetricResult) =>
  [warn, threshold, nullBound].map((bound) => (bound === null ? '-' : number(bound))).join(' / ');

function quality({ quality: of }: WindowReport): string {
  const { estimate, bound, metric, baselineValue, labels, metrics, estimated } = of;
  const parts: string[] = [];
  if (estimated) {
    parts.push(`<p>Expected without labels: ${badge(estimated.verdict)} ${text(estimated.reason)}</p>`);
  }
  if (estimate?.low !== undefined && estimate.high !== undefined && bound !== undefined) {
    const { value, low, high } = estimate;
    const holdout = baselineValue === undefined ? '' : `; the holdout had ${number(baselineValue)}`;
    parts.push(`<p><b>${text(metric)} ${number(value)}</b> [${number(low)}, ${number(high)}]${holdout}</p>`);
    parts.push(interval({ value, low, high }, bound));
  }
  if (labels) {
    const { coverage, delayHoursP50, delayHoursP95, duplicates, unmatched, deadline, selection } = labels;
    const lines = [
      ['coverage', percent(coverage)],
      [
        'delay, median and 95th percentile',
        delayHoursP50 === undefined ? '-' : `${number(delayHoursP50)} h, ${number(delayHoursP95!)} h`,
      ],
      ['replaced by a later record', String(duplicates)],
      ['of requests that nobody captured', String(unmatched)],
      ['may come until', text(deadline)],
      ...(selection
        ? [
            [
              'scores of labelled rows against the rest',
              `${badge(selection.verdict)} ${text(selection.reason)}`,
            ],
          ]
        : []),
    ];
    parts.push(table(['labels', ''], lines));
  }
  if (metrics) {
    const lines = Object.entries(metrics.values).map(([name, { value, low, high }]) => [
      text(name),
      number(value),
      low === undefined || high === undefined ? '' : `${number(low)} to ${number(high)}`,
    ]);
    parts.push(
      `<details><summary>all metrics</summary>${table(['metric', 'value', 'interval'], lines)}</details>`,
    );
  }
  return parts.join('');
}

function overTime(
  { window, drift: { prediction, features }, quality: realized }: WindowReport,
  history: readonly WindowItem[],
): string {
  const before = history
    .filter((item) => item.window < window && item.worstPsi !== undefined)
    .sort((a, b) => a.window.localeCompare(b.window))
    .slice(-SHOWN);
  const now = {
    window,
    worstPsi: Math.max(0, ...features.map(({ psi }) => psi)),
    predictionPsi: prediction.psi,
    quality: realized.estimate?.value,
  };
  const all = [...before, now];
  const points = (value: (item: (typeof all)[number]) => number | undefined) =>
    all.flatMap((item) => {
      const found = value(item);
      return found === undefined ? [] : [{ name: item.window.slice(0, 8), value: found }];
    });
  const bounds = ({ warn, alert }: Pick<ColumnReport, 'warn' | 'alert'>) => [
    { name: 'warn', value: warn },
    { name: 'alert', value: alert },
  ];
  const worst = points(({ worstPsi }) => worstPsi);
  const plots: [string, string][] = [
    [
      'PSI of the feature that drifted most',
      series('worst PSI over time', worst, features[0] ? bounds(features[0]) : []),
    ],
    [
      'PSI of the prediction',
      series(
        'PSI of the prediction over time',
        points(({ predictionPsi }) => predictionPsi),
        bounds(prediction),
      ),
    ],
  ];
  const judged = points((item) => item.quality);
  if (judged.length > 0) {
    const bound = realized.bound === undefined ? [] : [{ name: 'bound', value: realized.bound }];
    plots.push([`realized ${realized.metric}`, series('realized quality over time', judged, bound)]);
  }
  return plots
    .map(([title, plot]) => `<figure><figcaption>${text(title)}</figcaption>${plot}</figure>`)
    .join('');
}

function traffic({ traffic: { requests, errors4xx, errors5xx, latencyP90Ms } }: WindowReport): string {
  return table(
    ['requests', '4xx', '5xx', 'p90 of latency, slowest hour'],
    [
      [
        String(requests),
        String(errors4xx),
        String(errors5xx),
        latencyP90Ms === undefined ? '-' : `${number(latencyP90Ms)} ms`,
      ],
    ],
  );
}
