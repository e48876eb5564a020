import { describe, expect, it } from 'vitest';
import { checkUpload, RULES } from '../../lambdas/datasets/checks/check-upload.ts';
import { describeFindings } from '../../lambdas/datasets/checks/describe-checks.ts';
import type { FileFacts } from '../../lambdas/datasets/checks/fact-types.ts';
import { mergeFilesFacts, summarizeFiles } from '../../lambdas/datasets/checks/file-facts.ts';
import type { Check, ChecksDocument } from '../../lambdas/datasets/contract.ts';
import type {
  CategoricalProfile,
  DatasetProfile,
  NumericProfile,
} from '../../lambdas/datasets/profile/profile.ts';
import type { ColumnSettings, DatasetSettings } from '../../lambdas/shared/settings.ts';
import { aDataset, check, findings, type Row, TARGET } from './checks-fixture.ts';

const column = (name: string, more: Partial<ColumnSettings> = {}): ColumnSettings => {
  return { name, type: 'integer', role: 'feature', ...more };
};
/** Rows with `x` as given and a target that alternates. */
const rowsOf = (values: readonly (number | string | boolean | null)[]): Row[] =>
  values.map((x, index) => ({ x, y: index % 2 }));
const repeat = <T>(value: T, times: number): T[] => Array.from({ length: times }, () => value);

/** Findings of a check on one column `x`. */
async function onX(
  name: string,
  x: Partial<ColumnSettings>,
  values: readonly (number | string | boolean | null)[],
  settings: Partial<DatasetSettings> = {},
  more: Partial<Parameters<typeof check>[0]> = {},
): Promise<string[]> {
  const { checks } = await check({
    settings: aDataset([column('x', x), TARGET], settings),
    files: [rowsOf(values)],
    ...more,
  });
  return findings(checks, name);
}

/** Findings about files alone. */
function onFiles(name: string, files: readonly Partial<FileFacts>[]): string[] {
  const facts = files.map((file, index): FileFacts => ({ path: `f${index}.csv`, size: 10, ...file }));
  return findings(checkUpload({ upload: 'u', settings: aDataset([]), files: facts }), name);
}

/** A version before with 1,000 rows of `x`: numbers 0 to 100 with quartiles 25 and 75, or the categories `a` and `b`. */
function versionBefore(x: Partial<NumericProfile> | Partial<CategoricalProfile> = {}): {
  readonly profile: DatasetProfile;
  readonly rows: number;
} {
  const numeric = {
    name: 'x',
    type: 'integer',
    role: 'feature',
    kind: 'numeric',
    rows: 1_000,
    missing: 0,
    n: 1_000,
    min: 0,
    max: 100,
    m2: 90_000,
    grid: { edges: [25, 50, 75], counts: [250, 250, 250, 250], sums: [0, 0, 0, 0] },
    ...x,
  };
  return { profile: { rows: 1_000, columns: [numeric] } as unknown as DatasetProfile, rows: 1_000 };
}
const categories = {
  kind: 'categorical',
  type: 'string',
  values: [
    ['a', 900],
    ['b', 100],
  ],
  other: 0,
} as const;

describe('the list of rules', () => {
  it('answers for every rule, also when nothing could be read', () => {
    const { checks } = checkUpload({ upload: 'u', settings: aDataset([TARGET]), files: [] });
    expect(RULES).toHaveLength(27);
    expect([...new Set(checks.map(({ check: name }) => name))].sort()).toEqual([
      'allowed-values',
      'class-balance',
      'column-types',
      'columns-extra',
      'columns-looked-at',
      'columns-order',
      'columns-present',
      'constant-columns',
      'duplicate-rows',
      'event-times',
      'files-not-empty',
      'files-readable',
      'finite-values',
      'keys-unique',
      'leakage-hints',
      'minimum-rows',
      'new-categories',
      'null-rate',
      'predicates',
      'row-count',
      'schema-evolution',
      'soft-ranges',
      'target-present',
      'target-values',
      'text-shape',
      'unique-values',
      'value-ranges',
    ]);
  });

  it('finds nothing against a good upload', async () => {
    const { checks } = await check({
      settings: aDataset([column('x'), TARGET]),
      files: [rowsOf([1, 2, 3, 4])],
    });
    expect(checks.verdict).toBe('PASS');
    expect(checks.columns).toEqual([
      { name: 'x', verdict: 'PASS' },
      { name: 'y', verdict: 'PASS' },
    ]);
  });
});

