/** What commands print: looked at as a person sees it. */
import { describe, expect, it } from 'vitest';
import { bars, equalSteps, histogramOf } from '../../console/cli/histogram.ts';
import { bytesText, displayWidth, durationText, printable, table } from '../../console/cli/output.ts';
import { numberText, percentText } from '../../console/cli/profile-view.ts';
import { ProgressLine, progressText } from '../../console/cli/progress.ts';
import { outcomeText } from '../../console/cli/upload.ts';
import type { ChecksDocument } from '../../lambdas/datasets/contract.ts';
import type { NumericProfile } from '../../lambdas/datasets/profile/profile.ts';
import type { UploadItem } from '../../lambdas/shared/catalog-items.ts';

describe('texts of numbers', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_995, '10.0 kB'],
    [123_456, '123 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [5_368_709_120, '5.37 GB'],
  ])('%d bytes', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [59, '59 s'],
    [60, '1 min 0 s'],
    [3599, '59 min 59 s'],
    [3660, '1 h 1 min'],
    [90_000, '25 h 0 min'],
  ])('%d seconds', (seconds, text) => expect(durationText(seconds)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.0001, '<0.1 %'],
    [0.012, '1.2 %'],
    [0.5, '50 %'],
    [0.9999, '>99.9 %'],
    [1, '100 %'],
  ])('a share of %d', (share, text) => expect(percentText(share)).toBe(text));

  it.each([
    [0, '0'],
    [-40, '-40'],
    [1.23456, '1.235'],
    [12345.678, '12346'],
    [0.000012, '1.200e-5'],
    [1e300, '1.000e+300'],
    [-2.5e9, '-2.500e+9'],
  ])('the value %d', (value, text) => expect(numberText(value)).toBe(text));
});

describe('tables', () => {
  it('stand in columns whatever script a cell is in', () => {
    expect(
      table(
        ['name', 'rows', 'note'],
        [
          ['東京', 5, 'x'],
          ['e\u0301a', 12_345, ''],
        ],
      ).split('\n'),
    ).toEqual(['name   rows  note', '────  ─────  ────', '東京      5  x', 'e\u0301a    12345']);
    expect(displayWidth('東京')).toBe(4);
    expect(displayWidth('👩‍🚀')).toBe(4);
  });

  it('put numbers with units to the right, and texts to the left', () => {
    expect(
      table(
        ['size', 'file'],
        [
          ['5 bytes', '7.csv'],
          ['1.20 kB', 'b'],
        ],
      )
        .split('\n')
        .slice(2),
    ).toEqual(['5 bytes  7.csv', '1.20 kB  b']);
    expect(table(['share'], [['<0.1 %'], ['50 %'], ['']]).split('\n')[3]).toBe('  50 %');
  });

  it('are ruled no wider than a screen, however long the sentence in the last column is', () => {
    const [, rule, row] = table(['at', 'because'], [['now', 'so '.repeat(100).trim()]]).split('\n');
    expect(rule).toBe(`───  ${'─'.repeat(40)}`);
    expect(row).toHaveLength(5 + 299);
  });

  it('cannot be steered by what files hold', () => {
    expect(printable('\x1b[2Jgone\r\n\u202eabc\u0007')).toBe('\\u001b[2Jgone\\u000d\\u000a\\u202eabc\\u0007');
    expect(table(['a'], [['\x1b]0;title\x07']])).not.toContain('\x1b');
  });
});

const numeric = (edges: number[], counts: number[], min: number, max: number) =>
  ({
    kind: 'numeric',
    rows: 1,
    n: counts.reduce((a, b) => a + b, 0),
    min,
    max,
    grid: { edges, counts, sums: [] },
  }) as unknown as NumericProfile;

describe('histograms', () => {
  it('are as high as the counts, and show what is little', () => {
    expect(bars([0, 1, 500, 1000])).toBe(' ▁▄█');
  });

  it('spread a bin evenly over the steps that it covers', () => {
    // (0, 2] has 8 and (2, 4] has 4: steps of 1 have 4, 4, 2 and 2
    expect(equalSteps(numeric([2], [8, 4], 0, 4), 4)).toEqual([4, 4, 2, 2]);
  });

  it('count one far value to the last bar instead of making all others one', () => {
    const tail = equalSteps(numeric([1, 2, 3, 4], [250, 250, 250, 249, 1], 0, 1e6), 4);
    expect(tail.map(Math.round)).toEqual([250, 250, 250, 250]);
  });

  it('of a single value, or of none, are one bar or nothing', () => {
    const one = { ...numeric([7], [5, 0], 7, 7), values: [7] };
    expect(histogramOf(one as NumericProfile)).toBe('█');
    expect(histogramOf({ ...one, n: 0 } as NumericProfile)).toBe('');
    const sum = equalSteps(numeric([], [5], 7, 7), 16).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(5, 9);
  });
});

