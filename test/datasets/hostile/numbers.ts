/** Rows 71 to 91: numbers. */
import { badValues, goodValues } from './bad-value.ts';
import { column, type HostileUpload, hostile, overRange } from './hostile-upload.ts';

const MISSING = ['NA', 'N/A', 'null', '-', '1'];

export const NUMBERS: readonly HostileUpload[] = [
  badValues(71, 'thousands separators', {
    values: ['"1,234"', '5'],
    declared: 'double',
    typed: [null, '5.0'],
    bad: ['1,234'],
    sentence:
      '1 of 2 values of "x" is not of type double, first in "a.csv" row 1: "1,234". Write numbers without thousands separators.',
    kept: ['1,234', '5'],
    note: 'Column "x" is text: 1 of 2 values is not a number, first in "a.csv" row 1: "1,234". Declare its type to refuse such rows.',
  }),
  badValues(72, 'units', {
    values: ['45%', '$1200'],
    declared: 'double',
    typed: [null, null],
    bad: ['45%', '$1200'],
    sentence: '2 of 2 values of "x" are not of type double, first in "a.csv" row 1: "45%".',
  }),
  badValues(73, 'words for missing', {
    values: MISSING,
    declared: 'double',
    typed: [null, null, null, null, '1.0'],
    bad: ['NA', 'N/A', 'null', '-'],
    sentence:
      '4 of 5 values of "x" are not of type double, first in "a.csv" row 1: "NA". If these mean "missing", add them to dataset.nullValues.',
    note: 'Column "x" is text: 4 of 5 values are not numbers, first in "a.csv" row 1: "NA". Declare its type to refuse such rows.',
  }),
  hostile(74, 'declared words for missing', column(...MISSING), {
    verdict: 'PASS',
    declared: { x: 'double' },
    settings: { nullValues: ['NA', 'N/A', 'null', '-'] },
    values: { x: [null, null, null, null, '1.0'] },
    bad: { x: [] },
  }),
  goodValues(75, 'empty fields', 'integer', ['', '""', '3'], [null, null, '3']),
  badValues(76, 'a blank', {
    values: ['" "', '3'],
    declared: 'double',
    typed: [null, '3.0'],
    bad: [' '],
    sentence:
      '1 of 2 values of "x" is not of type double, first in "a.csv" row 1: " ". If these mean "missing", add them to dataset.nullValues.',
    kept: [' ', '3'],
    note: 'Column "x" is text: 1 of 2 values is not a number, first in "a.csv" row 1: " ". Declare its type to refuse such rows.',
  }),
  hostile(77, 'NaN and infinities', column('NaN', 'inf', '-Infinity', '1.5'), {
    verdict: 'WARN',
    declared: { x: 'double' },
    values: { x: ['nan', 'inf', '-inf', '1.5'] },
    says: [['finite-values', '3 of 4 values of "x" are not finite (1 NaN, 2 infinite).']],
  }),
  badValues(78, 'NaN among integers', {
    values: ['1', 'NaN'],
    declared: 'integer',
    typed: ['1', null],
    bad: ['NaN'],
    sentence:
      '1 of 2 values of "x" is not of type integer, first in "a.csv" row 2: "NaN". An integer has no NaN: leave the field empty.',
    inferred: 'double',
    kept: ['1.0', 'nan'],
    undeclared: {
      verdict: 'WARN',
      says: [['finite-values', '1 of 2 values of "x" is not finite (1 NaN).']],
    },
  }),
  badValues(79, '2^63', {
    values: ['9223372036854775808', '1'],
    declared: 'integer',
    typed: [null, '1'],
    bad: ['9223372036854775808'],
    sentence:
      '1 of 2 values of "x" is not of type integer, first in "a.csv" row 1: "9223372036854775808". Integers lie between -2^63 and 2^63-1; declare an identifier as string.',
    note: overRange('a.csv', '9223372036854775808'),
  }),
  goodValues(80, '2^53 + 1', 'integer', ['9007199254740993', '1'], ['9007199254740993', '1']),
  hostile(
    81,
    'leading zeros',
    column('00123', '00456'),
    { verdict: 'PASS', declared: { x: 'integer' }, values: { x: ['123', '456'] } },
    {
      verdict: 'PASS',
      types: { x: 'string' },
      values: { x: ['00123', '00456'] },
      says: [
        [
          'columns-inferred',
          'Column "x" is text: 2 of 2 values have leading zeros, first in "a.csv" row 1: "00123". Declare it as integer if they are numbers.',
        ],
      ],
    },
  ),
  goodValues(82, 'a sign', 'integer', ['+1', '-2'], ['1', '-2']),
  badValues(83, '1e5 among integers', {
    values: ['1e5', '3'],
    declared: 'integer',
    typed: [null, '3'],
    bad: ['1e5'],
    sentence:
      '1 of 2 values of "x" is not of type integer, first in "a.csv" row 1: "1e5". Declare the column as double, or write the digits.',
    inferred: 'double',
    kept: ['100000.0', '3.0'],
  }),
  badValues(84, '3.0 and 3.5 among integers', {
    values: ['3.0', '3.5'],
    declared: 'integer',
    typed: ['3', null],
    bad: ['3.5'],
    sentence: '1 of 2 values of "x" is not of type integer, first in "a.csv" row 2: "3.5".',
    inferred: 'double',
    kept: ['3.0', '3.5'],
  }),
  badValues(85, 'hexadecimal and underscores', {
    values: ['0x1F', '1_000'],
    declared: 'integer',
    typed: [null, null],
    bad: ['0x1F', '1_000'],
    sentence: '2 of 2 values of "x" are not of type integer, first in "a.csv" row 1: "0x1F".',
  }),
  badValues(86, 'above the range of double', {
    values: ['1e400', '1'],
    declared: 'double',
    typed: [null, '1.0'],
    bad: ['1e400'],
    sentence:
      '1 of 2 values of "x" is not of type double, first in "a.csv" row 1: "1e400". Doubles end at 1.8e308.',
    note: 'Column "x" is text: 1 of 2 values is not a number, first in "a.csv" row 1: "1e400". Declare its type to refuse such rows.',
  }),
  goodValues(
    87,
    'more digits than a double has',
    'double',
    ['0.12345678901234567890123', '1'],
    ['0.12345678901234568', '1.0'],
  ),
  badValues(88, 'full-width digits and a Unicode minus', {
    values: ['\uff11\uff12', '\u22123'],
    declared: 'integer',
    typed: [null, null],
    bad: ['\uff11\uff12', '\u22123'],
    sentence:
      '2 of 2 values of "x" are not of type integer, first in "a.csv" row 1: "\uff11\uff12". Write the digits 0 to 9 and the sign "-".',
  }),
  goodValues(89, 'blanks around numbers', 'integer', ['" 42 "', '7'], ['42', '7']),
  badValues(90, 'numbers and text', {
    values: ['1', '2', 'abc'],
    declared: 'integer',
    typed: ['1', '2', null],
    bad: ['abc'],
    sentence: '1 of 3 values of "x" is not of type integer, first in "a.csv" row 3: "abc".',
    note: 'Column "x" is text: 1 of 3 values is not a number, first in "a.csv" row 3: "abc". Declare its type to refuse such rows.',
  }),
  hostile(
    91,
    'text after 199,999 numbers',
    () => `x,y\n${Array.from({ length: 199_999 }, (_, at) => `${at},${at % 2}\n`).join('')}abc,1\n`,
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      rows: 200_000,
      bad: { x: ['abc'] },
      says: [
        [
          'column-types',
          '1 of 200000 values of "x" is not of type integer, first in "a.csv" row 200000: "abc".',
        ],
      ],
    },
    {
      verdict: 'PASS',
      rows: 200_000,
      types: { x: 'string' },
      says: [
        [
          'columns-inferred',
          'Column "x" is text: 1 of 200000 values is not a number, first in "a.csv" row 200000: "abc". Declare its type to refuse such rows.',
        ],
      ],
    },
  ),
];