describe('files', () => {
  it.each([
    [[], ['block FAIL -: The upload has no file beside its marker.']],
    [[{ size: 0 }], ['block FAIL -: File "f0.csv" is empty (0 bytes).']],
    [[{ size: 0 }, { size: 0 }], ['block FAIL -: All 2 files are empty (0 bytes).']],
    [[{}, { size: 0 }], ['warn WARN -: File "f1.csv" is empty (0 bytes): 0 rows.']],
    [
      [{}, { size: 0, isPackedEmpty: true }],
      ['warn WARN -: File "f1.csv" is empty (0 bytes when unpacked): 0 rows.'],
    ],
    [[{ ignored: 'hidden' }], [expect.stringContaining('block FAIL -: None of the 1 files is data')]],
    [[{}], ['block PASS -: 1 file(s) with content.']],
  ])('%j', (files, expected) => {
    expect(onFiles('files-not-empty', files)).toEqual(expected);
  });

  it('that are odd warn, and what is for information does not, however much it is', () => {
    const note = { check: 'columns-inferred', severity: 'info', reason: 'Text.', column: 'x' } as const;
    const files = Array.from({ length: 12 }, (): Partial<FileFacts> => ({ warnings: [note] }));
    const facts = files.map((file, index): FileFacts => ({ path: `f${index}.csv`, size: 10, ...file }));
    const checks = checkUpload({ upload: 'u', settings: aDataset([]), files: facts });
    expect(checks.verdict).toBe('PASS');
    expect(findings(checks, 'columns-inferred')).toEqual(repeat('info PASS x: Text.', 10));
    expect(onFiles('files-readable', files)).toEqual([
      'info PASS -: 2 more files or columns are odd but readable.',
    ]);
    expect(onFiles('files-readable', [{ warnings: ['Odd.'] }])).toEqual(['warn WARN -: Odd.']);
  });

  it('that are odd in many ways are told of each way, however often another comes first', () => {
    const odd = (check: string) => ({ check, severity: 'warn', reason: 'Odd.' }) as const;
    const names = Array.from({ length: 12 }, () => odd('header-names'));
    const files: FileFacts[] = [
      { path: 'a.csv', size: 10, warnings: names },
      { path: 'b.csv', size: 10, warnings: [odd('columns-unread')] },
    ];
    const merged = mergeFilesFacts(
      summarizeFiles([{ ...files[1]!, index: 1 }]),
      summarizeFiles([{ ...files[0]!, index: 0 }]),
    );
    for (const facts of [files, merged]) {
      const checks = checkUpload({ upload: 'u', settings: aDataset([]), files: facts });
      expect(findings(checks, 'header-names')).toEqual(repeat('warn WARN -: Odd.', 10));
      expect(findings(checks, 'columns-unread')).toEqual(['warn WARN -: Odd.']);
      expect(findings(checks, 'files-readable')).toEqual([
        'warn WARN -: 2 more files or columns are odd but readable.',
      ]);
    }
  });

  it('that cannot be read are all told, under the check of their problem', () => {
    const problem = (path: string) => ({
      check: 'files-readable',
      reason: `File "${path}" is a PNG image.`,
      row: 2,
    });
    const files = Array.from({ length: 12 }, (_, index) => ({ problem: problem(`f${index}.csv`) }));
    const found = onFiles('files-readable', [...files, { warnings: ['odd'] }]);
    expect(found).toHaveLength(12);
    expect(found[0]).toBe('block FAIL -: File "f0.csv" is a PNG image.');
    expect(found[10]).toBe('block FAIL -: 2 more files cannot be read.');
    expect(found[11]).toBe('warn WARN -: odd');
  });
});

describe('columns', () => {
  const settings = aDataset([
    column('id', { type: 'string', role: 'key' }),
    column('x'),
    column('s', { role: 'sensitive' }),
    column('i', { role: 'ignored' }),
    TARGET,
  ]);
  const rows = [{ id: 'a', x: 1, s: 1, i: 1, y: 0 }];
  const some = (columns: readonly string[], rowCount = 2): FileFacts => {
    return { path: `p${columns.length}.csv`, size: 9, rows: rowCount, format: 'csv', columns };
  };
  const all = ['id', 'x', 's', 'i', 'y'];

  it('that no file has block when something uses them, and warn otherwise', async () => {
    const { checks } = await check({ settings, files: [rows], present: ['y'] });
    expect(findings(checks, 'columns-present')).toEqual([
      'block FAIL id: Column "id" (key) is missing.',
      'block FAIL x: Column "x" (feature) is missing.',
      'block FAIL s: Column "s" (sensitive) is missing.',
      'warn WARN i: Column "i" (ignored) is missing.',
    ]);
  });

  it('that one file lacks block for the key and the target, and warn for a feature', async () => {
    const files = [some(all), some(['s', 'i'])];
    const { checks } = await check({ settings, files: [rows], present: all, check: { files } });
    expect(findings(checks, 'columns-present').slice(0, 2)).toEqual([
      'block FAIL id: Column "id" (key) is missing from 1 of 2 files, first "p2.csv": its 2 rows have no value.',
      'warn WARN x: Column "x" (feature) is missing from 1 of 2 files, first "p2.csv": its 2 rows have no value.',
    ]);
    expect(findings(checks, 'target-present')).toEqual([
      'block FAIL y: Target column "y" is missing from 1 of 2 files, first "p2.csv": its 2 rows have no value.',
    ]);
  });

  it('may be absent from a file of JSON Lines', async () => {
    const files = [some(all), { ...some(['y']), format: 'jsonl' } as const];
    const { checks } = await check({ settings, files: [rows], present: all, check: { files } });
    expect(findings(checks, 'columns-present')).toEqual([
      'block PASS -: All 5 columns of the schema are there.',
    ]);
  });

  it.each([
    ['X', '"X" differs from it by case only'],
    [' x', '" x" differs from it by blanks only'],
    ['\u00a0x', '"\\u00a0x" differs from it by invisible characters only'],
  ])('called %j are hinted at', async (name, hint) => {
    const { checks } = await check({ settings, files: [rows], present: ['id', 's', 'i', 'y', name] });
    expect(findings(checks, 'columns-present')).toEqual([
      `block FAIL x: Column "x" (feature) is missing; ${hint}.`,
    ]);
    expect(findings(checks, 'columns-extra')).toEqual([
      `warn WARN ${name}: Column ${hint.split(' differs')[0]} is not declared and is ignored.`,
    ]);
  });

  it.each([
    [2, '2 columns are not declared and are ignored: "c10", "c11".'],
    [
      13,
      '13 columns are not declared and are ignored: "c10", "c11", "c12", "c13", "c14", "c15", "c16", "c17", "c18", "c19" and 3 more.',
    ],
  ])('beyond the declared ones, %i of them, are one sentence', async (number, sentence) => {
    const extra = Array.from({ length: number }, (_, at) => `c${at + 10}`);
    const { checks } = await check({ settings, files: [rows], present: [...all, ...extra] });
    expect(findings(checks, 'columns-extra')).toEqual([`warn WARN -: ${sentence}`]);
  });

  it('that some files spell with other capitals are not told to be missing', async () => {
    const files = [some(all), some(all.map((name) => (name === 'x' ? 'X' : name)))];
    const { checks } = await check({ settings, files: [rows], present: [...all, 'X'], check: { files } });
    expect(findings(checks, 'columns-present')).toEqual([
      'block PASS -: All 5 columns of the schema are there.',
    ]);
  });

  it('are found under an alias, and an alias beside the name is not read', async () => {
    const aliased = aDataset([column('x', { aliases: ['old'] }), TARGET]);
    const only = await check({ settings: aliased, files: [rowsOf([1, 2])], present: ['old', 'y'] });
    expect(only.checks.verdict).toBe('PASS');
    const files = [some(['x', 'old', 'y'])];
    const both = await check({
      settings: aliased,
      files: [rowsOf([1, 2])],
      present: ['x', 'old', 'y'],
      check: { files },
    });
    expect(findings(both.checks, 'columns-extra')).toEqual([
      'warn WARN x: Column "old" of "p3.csv" is not read: it is an alias of "x", which is there too.',
    ]);
  });

  it('in another order are told, and do not change the verdict', async () => {
    const files = [some(all), some(['x', 'id', 's', 'i', 'y'])];
    const { checks } = await check({ settings, files: [rows], present: all, check: { files } });
    expect(findings(checks, 'columns-order')).toEqual([
      'info PASS -: 1 of 2 files have their columns in another order than the schema, first "p5.csv"; they are read by name.',
    ]);
  });

  it('of the target: its absence names what is there', async () => {
    const { checks } = await check({
      settings: aDataset([column('x'), TARGET]),
      files: [rowsOf([1])],
      present: ['x^y'],
    });
    expect(findings(checks, 'target-present')).toEqual([
      'block FAIL y: Target column "y" is missing; the columns are "x^y". Separators are comma, semicolon, tab and pipe.',
    ]);
  });
});