describe('progress', () => {
  const transfer = { files: 3, filesDone: 1, bytes: 100e6, movedBytes: 30e6, keptBytes: 20e6 };

  it('has the share, the bytes, the rate, the time left and the files', () => {
    expect(progressText(transfer, 5e6, true)).toBe(
      '████████████░░░░░░░░░░░░   50 %  50.0 MB of 100 MB  5.00 MB/s  10 s left  1 of 3 files',
    );
    expect(progressText({ ...transfer, files: 1 }, undefined, false)).toBe(' 50 %  50.0 MB of 100 MB');
  });

  function run(isTTY: boolean, seconds: number) {
    let now = 0;
    const written: string[] = [];
    const line = new ProgressLine({ isTTY, columns: 200, write: (text) => written.push(text) }, () => now);
    for (let tick = 0; tick <= seconds * 20; tick++) {
      now = tick * 50;
      // 2 MB a second; what was there already is no part of the rate
      line.update({ ...transfer, movedBytes: tick * 100_000 });
    }
    line.end();
    return written;
  }

  it('is one line that is drawn again on a terminal, and taken away at the end', () => {
    const written = run(true, 2);
    expect(written.length).toBeLessThanOrEqual(22);
    expect(written.every((text) => text.startsWith('\r\x1b[K') && !text.includes('\n'))).toBe(true);
    expect(written.at(-2)).toContain('2.00 MB/s  38 s left');
    expect(written.at(-1)).toBe('\r\x1b[K');
  });

  it.each([
    [0, '████████████░░░░░░░░░░░░   50 %  50.0 MB of 100 MB  1 of 3 files'],
    [60, ' 50 %  50.0 MB of 100 MB  1 of 3 files'],
    [20, ' 50 %  50.0 MB of 1'],
  ])('fits into a terminal of %d columns (0: unknown)', (columns, text) => {
    let now = 0;
    const written: string[] = [];
    const screen = { isTTY: true, columns, write: (out: string) => written.push(out) };
    const line = new ProgressLine(screen, () => now);
    now = 1000;
    line.update(transfer);
    expect(written).toEqual([`\r\x1b[K${text}`]);
  });

  it('is a line every ten seconds elsewhere, and none for what is quick', () => {
    expect(run(false, 9)).toEqual([]);
    const written = run(false, 25);
    expect(written).toHaveLength(2);
    expect(written[0]).toBe(' 40 %  40.0 MB of 100 MB  2.00 MB/s  30 s left  1 of 3 files\n');
  });
});

describe('a wait', () => {
  function waited(isTTY: boolean, seconds: number) {
    let now = 0;
    const written: string[] = [];
    const line = new ProgressLine({ isTTY, columns: 200, write: (text) => written.push(text) }, () => now);
    for (let second = 1; second <= seconds; second++) {
      now = second * 1000;
      line.say(`waiting, ${second} s`);
    }
    return written;
  }

  it('is told each time on a terminal, and once a minute elsewhere', () => {
    expect(waited(true, 2)).toEqual(['\r\x1b[Kwaiting, 1 s', '\r\x1b[Kwaiting, 2 s']);
    expect(waited(false, 59)).toEqual([]);
    expect(waited(false, 150)).toEqual(['waiting, 60 s\n', 'waiting, 120 s\n']);
  });
});

describe('the outcome of an upload', () => {
  const item = (outcome: UploadItem['outcome'], more: Partial<UploadItem> = {}) =>
    ({ upload: 'rows.csv-1', outcome, reason: 'Because.', ...more }) as UploadItem;
  const checks: ChecksDocument = {
    format: 1,
    upload: 'rows.csv-1',
    verdict: 'FAIL',
    checks: [
      { check: 'a', severity: 'warn', verdict: 'WARN', reason: 'Odd.', examples: [] },
      {
        check: 'b',
        severity: 'block',
        verdict: 'FAIL',
        reason: 'Column "x" is bad.',
        examples: ['"?" (2 rows)'],
      },
      { check: 'c', severity: 'block', verdict: 'PASS', reason: 'Fine.', examples: [] },
    ],
  };
  const text = (of: UploadItem | undefined, document?: ChecksDocument) =>
    outcomeText({ bucket: 'data' }, of, document, 3_600_000);

  it('names the version and what to look at', () => {
    expect(text(item('versioned', { version: 3, reason: 'Version 3: 10 rows.' }))).toBe(
      'Version 3: 10 rows.\nlook at it: driftless datasets show 3',
    );
  });

  it('says why a refused one is refused, and where everything stands', () => {
    expect(text(item('rejected', { checksKey: 'rejected/rows.csv-1/checks.json' }), checks)).toBe(
      [
        'refused: no version came of it (rows.csv-1)',
        '  ✗ Column "x" is bad.',
        '      "?" (2 rows)',
        '  ! Odd.',
        '  ✓ 1 check passed',
        'all checks: s3://data/rejected/rows.csv-1/checks.json',
      ].join('\n'),
    );
  });

  it('is the reason alone when nothing was made, or nothing is known yet', () => {
    expect(text(item('unchanged'))).toBe('Because.');
    expect(text(item('failed'))).toBe('no version came of it (rows.csv-1): failed\nBecause.');
    expect(text(item('received'))).toMatch(
      /^the upload is received, but it has no outcome yet after 1 h 0 min;/,
    );
    expect(text(undefined)).toMatch(/^the upload is not received yet after 1 h 0 min;/);
  });
});
