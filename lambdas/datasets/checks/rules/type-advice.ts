/** What to do about a value that is not of its column's type, told from the value. */
import type { ColumnType } from '../../../shared/settings.ts';

interface Advice {
  readonly types: readonly ColumnType[];
  readonly when: RegExp;
  readonly advice: string;
}

const NUMBERS = ['integer', 'double'] as const;
const ANY = ['integer', 'double', 'boolean', 'timestamp'] as const;
const ISO = 'Write ISO 8601: 2001-12-31 or 2001-12-31T23:59:59Z.';

/** The first that fits is given; a value that fits none speaks for itself. */
const ADVICE: readonly Advice[] = [
  { types: ['integer'], when: /^[+-]?nan$/i, advice: 'An integer has no NaN: leave the field empty.' },
  {
    types: ANY,
    when: /^(\s*|n\/?a|null|none|nil|nan|-+|\?+|\.|unknown|missing|undefined)$/i,
    advice: 'If these mean "missing", add them to dataset.nullValues.',
  },
  { types: ANY, when: /^\s*[[{]/, advice: 'Flatten objects and arrays into columns of their own.' },
  {
    types: NUMBERS,
    when: /^[+-]?\d{1,3}([,'\u00a0\u202f ]\d{3})+(\.\d*)?$/,
    advice: 'Write numbers without thousands separators.',
  },
  { types: NUMBERS, when: /^[+-]?[\d.]*,\d+$/, advice: 'Write a decimal point.' },
  {
    types: ['integer'],
    when: /^[+-]?\d{19,}(\.0*)?$/,
    advice: 'Integers lie between -2^63 and 2^63-1; declare an identifier as string.',
  },
  {
    types: ['integer'],
    when: /^[+-]?\d+(\.\d*)?e[+-]?\d+$/i,
    advice: 'Declare the column as double, or write the digits.',
  },
  { types: ['double'], when: /^[+-]?\d+(\.\d*)?e\+?\d{3,}$/i, advice: 'Doubles end at 1.8e308.' },
  {
    types: NUMBERS,
    when: /^(?=.*[^\x20-\x7e])[\u2212\uff0d\uff0b+-]?[\p{Nd}.,\uff0e]+$/u,
    advice: 'Write the digits 0 to 9 and the sign "-".',
  },
  { types: ['boolean'], when: /^(y|yes|n|no|on|off|t|f)$/i, advice: 'Write true or false.' },
  { types: ['timestamp'], when: /^[+-]?(\d{5,}-\d|inf)/i, advice: 'Years go from 1 to 9999.' },
  // the shape of ISO 8601: what is wrong is a day that is none, which the value says itself, or the zone
  {
    types: ['timestamp'],
    when: /^\d{4}-\d{2}-\d{2}[T ].*([A-Za-z]+\/[A-Za-z]+|[A-Z]{3,})$/,
    advice: 'Write the offset: +01:00 or Z.',
  },
  { types: ['timestamp'], when: /^(?!\d{4}-\d{2}-\d{2}([T ]|$))/, advice: ISO },
];

/** Advice for a value of a column that is declared or frozen as `type`; empty when the value says it all. */
export function adviceOnType(type: ColumnType, value: string): string {
  const fitting = ADVICE.find(({ types, when }) => types.includes(type) && when.test(value));
  return fitting?.advice ?? '';
}