describe('column-types', () => {
  it.each([
    ['integer', '1,234', 'Write numbers without thousands separators.'],
    ['double', '1,234,567.5', 'Write numbers without thousands separators.'],
    ['double', '1,5', 'Write a decimal point.'],
    ['double', '45%', ''],
    ['double', 'NA', 'If these mean "missing", add them to dataset.nullValues.'],
    ['timestamp', 'null', 'If these mean "missing", add them to dataset.nullValues.'],
    ['double', ' ', 'If these mean "missing", add them to dataset.nullValues.'],
    ['double', '-', 'If these mean "missing", add them to dataset.nullValues.'],
    ['integer', 'NaN', 'An integer has no NaN: leave the field empty.'],
    [
      'integer',
      '9223372036854775808',
      'Integers lie between -2^63 and 2^63-1; declare an identifier as string.',
    ],
    ['integer', '1e5', 'Declare the column as double, or write the digits.'],
    ['integer', '3.5', ''],
    ['integer', '0x1F', ''],
    ['double', '1e400', 'Doubles end at 1.8e308.'],
    ['integer', '１２', 'Write the digits 0 to 9 and the sign "-".'],
    ['integer', '−3', 'Write the digits 0 to 9 and the sign "-".'],
    ['integer', 'abc', ''],
    ['boolean', 'yes', 'Write true or false.'],
    ['timestamp', '31/12/2001', 'Write ISO 8601: 2001-12-31 or 2001-12-31T23:59:59Z.'],
    ['timestamp', '12/31/01', 'Write ISO 8601: 2001-12-31 or 2001-12-31T23:59:59Z.'],
    ['timestamp', '1700000000', 'Write ISO 8601: 2001-12-31 or 2001-12-31T23:59:59Z.'],
    ['timestamp', '2001-02-30', ''],
    ['timestamp', '99999-01-01', 'Years go from 1 to 9999.'],
    ['timestamp', '2001-01-01 10:00 Europe/Paris', 'Write the offset: +01:00 or Z.'],
  ] as const)('tells what to do about a %s "%s"', async (type, text, advice) => {
    const files = [
      [{ x: null, y: 0 }],
      [
        { x: null, y: 1, bad: { x: text } },
        { x: null, y: 0, bad: { x: text } },
      ],
    ];
    const { checks } = await check({ settings: aDataset([column('x', { type }), TARGET]), files });
    const what = `block FAIL x: 2 of 2 values of "x" are not of type ${type}, first in "f1.csv" row 1: "${text}".`;
    expect(findings(checks, 'column-types')).toEqual([advice ? `${what} ${advice}` : what]);
  });

  it('lists every offender for programs', async () => {
    const files = [
      [
        { x: 1, y: 0 },
        { y: 1, bad: { x: 'abc' } },
      ],
    ];
    const { checks } = await check({ settings: aDataset([column('x'), TARGET]), files });
    const found = checks.checks.find(({ verdict }) => verdict === 'FAIL')!;
    expect(found.offenders).toEqual([{ path: 'f0.csv', row: 2, value: 'abc' }]);
    expect(found.examples).toEqual(['in "f0.csv" row 2: "abc"']);
    expect(checks.columns).toEqual([
      { name: 'x', verdict: 'FAIL' },
      { name: 'y', verdict: 'PASS' },
    ]);
  });

  it('shows no value of a sensitive column', async () => {
    const files = [
      [
        { y: 0, bad: { x: 'Smith' } },
        { x: 1, y: 1 },
      ],
    ];
    const { checks } = await check({
      settings: aDataset([column('x', { role: 'sensitive' }), TARGET]),
      files,
    });
    expect(findings(checks, 'column-types')).toEqual([
      // printf Smith | sha256sum
      'block FAIL x: 1 of 2 values of "x" is not of type integer, first in "f0.csv" row 1 (sha256:9f5425901004). The values of keys and sensitive columns are shown as hashes.',
    ]);
    expect(JSON.stringify(checks)).not.toContain('Smith');
  });

  it('does not look at ignored columns', async () => {
    const files = [
      [
        { y: 0, bad: { x: 'abc' } },
        { x: 1, y: 1 },
      ],
    ];
    const { checks } = await check({ settings: aDataset([column('x', { role: 'ignored' }), TARGET]), files });
    expect(checks.verdict).toBe('PASS');
  });
});

