import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { handler as receiveLabels } from '../../lambdas/datasets/receive-labels.handler.ts';
import { addTombstones } from '../../lambdas/datasets/versions/tombstones.ts';
import { estimationBaseline } from '../../lambdas/evaluation/estimation/estimation-baseline.ts';
import { modelMetrics } from '../../lambdas/evaluation/metrics/model-metrics.ts';
import type { WindowReport } from '../../lambdas/monitoring/contract.ts';
import { handler } from '../../lambdas/monitoring/run-monitor.handler.ts';
import { projectPk, SK } from '../../lambdas/shared/catalog-items.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { baselineKey, windowReportKey } from '../../lambdas/shared/keys.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCapture, aServedRow } from '../shared/capture-fixture.ts';
import { anObjectCreated, aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';

const context = {} as Context;
const WEEK1 = '20260302T000000Z_20260309T000000Z';
const WEEK2 = '20260309T000000Z_20260316T000000Z';
const PK = projectPk(PROJECT);
let aws: FakeAws;

/** The baseline of model version 1: what `evaluate-run` would have left for rows like those of the fixture. */
async function aBaseline() {
  const schema = {
    columns: aProject().dataset.columns.map(({ name, type, role }) => ({ name, type, role })),
  };
  const rows = Array.from({ length: 2000 }, (_, i) => aServedRow(i));
  const [features, prediction] = await withTempDirectory((directory) =>
    withDuckDb(directory, async (db) => {
      const values = rows.map(({ features: [d, y, o], score }) => `(${d}, ${y}, '${o}', ${score})`);
      await db.run(
        `CREATE TABLE data AS SELECT d::BIGINT AS distance, y::DOUBLE AS delay, o AS origin, s::DOUBLE AS prediction
         FROM (VALUES ${values.join(', ')}) AS t(d, y, o, s)`,
      );
      const featureColumns = schema.columns.filter(({ role }) => role === 'feature');
      const score = { name: 'prediction', type: 'double', role: 'feature' } as const;
      return [
        (await profileTable(db, 'data', { columns: featureColumns })).columns,
        (await profileTable(db, 'data', { columns: [score] })).columns[0],
      ] as const;
    }),
  );
  const metrics = modelMetrics(
    {
      labels: Uint8Array.from(rows, ({ label }) => label),
      scores: Float64Array.from(rows, ({ score }) => score),
    },
    {
      problem: { type: 'binary', classes: ['0', '1'] },
      areProbabilities: true,
      threshold: 0.5,
      confidence: 0.95,
    },
  );
  return {
    format: 1,
    project: PROJECT,
    run: 'r1',
    datasetVersion: 1,
    datasetDigest: 'd',
    schema,
    features,
    prediction,
    metrics,
    confidence: 0.95,
    estimation: estimationBaseline(
      Float64Array.from(rows, ({ score }) => score),
      rows.map(({ label }) => label),
      0.5,
    ),
  };
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 2, 9, 1) });
  aws = fakeAws();
  deployProject(aws, aProject());
  aws.put(BUCKET, baselineKey('r1'), JSON.stringify(await aBaseline()));
  const config = {
    endpointConfigName: 'cfg',
    endpointName: 'endpoint',
    modelVersion: 1,
    run: 'r1',
    capturePrefix: 'captures/1/cfg',
  };
  aws.items.set(`${PK}|${SK.endpointConfig('cfg')}`, config);
  aws.items.set(`${PK}|${SK.champion}`, { modelVersion: 1, promotedAt: '2026-03-01T00:00:00.000Z' });
});
afterEach(() => {
  aws.restore();
  vi.useRealTimers();
});

