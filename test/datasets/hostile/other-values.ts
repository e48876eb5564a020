/** Rows 92 to 104: booleans, times, several columns, sensitive values, targets. */
import { badValues, goodValues } from './bad-value.ts';
import { column, type HostileUpload, hostile } from './hostile-upload.ts';

const ISO = 'Write ISO 8601: 2001-12-31 or 2001-12-31T23:59:59Z.';

export const OTHER_VALUES: readonly HostileUpload[] = [
  badValues(92, 'yes and no', {
    values: ['yes', 'N', 'on'],
    declared: 'boolean',
    typed: [null, null, null],
    bad: ['yes', 'N', 'on'],
    sentence:
      '3 of 3 values of "x" are not of type boolean, first in "a.csv" row 1: "yes". Write true or false.',
  }),
  goodValues(
    93,
    'True, FALSE, 1, 0',
    'boolean',
    ['True', 'FALSE', '1', '0'],
    ['true', 'false', 'true', 'false'],
  ),
  badValues(94, 'days before months', {
    values: ['31/12/2001', '01/02/2001'],
    declared: 'timestamp',
    typed: [null, null],
    bad: ['31/12/2001', '01/02/2001'],
    sentence: `2 of 2 values of "x" are not of type timestamp, first in "a.csv" row 1: "31/12/2001". ${ISO}`,
  }),
  badValues(95, 'several formats', {
    values: ['2001-12-31', '12/31/01', 'Dec 31 2001'],
    declared: 'timestamp',
    typed: ['2001-12-31 00:00:00', null, null],
    bad: ['12/31/01', 'Dec 31 2001'],
    sentence: `2 of 3 values of "x" are not of type timestamp, first in "a.csv" row 2: "12/31/01". ${ISO}`,
    note: 'Column "x" is text: 2 of 3 values are not times, first in "a.csv" row 2: "12/31/01". Declare its type to refuse such rows.',
  }),
  badValues(96, 'dates that are none', {
    values: ['2001-02-30', '0000-00-00'],
    declared: 'timestamp',
    typed: [null, null],
    bad: ['2001-02-30', '0000-00-00'],
    sentence: '2 of 2 values of "x" are not of type timestamp, first in "a.csv" row 1: "2001-02-30".',
  }),
  goodValues(
    97,
    'the first and the last year',
    'timestamp',
    ['0001-01-01', '9999-12-31'],
    ['0001-01-01 00:00:00', '9999-12-31 00:00:00'],
  ),
  badValues(98, 'out of range', {
    values: ['99999-01-01', 'infinity'],
    declared: 'timestamp',
    typed: [null, null],
    bad: ['99999-01-01', 'infinity'],
    sentence:
      '2 of 2 values of "x" are not of type timestamp, first in "a.csv" row 1: "99999-01-01". Years go from 1 to 9999.',
    note: 'Column "x" is text: 1 of 2 values is not a number, first in "a.csv" row 1: "99999-01-01". Declare its type to refuse such rows.',
  }),
  goodValues(
    99,
    'offsets',
    'timestamp',
    ['2001-01-01T10:00:00+02:00', '2001-01-01T10:00:00Z', '2001-01-01 10:00:00'],
    ['2001-01-01 08:00:00', '2001-01-01 10:00:00', '2001-01-01 10:00:00'],
  ),
  badValues(100, 'a zone by name and a leap second', {
    values: ['2001-01-01 10:00 Europe/Paris', '2016-12-31T23:59:60Z'],
    declared: 'timestamp',
    typed: [null, null],
    bad: ['2001-01-01 10:00 Europe/Paris', '2016-12-31T23:59:60Z'],
    sentence:
      '2 of 2 values of "x" are not of type timestamp, first in "a.csv" row 1: "2001-01-01 10:00 Europe/Paris". Write the offset: +01:00 or Z.',
  }),
  badValues(101, 'seconds since 1970', {
    values: ['1700000000', '1700000001'],
    declared: 'timestamp',
    typed: [null, null],
    bad: ['1700000000', '1700000001'],
    sentence: `2 of 2 values of "x" are not of type timestamp, first in "a.csv" row 1: "1700000000". ${ISO}`,
    inferred: 'integer',
  }),
  hostile(102, 'two bad columns and a good one', 'x,z,w,y\nabc,1,1,0\n2,d,2,1\n', {
    verdict: 'FAIL',
    declared: { x: 'integer', z: 'integer', w: 'integer' },
    values: { x: [null, '2'], z: ['1', null], w: ['1', '2'], y: ['0', '1'] },
    bad: { x: ['abc'], z: ['d'], w: [], y: [] },
    says: [
      ['column-types', '1 of 2 values of "x" is not of type integer, first in "a.csv" row 1: "abc".'],
      ['column-types', '1 of 2 values of "z" is not of type integer, first in "a.csv" row 2: "d".'],
    ],
  }),
  hostile(103, 'a bad value in a sensitive column', column('secret', '1'), {
    verdict: 'FAIL',
    settings: {
      columns: [
        { name: 'x', type: 'integer', role: 'sensitive' },
        { name: 'y', type: 'integer', role: 'target' },
      ],
    },
    declared: { x: 'integer' },
    values: { x: [null, '1'] },
    bad: { x: ['secret'] },
    says: [
      [
        'column-types',
        '1 of 2 values of "x" is not of type integer, first in "a.csv" row 1 (sha256:...). The values of keys and sensitive columns are shown as hashes.',
      ],
    ],
  }),
  hostile(104, 'a third class', 'x,y\n1,0\n2,1\n3,2\n', {
    verdict: 'FAIL',
    values: { x: ['1', '2', '3'], y: ['0', '1', '2'] },
    says: [['target-values', '1 of 3 rows have a target that is neither 0/1 nor true/false: "2" (1).']],
  }),
];