describe('mostly and severity', () => {
  const values = [...repeat(1, 95), ...repeat(9, 5)];
  it.each([
    ['at the share that has to hold', { mostly: 0.95 }, 'warn WARN'],
    ['just below it', { mostly: 0.951 }, 'block FAIL'],
    ['with a milder severity', { severity: 'warn' }, 'warn WARN'],
    ['for information, tolerated', { severity: 'info', mostly: 0.5 }, 'info PASS'],
    ['switched off', { severity: 'off' }, 'info NOT_APPLICABLE'],
  ] as const)('%s', async (_case, settings, expected) => {
    const [forAll] = await onX('value-ranges', { maximum: 5 }, values, {
      checks: { 'value-ranges': settings },
    });
    const [forColumn] = await onX(
      'value-ranges',
      { maximum: 5, checks: { 'value-ranges': settings } },
      values,
    );
    expect(forAll).toMatch(new RegExp(`^${expected}`));
    if (!('severity' in settings) || settings.severity !== 'off') expect(forColumn).toBe(forAll);
  });

  it('of a column wins over the one of the dataset', async () => {
    const found = await onX(
      'value-ranges',
      { maximum: 5, checks: { 'value-ranges': { severity: 'block' } } },
      values,
      {
        checks: { 'value-ranges': { severity: 'warn' } },
      },
    );
    expect(found).toEqual([
      'block FAIL x: 5 of 100 values of "x" lie outside [-∞, 5], first in "f0.csv" row 96: "9".',
    ]);
  });
});

describe('values', () => {
  it.each([
    [
      'on both bounds',
      { minimum: 1, maximum: 5 },
      [1, 5, null],
      'block PASS -: 1 column(s) lie within their bounds.',
    ],
    [
      'below',
      { minimum: 1 },
      [0, 1],
      'block FAIL x: 1 of 2 values of "x" lies outside [1, ∞], first in "f0.csv" row 1: "0".',
    ],
    ['without bounds', {}, [1, 2], 'block NOT_APPLICABLE -: No column declares bounds.'],
    ['all missing', { minimum: 1 }, [null, null], 'block PASS -: 1 column(s) lie within their bounds.'],
    [
      'infinite',
      { type: 'double', maximum: 5 },
      [Number.POSITIVE_INFINITY, 1],
      'block FAIL x: 1 of 2 values of "x" lies outside [-∞, 5], first in "f0.csv" row 1: "inf".',
    ],
    [
      'not a number',
      { type: 'double', maximum: 5 },
      [Number.NaN, 1],
      'block PASS -: 1 column(s) lie within their bounds.',
    ],
    [
      'beyond what a double tells apart',
      { maximum: 9_007_199_254_740_991 },
      ['9007199254740992', '1'],
      'block FAIL x: 1 of 2 values of "x" lies outside [-∞, 9007199254740991], first in "f0.csv" row 1: "9007199254740992".',
    ],
  ] as const)('%s', async (_case, x, values, expected) => {
    expect(await onX('value-ranges', x, values)).toEqual([expected]);
  });

  it('that are not finite are counted by kind', async () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1];
    expect(await onX('finite-values', { type: 'double' }, values)).toEqual([
      'warn WARN x: 3 of 4 values of "x" are not finite (1 NaN, 2 infinite).',
    ]);
    expect(await onX('finite-values', { type: 'double' }, [1, null])).toEqual([
      'warn PASS -: No NaN and no infinity in 1 column(s).',
    ]);
    expect(await onX('finite-values', { type: 'integer' }, [1])).toEqual([
      'warn NOT_APPLICABLE -: No column is of type double.',
    ]);
  });

  it.each([
    [
      1,
      'warn WARN x: 1 of 100 values of "x" is not among the allowed ones: a, b, first in "f0.csv" row 100: "c". Tolerated: 99 % have to hold.',
    ],
    [
      2,
      'block FAIL x: 2 of 100 values of "x" are not among the allowed ones: a, b, first in "f0.csv" row 99: "c".',
    ],
    [0, 'block PASS -: 1 column(s) hold allowed values only.'],
  ])('with %i of 100 outside the closed set', async (outside, expected) => {
    const values = [...repeat('a', 100 - outside), ...repeat('c', outside)];
    expect(await onX('allowed-values', { type: 'string', allowedValues: ['a', 'b'] }, values)).toEqual([
      expected,
    ]);
  });

  it('of a long closed set, and numbers written in another way, are allowed', async () => {
    const allowedValues = Array.from({ length: 100 }, (_, index) => `v${index}`);
    const text = await onX('allowed-values', { type: 'string', allowedValues }, ['v0', 'v99', null, 'w']);
    expect(text[0]).toContain('1 of 3 values of "x" is not among the allowed ones: v0, v1');
    expect(text[0]).toContain('and 80 more, first in "f0.csv" row 4: "w"');
    const numbers = await onX('allowed-values', { type: 'double', allowedValues: ['1', '2.50'] }, [
      1,
      2.5,
      null,
    ]);
    expect(numbers).toEqual(['block PASS -: 1 column(s) hold allowed values only.']);
  });

  it.each([
    [{ pattern: '[A-Z]{2}\\d' }, ['AB1', 'XAB1'], 'does not have the pattern [A-Z]{2}\\d', '"XAB1"'],
    [{ minimumLength: 2 }, ['äö', 'ä'], 'does not have at least 2 characters', '"ä"'],
    [{ maximumLength: 2 }, ['😀😀', '😀😀😀'], 'does not have at most 2 characters', '"😀😀😀"'],
  ] as const)('of the shape %j', async (x, values, reason, shown) => {
    expect(await onX('text-shape', { type: 'string', ...x }, values)).toEqual([
      `block FAIL x: 1 of 2 values of "x" ${reason}, first in "f0.csv" row 2: ${shown}.`,
    ]);
  });

  it('that are declared unique repeat', async () => {
    const more = (rows: number) => ({
      check: {
        duplicates: {
          duplicateRows: 0,
          repeatedIds: 0,
          repeatedValues: { x: { rows, examples: [{ file: 0, row: 2 }] } },
        },
      },
    });
    expect(await onX('unique-values', { unique: true }, [1, 1, null], {}, more(1))).toEqual([
      'block FAIL x: 1 of 2 values of "x" repeats an earlier one, but the column is declared unique, first in "f0.csv" row 2.',
    ]);
    expect(await onX('unique-values', { unique: true }, [1, 2], {}, more(0))).toEqual([
      'block PASS -: No value occurs twice in 1 column(s).',
    ]);
    expect(await onX('unique-values', { unique: true }, [1, 1])).toEqual([
      'block NOT_APPLICABLE -: Repeated values were not looked for.',
    ]);
    expect(await onX('unique-values', {}, [1, 1], {}, more(1))).toEqual([
      'block NOT_APPLICABLE -: No column is declared unique.',
    ]);
  });
});