/** Captures of one day: requests of ten rows. `shift` moves a feature. */
function serve(day: string, count: number, options: { from?: number; shift?: number } = {}) {
  const { from = 0, shift = 0 } = options;
  const lines = [];
  for (let i = from; i < from + count; i += 10) {
    const rows = Array.from({ length: 10 }, (_, j) => aServedRow(i + j, shift));
    lines.push(aCapture(`inference-${i}`, `${day}T10:00:00Z`, rows));
  }
  aws.put(
    BUCKET,
    `captures/1/cfg/endpoint/AllTraffic/${day.replaceAll('-', '/')}/10/00-00-000-${from}.jsonl`,
    `${lines.join('\n')}\n`,
  );
}
async function label(count: number, from = 0, flip = false) {
  const lines = [];
  for (let i = from; i < from + count; i++) {
    const record = {
      inferenceId: `inference-${Math.floor(i / 10) * 10}`,
      row: i % 10,
      key: `k${i}`,
      label: flip ? 1 - aServedRow(i).label : aServedRow(i).label,
      labelledAt: new Date().toISOString(),
    };
    lines.push(JSON.stringify(record));
  }
  aws.put(BUCKET, `labels/l${from}.jsonl`, lines.join('\n'));
  await receiveLabels(anObjectCreated(aws, `labels/l${from}.jsonl`, String(from)), context);
}
const schedule = () => handler({ project: PROJECT, scheduled: true }, context);
const report = (window: string) => aws.json<WindowReport>(BUCKET, windowReportKey(1, window));
const metric = (name: string) => aws.metrics.filter((m) => m.name === name).map(({ value }) => value);

