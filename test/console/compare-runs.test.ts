import { describe, expect, it } from 'vitest';
import { evaluationLines } from '../../console/cli/evaluation-view.ts';
import { cardText } from '../../console/cli/models-card.ts';
import { compareMetrics, compareSettings } from '../../console/client/compare-runs.ts';
import { viewOf } from '../../console/client/evaluations.ts';
import { anEvaluation, anOlderEvaluation } from './evaluation-fixture.ts';

describe('an evaluation', () => {
  it('is shown with intervals, champion, worst slice, bias and gates', () => {
    expect(evaluationLines(viewOf(anEvaluation('r'))).join('\n')).toBe(
      [
        'evaluated on 1,200 rows of version 1, intervals of 95 %',
        'metric         this model         champion 1',
        '─────────────  ─────────────────  ─────────────────',
        'auc (primary)  0.73 [0.71, 0.75]  0.74 [0.72, 0.76]',
        'accuracy       0.81 [0.79, 0.83]  -',
        'ece            0.02               -',
        'auc, this model minus the champion: -0.01 [-0.02, 0.001] (DeLong paired)',
        'worst slice: origin = missing, auc 0.6 [0.5, 0.7]',
        'bias outside its bounds or not told: DI of sex = f (FAIL)',
        '',
        'gates: not passed',
        '  ✓ quality: auc reaches 0.6',
        '  ✗ champion: auc is below the champion',
      ].join('\n'),
    );
  });

  it('of an older run has its estimates, without the counts beside them, and says that it is older', () => {
    const view = viewOf(anOlderEvaluation('r'));
    expect(view).toMatchObject({ isOlder: true, problem: 'binary', championSkipped: expect.any(String) });
    expect(Object.keys(view.metrics)).toEqual(['auc', 'brier']);
    expect(evaluationLines(view)[0]).toMatch(/ \(older format: no slices, calibration or bias\)$/);
  });

  it('compares with an older one', () => {
    const compared = compareMetrics(viewOf(anOlderEvaluation('a')), viewOf(anEvaluation('b')));
    expect(compared.map(({ metric }) => metric)).toEqual(['auc', 'accuracy', 'ece', 'brier']);
    expect(compared[0]!.change).toBeCloseTo(0.03, 12);
    expect(compared[1]).toEqual({ metric: 'accuracy', after: expect.objectContaining({ value: 0.81 }) });
    expect(compared[3]).toEqual({ metric: 'brier', before: { value: 0.1 } });
  });
});

describe('settings', () => {
  it('differ by path; a list is one value, and what is not set is absent', () => {
    expect(
      compareSettings(
        { a: { b: 1, same: 0 }, list: [1, 2], gone: 'x' },
        { a: { b: 2, same: 0 }, list: [2, 1], come: null },
      ),
    ).toEqual([
      { path: 'a.b', before: 1, after: 2 },
      { path: 'come', after: null },
      { path: 'gone', before: 'x' },
      { path: 'list', before: [1, 2], after: [2, 1] },
    ]);
    expect(compareSettings({ a: { b: [1] } }, { a: { b: [1] } })).toEqual([]);
  });
});

describe('a model card', () => {
  it('is Markdown: headings for parts, nothing for what is empty, and no markup from values', () => {
    const card = {
      model_overview: { model_name: 'a*b', problem_type: '', algorithms: ['x', 'y'] },
      evaluation_details: [{ name: 'holdout', metric_groups: [{ name: 'g', metric_data: [] }] }],
      additional_information: {},
    };
    expect(cardText('Model 1', card)).toBe(
      [
        '# Model 1',
        '',
        '## Model overview',
        '',
        '- **Model name**: a\\*b',
        '- **Algorithms**: x, y',
        '',
        '## Evaluation details',
        '',
        '- **Name**: holdout',
        '',
        '### Metric groups',
        '',
        '- **Name**: g',
      ].join('\n'),
    );
  });
});