describe('null-rate', () => {
  it.each([
    ['target', aDataset([TARGET])],
    ['key', aDataset([column('y', { role: 'key' })], { key: 'y', target: 'z' })],
  ])('blocks a row without %s, whatever the settings say', async (role, settings) => {
    const { checks } = await check({
      settings: { ...settings, checks: { 'null-rate': { severity: 'off' } } },
      files: [[{ y: 1 }, { y: null }]],
    });
    expect(findings(checks, 'null-rate')).toEqual([
      `block FAIL y: 1 of 2 rows (50 %) have no value in "y", but the ${role} of every row is needed, first in "f0.csv" row 2.`,
    ]);
  });

  it('blocks a missing value where none is allowed, and not one that is of another type', async () => {
    expect(await onX('null-rate', { nullable: false }, [1, null])).toEqual([
      'block FAIL x: 1 of 2 rows (50 %) have no value in "x", but it is declared not nullable, first in "f0.csv" row 2.',
    ]);
    const files = [
      [
        { x: 1, y: 0 },
        { y: 1, bad: { x: 'abc' } },
      ],
    ];
    const { checks } = await check({ settings: aDataset([column('x', { nullable: false }), TARGET]), files });
    expect(findings(checks, 'null-rate')[0]).toMatch(/^warn PASS/);
  });

  it('blocks above a declared share', async () => {
    const checks = { 'null-rate': { maximum: 0.5 } };
    expect((await onX('null-rate', { checks }, [1, null]))[0]).toMatch(/^warn PASS/);
    expect((await onX('null-rate', { checks }, [1, null, null]))[0]).toBe(
      'block FAIL x: 2 of 3 rows (66.7 %) have no value in "x"; at most 50 % may be missing.',
    );
  });

  // 99.9 % Wilson, z = 3.2905. 20 of 1,000 before: upper bound 4.0 %. 30 of 100: lower bound 17.6 %. 6 of 100: 1.6 %
  it.each([
    [
      'clearly more than before',
      20,
      30,
      'warn WARN x: 30 of 100 rows (30 %) have no value in "x", clearly more than the 2 % of the version before.',
    ],
    ['more, but within chance', 20, 6, 'warn PASS'],
    ['as many as before', 300, 30, 'warn PASS'],
    ['fewer than before', 500, 5, 'warn PASS'],
  ])('%s', async (_case, missing, now, expected) => {
    const values = [...repeat(1, 100 - now), ...repeat(null, now)];
    const [found] = await onX('null-rate', {}, values, {}, { check: { head: versionBefore({ missing }) } });
    expect(found).toContain(expected);
  });

  it('says nothing of a rise that is certain but small', async () => {
    // 0 of a million before, 90 of 10,000 now: certain, but less than a point
    const head = versionBefore({ missing: 0, rows: 1_000_000 });
    const values = [...repeat(1, 9_910), ...repeat(null, 90)];
    expect((await onX('null-rate', {}, values, {}, { check: { head } }))[0]).toMatch(/^warn PASS/);
    const checks = { 'null-rate': { minimumIncrease: 0.005 } };
    expect((await onX('null-rate', { checks }, values, {}, { check: { head } }))[0]).toMatch(
      /^warn WARN x: 90 of 10000/,
    );
  });
});

