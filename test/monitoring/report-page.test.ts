import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../lambdas/monitoring/html/escape.ts';
import { interval, overlay, percent, series } from '../../lambdas/monitoring/html/plots.ts';

describe('plots', () => {
  it('draw shares, whatever the sizes of the two samples', () => {
    const bars = (plot: string, of: string) =>
      [...plot.matchAll(new RegExp(`class="${of}"[^>]*height="([0-9.]+)"`, 'g'))].map(([, tall]) =>
        Number(tall),
      );
    const plot = overlay(['a', 'b'], [100, 300], [30, 10]);
    // shares 0.25 and 0.75 against 0.75 and 0.25: the highest fills the height of 60
    expect(bars(plot, 'baseline')).toEqual([20, 60]);
    expect(bars(plot, 'window')).toEqual([60, 20]);
  });

  it('do not divide by an empty sample', () => {
    expect(overlay(['a'], [0], [0])).not.toContain('NaN');
    expect(series('none', [])).not.toContain('NaN');
    expect(interval({ value: 1, low: 1, high: 1 }, 1)).not.toContain('NaN');
  });

  it('keep names of the world from being markup', () => {
    const name = `<img src=x onerror="alert('1')">`;
    expect(overlay([name], [1], [1])).not.toContain('<img');
    expect(series(name, [{ name, value: 1 }])).not.toContain('<img');
    expect(escapeHtml(name)).toBe('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;');
  });

  it('tell small shares', () => {
    expect([0, 0.0004, 0.02, 1].map(percent)).toEqual(['0.0 %', '0.04 %', '2.0 %', '100.0 %']);
  });
});