describe('run-monitor', () => {
  it('judges each complete window once: no drift, no labels yet', async () => {
    serve('2026-03-04', 600);
    expect((await schedule()).judged).toMatchObject([{ modelVersion: 1, window: WEEK1, verdict: 'PASS' }]);

    expect(report(WEEK1)).toMatchObject({
      rows: 600,
      complete: true,
      quality: { verdict: 'INSUFFICIENT_LABELS' },
    });
    expect(metric('DriftAlert')).toEqual([0]);
    expect(metric('WindowRows')).toEqual([600]);
    // no label is there: the rows are like those of the holdout, and so is what is expected of them
    const { quality: expected } = report(WEEK1);
    expect(expected.estimated).toMatchObject({
      verdict: 'PASS',
      estimate: { method: 'CBPE, 3 standard errors' },
    });
    expect(metric('EstimatedQuality')[0]).toBeCloseTo((await aBaseline()).metrics.values.auc!.value, 1);
    expect(metric('QualityAlert')).toEqual([]);
    expect(aws.metrics[0]!.dimensions).toEqual({ Stage: 'test', Project: PROJECT });
    expect((await schedule()).judged).toEqual([]);
    expect(metric('DriftAlert')).toEqual([0]);
    expect(aws.events.filter(({ name }) => name === 'WindowJudged')).toHaveLength(1);
  });

  it('names the feature that drifted and raises the metric', async () => {
    serve('2026-03-04', 600, { shift: 40 });
    await schedule();

    const { drift, verdict, violations } = report(WEEK1);
    expect(verdict).toBe('FAIL');
    expect(drift.driftedFeatures).toEqual(['distance']);
    expect(violations).toMatchObject([
      { feature_name: 'distance', constraint_check_type: 'baseline_drift_check' },
    ]);
    expect(metric('DriftAlert')).toEqual([1]);
    expect(metric('DriftedShare')).toEqual([1 / 3]);
    expect(metric('WorstPsi')[0]).toBe(drift.features.find(({ name }) => name === 'distance')!.psi);
    const distance = drift.features.find(({ name }) => name === 'distance')!;
    // every row is shifted by 40; the two samples are of other lengths of the same cycle
    expect(distance.wasserstein!.distance).toBeCloseTo(40, 1);
  });

  it('never says OK of too few rows', async () => {
    serve('2026-03-04', 190);
    await schedule();
    expect(report(WEEK1).verdict).toBe('INSUFFICIENT_DATA');
    expect(metric('DriftAlert')).toEqual([]);
  });

  it('judges quality once labels are there, without raising the old drift again', async () => {
    serve('2026-03-04', 600, { shift: 40 });
    await schedule();
    vi.setSystemTime(Date.UTC(2026, 2, 10));
    await label(400);
    expect((await schedule()).judged).toHaveLength(1);

    expect(report(WEEK1).quality).toMatchObject({ verdict: 'PASS', labelledRows: 400 });
    expect(report(WEEK1).quality.labelCoverage).toBeCloseTo(2 / 3, 12);
    expect(metric('DriftAlert')).toEqual([1]);
    expect(metric('QualityAlert')).toEqual([0]);
  });

  it('sees that a relation turned round though no feature drifted', async () => {
    serve('2026-03-04', 600);
    await label(600, 0, true);
    await schedule();
    expect(report(WEEK1)).toMatchObject({
      verdict: 'FAIL',
      drift: { verdict: 'PASS' },
      quality: { verdict: 'FAIL' },
    });
    expect(metric('QualityAlert')).toEqual([1]);
  });

  it('leaves the running window alone unless told to', async () => {
    serve('2026-03-09', 300);
    expect((await schedule()).judged).toEqual([]);
    const detail = { project: PROJECT, requestId: 'q1', window: WEEK2 };
    expect((await handler({ detail }, context)).judged).toEqual([]);
    expect((await handler({ detail: { ...detail, force: true } }, context)).judged).toHaveLength(1);
    expect(report(WEEK2).complete).toBe(false);
  });

  it('counts records by their own time, duplicates once, and tells what it could not read', async () => {
    serve('2026-03-04', 300);
    serve('2026-03-04', 300);
    const late = aCapture('late', '2026-03-09T00:00:00Z', [aServedRow(1)]);
    const again = aCapture('inference-0', '2026-03-04T10:00:00Z', [aServedRow(0)]);
    aws.put(
      BUCKET,
      'captures/1/cfg/endpoint/AllTraffic/2026/03/08/23/59-59-000-x.jsonl',
      [
        late,
        again,
        'no json',
        aCapture('short', '2026-03-08T23:00:00Z', [{ features: ['1'], score: 0.5 }]),
      ].join('\n'),
    );
    await schedule();
    expect(report(WEEK1)).toMatchObject({
      rows: 300,
      captures: { malformedRecords: { 'not JSON': 1 }, malformedRows: 1, duplicateRows: 1 },
    });
  });

  it('publishes no metric of a version that was replaced', async () => {
    aws.items.set(`${PK}|${SK.champion}`, { modelVersion: 2 });
    serve('2026-03-04', 600, { shift: 40 });
    expect((await schedule()).judged).toMatchObject([{ verdict: 'FAIL' }]);
    expect(aws.metrics).toEqual([]);
  });

  it('leaves out captured rows whose label records carry a forgotten key', async () => {
    serve('2026-03-04', 600);
    await label(300);
    await addTombstones(PROJECT, BUCKET, { keys: ['k5', 'k17', 'k599'], keyType: 'string' });
    await schedule();
    // k599 has no label record yet, so nothing says which captured row is its
    expect(report(WEEK1)).toMatchObject({
      rows: 598,
      captures: { records: 60, forgottenRows: 2 },
      quality: { labelledRows: 298 },
    });
    const [first] = report(WEEK1).drift.features;
    expect(first!.rows).toBe(598);
  });

  it('tells of broken inputs: values that are gone, that are no numbers, rows of another form', async () => {
    const lines = [];
    for (let i = 0; i < 600; i += 10) {
      const rows = Array.from({ length: 10 }, (_, j) => aServedRow(i + j));
      const broken = rows.map((row, j) => {
        const [distance, delay, origin] = row.features;
        const text = j === 0 ? '' : j === 1 ? 'far' : distance!;
        return { ...row, features: j === 2 ? [text, delay!] : [text, delay!, origin!] };
      });
      lines.push(aCapture(`inference-${i}`, '2026-03-04T10:00:00Z', broken));
    }
    aws.put(BUCKET, 'captures/1/cfg/endpoint/AllTraffic/2026/03/04/10/a.jsonl', lines.join('\n'));
    aws.served = { Invocations: [40, 20], Invocation5XXErrors: [3], ModelLatency: [900, 12_500] };
    await schedule();
    const { dataQuality, traffic, verdict, violations } = report(WEEK1);
    const told = (name: string, column?: string) =>
      dataQuality.checks.find((check) => check.metric === name && check.column === column);
    // of ten rows one has no distance, one has a word, one has another form and is left out of the columns' counts
    expect(told('missing', 'distance')).toMatchObject({ verdict: 'FAIL', n: 2000, m: 540 });
    expect(told('missing', 'distance')!.value).toBeCloseTo(2 / 9, 12);
    expect(told('invalid', 'distance')!.value).toBeCloseTo(1 / 9, 12);
    expect(told('malformed')).toMatchObject({ verdict: 'FAIL', value: 0.1 });
    expect(told('missing', 'delay')!.verdict).toBe('PASS');
    expect(verdict).toBe('FAIL');
    expect(traffic).toEqual({ requests: 60, errors4xx: 0, errors5xx: 3, latencyP90Ms: 12.5 });
    expect(violations.map((each) => each.constraint_check_type)).toEqual(
      expect.arrayContaining(['completeness_check', 'data_type_check', 'extra_column_check']),
    );
    expect(metric('DataQualityAlert')).toEqual([1]);
    const item = aws.items.get(`${PK}|${SK.window(1, WEEK1)}`)!;
    expect(item).toMatchObject({ dataQualityVerdict: 'FAIL', failed: expect.arrayContaining(['malformed']) });
  });

  it('tells once of a window in which the model in production answered nothing', async () => {
    serve('2026-03-04', 600);
    vi.setSystemTime(Date.UTC(2026, 2, 16, 1));
    expect((await schedule()).judged).toMatchObject([
      { window: WEEK1, verdict: 'PASS' },
      { window: WEEK2, verdict: 'INSUFFICIENT_DATA' },
    ]);
    expect(metric('WindowRows')).toEqual([600, 0]);
    expect((await schedule()).judged).toEqual([]);
    // of a week in the middle of which a model came into production, silence says nothing
    aws.items.set(`${PK}|${SK.champion}`, { modelVersion: 1, promotedAt: '2026-03-17T00:00:00.000Z' });
    vi.setSystemTime(Date.UTC(2026, 2, 23, 1));
    expect((await schedule()).judged).toEqual([]);
  });

  it('judges again when the labels have come a step further, and at their deadline', async () => {
    const judgedFor = async (day: number, count: number, from: number) => {
      vi.setSystemTime(Date.UTC(2026, 2, day));
      if (count > 0) await label(count, from);
      return (await schedule()).judged.filter(({ window }) => window === WEEK1).length;
    };
    serve('2026-03-04', 600);
    expect(await judgedFor(9, 0, 0)).toBe(1);
    // 200 labels are enough for a verdict, 300 are a half; 400 of 600 are no further step, 480 are four fifths
    expect(await judgedFor(10, 100, 0)).toBe(0);
    expect(await judgedFor(11, 120, 100)).toBe(1);
    expect(await judgedFor(12, 100, 220)).toBe(1);
    expect(await judgedFor(13, 80, 320)).toBe(0);
    expect(report(WEEK1).quality.labelledRows).toBe(320);
    expect(await judgedFor(14, 90, 400)).toBe(1);
    expect(await judgedFor(15, 10, 490)).toBe(0);
    // sixty days after the window's end, once more and never again
    expect(await judgedFor(9 + 61, 0, 0)).toBe(1);
    expect(report(WEEK1).quality.labelledRows).toBe(500);
    expect(await judgedFor(9 + 62, 100, 500)).toBe(0);
  });

  it('says how late labels come, which were replaced, and which nobody captured', async () => {
    serve('2026-03-04', 600);
    vi.setSystemTime(Date.UTC(2026, 2, 5, 10));
    await label(300);
    vi.setSystemTime(Date.UTC(2026, 2, 6, 10));
    await label(100, 0, true);
    const stray = { inferenceId: 'nobody', row: 0, label: 1, eventTime: '2026-03-04T11:00:00Z' };
    const outside = { ...stray, inferenceId: 'other', eventTime: '2026-03-20T11:00:00Z' };
    const lines = [stray, outside].map((each) =>
      JSON.stringify({ ...each, labelledAt: '2026-03-06T00:00:00Z' }),
    );
    aws.put(BUCKET, 'labels/stray.jsonl', lines.join('\n'));
    await receiveLabels(anObjectCreated(aws, 'labels/stray.jsonl', 'z'), context);
    vi.setSystemTime(Date.UTC(2026, 2, 9, 1));
    await schedule();
    expect(report(WEEK1).quality.labels).toMatchObject({
      coverage: 0.5,
      // captured at ten; two hundred labels a day later, a hundred two days later
      delayHoursP50: 24,
      delayHoursP95: 48,
      duplicates: 100,
      unmatched: 1,
      deadline: '2026-05-08T00:00:00.000Z',
      selection: expect.objectContaining({ metric: 'PSI', verdict: 'PASS' }),
    });
  });

  it('raises the alarm when so many of the last windows failed', async () => {
    const settings = aProject();
    const monitors = { ...settings.monitors, windowHours: 24, alarm: { failing: 2, of: 3 } };
    deployProject(aws, { ...settings, monitors });
    for (const [index, shift] of [40, 0, 40, 40].entries()) {
      serve(`2026-03-0${index + 2}`, 300, { from: index * 300, shift });
      vi.setSystemTime(Date.UTC(2026, 2, index + 3, 1));
      await schedule();
    }
    expect(metric('DriftedShare')).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
    expect(metric('DriftAlert')).toEqual([0, 0, 1, 1]);
  });

  it("leaves a page that needs nothing from elsewhere, and Model Monitor's documents", async () => {
    const settings = aProject();
    deployProject(aws, { ...settings, monitors: { ...settings.monitors, windowHours: 24 } });
    for (const [index, shift] of [0, 5, 40].entries()) {
      serve(`2026-03-0${index + 2}`, 300, { from: index * 300, shift });
      vi.setSystemTime(Date.UTC(2026, 2, index + 3, 1));
      await label(300, index * 300);
      await schedule();
    }
    const folder = 'monitors/1/20260304T000000Z_20260305T000000Z';
    const page = aws.objects.get(`${BUCKET}/${folder}/report.html`)!.bytes.toString();
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<title>flights: window 2026-03-04T00:00 to 2026-03-05T00:00</title>');
    expect(page).not.toMatch(/(src|href)=|https?:|@import|url\(/);
    // every drawing says what it shows, and three windows are three points of the line
    expect(page.match(/<svg role="img" aria-label="/g)!.length).toBeGreaterThanOrEqual(7);
    const line = /worst PSI over time.*?<polyline class="line" points="([^"]*)"/s.exec(page)![1]!;
    expect(line.split(' ')).toHaveLength(3);
    expect(aws.json(BUCKET, `${folder}/constraint_violations.json`)).toEqual({
      violations: report('20260304T000000Z_20260305T000000Z').violations,
    });
    expect(aws.json(BUCKET, `${folder}/statistics.json`)).toMatchObject({ dataset: { item_count: 300 } });
    expect(aws.json<{ features: object[] }>(BUCKET, `${folder}/constraints.json`).features).toHaveLength(4);
  });
});