describe('compared with the version before', () => {
  const withHead = (head: ReturnType<typeof versionBefore>) => ({ facts: { head }, check: { head } });
  // quartiles 25 and 75: 3 x 50 beyond 0 and 100
  it.each([
    [[-150, 250], 'warn PASS'],
    [
      [-151, 250],
      'warn WARN x: 1 of 2 values of "x" lies far outside the range of the version before, first in "f0.csv" row 1: "-151".',
    ],
    [[0, 251], 'warn WARN x: 1 of 2 values of "x" lies far outside'],
  ])('numbers %j', async (values, expected) => {
    expect((await onX('soft-ranges', {}, values, {}, withHead(versionBefore())))[0]).toContain(expected);
  });

  it('numbers that were mostly one value are compared by their deviation', async () => {
    // sigma = sqrt(90000 / 1000) = 9.49; 3 x 1.349 x 9.49 = 38.4 beyond 100
    const grid = { edges: [0], counts: [1_000, 0], sums: [0, 0] };
    const head = withHead(versionBefore({ grid }));
    expect((await onX('soft-ranges', {}, [0, 138], {}, head))[0]).toMatch(/^warn PASS/);
    expect((await onX('soft-ranges', {}, [0, 139], {}, head))[0]).toMatch(/^warn WARN/);
  });

  it.each([
    [
      1,
      'info PASS x: 1 of 100 values of "x" (1 %) did not occur in the version before; usual is up to 1 %, first in "f0.csv" row 100: "c".',
    ],
    [2, 'warn WARN x: 2 of 100 values of "x" (2 %) did not occur in the version before'],
    [0, 'warn PASS -: 1 column(s) hold no category that is new.'],
  ])('%i of 100 categories that are new', async (fresh, expected) => {
    const values = [...repeat('a', 100 - fresh), ...repeat('c', fresh)];
    const found = await onX(
      'new-categories',
      { type: 'string' },
      values,
      {},
      withHead(versionBefore(categories)),
    );
    expect(found).toEqual([expect.stringContaining(expected)]);
  });

  it('categories are not compared when the profile does not list them all', async () => {
    const head = withHead(versionBefore({ ...categories, other: 5 }));
    expect((await onX('new-categories', { type: 'string' }, ['c', 'c'], {}, head))[0]).toMatch(
      /NOT_APPLICABLE/,
    );
  });

  it.each([
    [{}, 500, 'warn PASS'],
    [
      {},
      499,
      'warn WARN -: The upload has 499 rows, 0.499 times the 1000 of the version before; usual is at least 0.5 times',
    ],
    [{ ratioToPrevious: { minimum: 0, maximum: 0.4 } }, 500, 'warn WARN'],
    [
      { minimum: 501 },
      500,
      'block FAIL -: The upload has 500 rows; expected are 501 to any number (dataset.expectedRows).',
    ],
    [{ maximum: 499 }, 500, 'block FAIL -: The upload has 500 rows; expected are 0 to 499'],
  ])('%j and %i rows', async (expectedRows, rows, expected) => {
    const found = await onX(
      'row-count',
      {},
      repeat(1, rows),
      { expectedRows },
      { check: { head: versionBefore() } },
    );
    expect(found[0]).toContain(expected);
  });

  it('an upload that adds to others may be small', async () => {
    const found = await onX(
      'row-count',
      {},
      [1],
      { uploads: 'append' },
      { check: { head: versionBefore() } },
    );
    expect(found).toEqual(['warn PASS -: 1 rows, as expected.']);
  });

  it('changes of the schema have the severity of the policy', async () => {
    const schemaChanges = [{ column: 'x', kind: 'dropped', severity: 'block', reason: 'Gone.' }] as const;
    const found = await onX(
      'schema-evolution',
      {},
      [1, 2],
      {},
      { check: { schemaChanges, head: versionBefore() } },
    );
    expect(found).toEqual(['block FAIL x: Gone.']);
    expect(await onX('schema-evolution', {}, [1, 2])).toEqual([
      'block NOT_APPLICABLE -: This is the first version.',
    ]);
  });
});

describe('rows', () => {
  const key = [column('id', { type: 'string', role: 'key' }), TARGET];
  const rows = [
    { id: 'a', y: 0 },
    { id: 'b', y: 1 },
    { id: 'b', y: 1 },
  ];

  it('with a key that another row has are told, and the last one stays', async () => {
    const { checks } = await check({
      settings: aDataset(key, { key: 'id' }),
      files: [rows],
      check: { duplicates: { duplicateRows: 1, repeatedIds: 1, ownDroppedRows: 1, supersededRows: 2 } },
    });
    expect(findings(checks, 'keys-unique')).toEqual([
      'warn WARN id: 1 identity in "id" belong to more than one row; the last row of each stays, 1 row is left out.',
      'info PASS id: 2 rows of earlier uploads are replaced: they have the same "id".',
    ]);
    expect(findings(checks, 'duplicate-rows')).toEqual([
      'warn WARN -: 1 of 3 rows (33.3 %) repeat an earlier one in every column; usual is up to 1 %.',
    ]);
    expect(findings(checks, 'minimum-rows')).toEqual(['block PASS -: 2 rows, at least 1 are needed.']);
  });

  it.each([
    [
      'too few',
      {},
      {},
      'block FAIL -: The version would have 3 rows; at least 4 are needed (dataset.minimumRows).',
    ],
    ['enough with those before', { uploads: 'append' }, { head: versionBefore() }, 'block PASS -: 1003 rows'],
    ['too few, because a snapshot replaces', {}, { head: versionBefore() }, 'block FAIL'],
  ] as const)('are %s', async (_case, settings, more, expected) => {
    const { checks } = await check({
      settings: aDataset(key, { minimumRows: 4, ...settings }),
      files: [rows],
      check: more,
    });
    expect(findings(checks, 'minimum-rows')[0]).toContain(expected);
  });

  it('have targets of two classes', async () => {
    const of = async (
      targets: readonly number[],
      more: object = {},
      settings: Partial<DatasetSettings> = {},
    ) => {
      const files = [targets.map((y) => ({ y }))];
      const { checks } = await check({ settings: aDataset([TARGET], settings), files, check: more });
      return findings(checks, 'target-values');
    };
    expect(await of([0, 1, 2])).toEqual([
      'block FAIL y: 1 of 3 rows have a target that is neither 0/1 nor true/false: "2" (1).',
    ]);
    expect((await of([0, ...repeat(5, 11)]))[0]).toContain('true/false, first in "f0.csv" row 2: "5".');
    expect(await of([1, 1])).toEqual([
      'block FAIL y: All 2 rows have the same target (1): there is nothing to tell apart.',
    ]);
    expect((await of([1, 1], { head: versionBefore() }, { uploads: 'append' }))[0]).toMatch(/^block PASS/);
  });

  it('report the balance of the classes', async () => {
    const of = async (positives: number, rowCount: number) => {
      const files = [Array.from({ length: rowCount }, (_, index) => ({ y: index < positives ? 1 : 0 }))];
      return findings((await check({ settings: aDataset([TARGET]), files })).checks, 'class-balance');
    };
    expect(await of(1, 100)).toEqual([
      'warn PASS -: Of 100 labelled rows "y" is 0 in 99 rows (99 %), 1 in 1 rows (1 %).',
    ]);
    expect((await of(1, 101))[0]).toMatch(/^warn WARN y: Of 101 labelled rows/);
  });

  it.each([
    ['one value', [7, 7], {}, 'warn WARN x: Column "x" has the same value in all 2 rows.'],
    ['no value', [null, null], {}, 'warn WARN x: Column "x" has no value in any of 2 rows.'],
    ['a value or none', [7, null], {}, 'warn PASS'],
    ['one value, ignored', [7, 7], { role: 'ignored' }, 'warn PASS'],
    ['one text', ['a', 'a'], { type: 'string' }, 'warn WARN'],
    ['a single row', [7], {}, 'warn NOT_APPLICABLE'],
  ] as const)('with %s in a column', async (_case, values, x, expected) => {
    expect((await onX('constant-columns', x, values))[0]).toContain(expected);
  });
});

