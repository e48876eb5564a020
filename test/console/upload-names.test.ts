import { expect, test } from 'vitest';
import { assertNamesDiffer } from '../../console/client/actions.ts';

test('files of one name are not uploaded together: the second would replace the first', () => {
  expect(() => assertNamesDiffer(['a/x.csv', 'b/x.csv'])).toThrow(/two of the files are called x\.csv/);
});

test('files of different names are', () => {
  expect(() => assertNamesDiffer(['a/x.csv', 'a/y.csv'])).not.toThrow();
});