describe('event-times', () => {
  const settings = (more: Partial<DatasetSettings> = {}) =>
    aDataset([column('at', { type: 'timestamp', role: 'event-time' }), TARGET], { eventTime: 'at', ...more });
  const at = async (times: readonly (string | null)[], own: DatasetSettings, uploaded: string) => {
    const files = [times.map((time, index) => ({ at: time, y: index % 2 }))];
    const { checks } = await check({ settings: own, files, check: { uploadedAtMs: Date.parse(uploaded) } });
    return findings(checks, 'event-times');
  };

  it('are as fresh as declared', async () => {
    const fresh = settings({ freshness: { maximumAgeHours: 24 } });
    const times = ['2001-01-01 00:00:00', '2001-01-02 00:00:00'];
    expect(await at(times, fresh, '2001-01-03T00:00:00Z')).toEqual([
      'warn PASS -: Events from 2001-01-01T00:00:00.000Z to 2001-01-02T00:00:00.000Z.',
    ]);
    expect(await at(times, fresh, '2001-01-03T00:00:01Z')).toEqual([
      'block FAIL at: The newest event (2001-01-02T00:00:00.000Z) is 24 hours older than the upload; at most 24 are allowed (dataset.freshness).',
    ]);
    expect((await at(times, settings(), '2011-01-03T00:00:00Z'))[0]).toMatch(/^warn PASS/);
  });

  it('do not lie a day after the upload', async () => {
    const times = [null, '2001-01-03 00:00:01'];
    expect(await at(times, settings(), '2001-01-02T00:00:00Z')).toEqual([
      'warn WARN at: The newest event (2001-01-03T00:00:01.000Z) lies 24 hours after the upload, first in "f0.csv" row 2: "2001-01-03T00:00:01.000Z".',
    ]);
    expect((await at([times[1]!], settings(), '2001-01-02T00:00:01Z'))[0]).toMatch(/^warn PASS/);
  });

  it('do not fall within a file where they are declared monotonic', async () => {
    const monotonic = settings({ checks: { 'event-times': { monotonic: true } } });
    const times = ['2001-01-01 10:00:00', null, '2001-01-01 09:00:00', '2001-01-01 09:00:00'];
    expect(await at(times, monotonic, '2001-01-02T00:00:00Z')).toEqual([
      'block FAIL at: 1 of 4 rows are older than the row before in their file, but times are declared monotonic, first in "f0.csv" row 3: "2001-01-01T09:00:00.000Z".',
    ]);
    expect((await at(times, settings(), '2001-01-02T00:00:00Z'))[0]).toMatch(/^warn PASS/);
  });

  it('are not looked at without any', async () => {
    expect(await at([null], settings(), '2001-01-02T00:00:00Z')).toEqual([
      'warn NOT_APPLICABLE -: No row has an event time.',
    ]);
  });
});

describe('predicates', () => {
  const columns = [column('a'), column('b', { type: 'string', role: 'sensitive' }), TARGET];
  const rows = [
    { a: 1, b: 'x', y: 0 },
    { a: 5, b: 'secret', y: 1 },
    { a: null, b: null, y: 0 },
  ];
  const of = async (sql: string, more: object = {}) => {
    const settings = aDataset(columns, { predicates: [{ name: 'rule', sql, ...more }] });
    return findings((await check({ settings, files: [rows] })).checks, 'predicates')[0]!;
  };

  it('hold, do not hold, and pass where they are NULL', async () => {
    expect(await of('a > 0')).toBe('block PASS -: Predicate "rule" (a > 0) holds in all 3 rows.');
    expect(await of('a < 5')).toBe(
      'block FAIL -: Predicate "rule" (a < 5) does not hold in 1 of 3 rows, first in "f0.csv" row 2.',
    );
    expect(await of('a < 5', { mostly: 0.6 })).toMatch(/^warn WARN .* Tolerated: 60 % have to hold\.$/);
    expect(await of('a < 5', { severity: 'off' })).toMatch(/^info NOT_APPLICABLE/);
  });

  it.each([
    ["a between 0 and 9 and (lower(b) in ('x', 'secret') or y = 1)"],
    ['case when a > 1 then b is not null else true end'],
    ['coalesce(a, 0) >= 0 and nullif(a, 7) is distinct from 8 -- a comment'],
    ["regexp_matches(b, '^[a-z]+$') and length(b) * 2 < abs(-100)"],
    ['"y" = 0 or a::double / 2 > 1.5'],
  ])('may be: %s', async (sql) => {
    expect(await of(sql)).toMatch(/^block PASS/);
  });

  it.each([
    ['(select max(a) from data) > 1', 'it holds a subquery'],
    ["exists (select * from read_csv('/etc/passwd'))", 'it holds a subquery'],
    ['a > 1) from data where (true', 'it does not parse'],
    ['true) from data; drop table data; select (true', 'it is not one SQL expression'],
    ['true) from (select 1) as t(a) where (true', 'it does not parse'],
    ['row_number() over () > 1', 'it holds a window function'],
    ['*', 'it holds *'],
    ['current_localtimestamp() is not null', 'the function current_localtimestamp is none'],
    ['a > $1', 'it holds a parameter'],
    ["getenv('AWS_SECRET_ACCESS_KEY') is null", 'the function getenv is none'],
    ["current_setting('home_directory') = ''", 'the function current_setting is none'],
    ['random() < 2', 'the function random is none'],
    ['now() is not null', 'the function now is none'],
    ['sum(a) > 1', 'the function sum is none'],
    ['no_such(a) > 1', 'the function no_such is none'],
    ['c > 1', 'there is no column "c"; the columns are a, b, y'],
    ['__bad is null', 'there is no column "__bad"'],
    ['a + > 1', 'it does not parse'],
    ['', 'it does not parse'],
  ])('may not be: %s', async (sql, fault) => {
    expect(await of(sql)).toContain(`cannot be evaluated: ${fault}`);
  });

  it('that fail while they run show no value, and hide no other', async () => {
    const settings = aDataset(columns, {
      predicates: [
        { name: 'cast', sql: 'cast(b as integer) > 1' },
        { name: 'good', sql: 'a > 0' },
      ],
    });
    const { checks } = await check({ settings, files: [rows] });
    const [failed, good] = findings(checks, 'predicates');
    expect(failed).toContain(
      'Predicate "cast" (cast(b as integer) > 1) cannot be evaluated: Conversion Error: Could not convert string \'...\'',
    );
    expect(good).toMatch(/^block PASS/);
    expect(JSON.stringify(checks)).not.toContain('secret');
  });
});

describe('leakage-hints', () => {
  /** 200 rows of either class; `leak` gives a feature's value from label and number. */
  const of = async (
    x: Partial<ColumnSettings>,
    leak: (y: number, index: number) => number | string | null,
    settings: Partial<DatasetSettings> = {},
  ) => {
    const files = [Array.from({ length: 400 }, (_, index) => ({ x: leak(index % 2, index), y: index % 2 }))];
    const { checks } = await check({ settings: aDataset([column('x', x), TARGET], settings), files });
    return findings(checks, 'leakage-hints')[0]!;
  };

  it('tells of a number that separates the classes, in either direction', async () => {
    expect(await of({}, (y, index) => y * 1_000 + index)).toBe(
      'warn WARN x: Feature "x" alone predicts the target almost perfectly (AUC 1.000 on 400 sampled rows). If it is known only after the outcome, give it the role ignored.',
    );
    expect(await of({}, (y, index) => -y * 1_000 + index)).toMatch(/^warn WARN x/);
  });

  it('tells of a value that is missing just for one class', async () => {
    expect(await of({}, (y, index) => (y ? null : index))).toMatch(/^warn WARN x/);
  });

  it('tells of categories and codes that mean one class each', async () => {
    expect(await of({ type: 'string' }, (y, index) => `${y}-${index % 5}`)).toMatch(/^warn WARN x/);
    // 0 and 2 are one class, 1 the other: no order tells them apart
    expect(await of({}, (y, index) => (y ? 1 : index % 4))).toMatch(/^warn WARN x/);
  });

  it('is not taken in by an identifier, whose every value occurs once', async () => {
    expect(await of({ type: 'string' }, (_y, index) => `id-${index}`)).toBe(
      'warn PASS -: None of 1 features alone predicts the target.',
    );
  });

  it('says nothing of a good feature', async () => {
    // of 200 each: positives 40..239, negatives 0..199: P(p > n) = 1 - 160 x 159 / 2 / 40000 - ties = 0.68
    expect(await of({}, (y, index) => Math.floor(index / 2) + y * 40)).toMatch(/^warn PASS/);
    expect(
      await of({}, (y, index) => Math.floor(index / 2) + y * 40, {
        checks: { 'leakage-hints': { auc: 0.6 } },
      }),
    ).toMatch(/AUC 0\.68/);
  });

  it('needs fifty rows of either class', async () => {
    const files = (rows: number) => [
      Array.from({ length: rows }, (_, index) => ({ x: index % 2, y: index % 2 })),
    ];
    const settings = aDataset([column('x'), TARGET]);
    const few = await check({ settings, files: files(98) });
    expect(findings(few.checks, 'leakage-hints')[0]).toBe(
      'warn NOT_APPLICABLE -: A class has fewer than 50 rows: too few to tell.',
    );
    const enough = await check({ settings, files: files(100) });
    expect(findings(enough.checks, 'leakage-hints')[0]).toMatch(/^warn WARN x/);
  });
});

describe('in plain words', () => {
  const found = (verdict: Check['verdict'], reason: string): Check => {
    return {
      check: 'some-check',
      severity: verdict === 'FAIL' ? 'block' : 'warn',
      verdict,
      reason,
      examples: [],
    };
  };
  const document = (...checks: Check[]): ChecksDocument => ({
    format: 1,
    upload: 'u',
    verdict: 'PASS',
    checks,
  });

  const checks = document(
    found('WARN', 'Odd.'),
    found('FAIL', 'Bad.'),
    found('PASS', 'Fine.'),
    found('FAIL', 'Worse.'),
  );

  it('come what blocks, or what warns', () => {
    expect(describeFindings(checks, 'FAIL', 'c.json')).toEqual(['Bad.', 'Worse.']);
    expect(describeFindings(checks, 'WARN', 'c.json')).toEqual(['Odd.']);
    expect(describeFindings(document(found('PASS', 'Fine.')), 'FAIL', 'c.json')).toEqual([]);
  });

  it('stay short', () => {
    const many = document(
      ...Array.from({ length: 40 }, (_, index) => found('FAIL', `${index} ${'x'.repeat(2000)}`)),
    );
    const sentences = describeFindings(many, 'FAIL', 'rejected/u/checks.json');
    expect(sentences).toHaveLength(11);
    expect(sentences[9]).toBe(`9 ${'x'.repeat(998)}...`);
    expect(sentences[10]).toBe('30 more findings are in rejected/u/checks.json.');
  });
});
