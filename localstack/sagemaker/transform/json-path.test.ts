/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html: the operators, with its examples. */
import { describe, expect, it } from 'vitest';
import { compileFilter, type Json } from './json-path.ts';

const take = (path: string, record: Json) => compileFilter(path, 'InputFilter')(record);

describe('filters of transform jobs', () => {
  const row: Json = ['id', '1', '2', '0.9'];
  const object: Json = { id: 7, features: [1, 2, 3], SageMakerOutput: { score: 0.5 } };

  it.each<[path: string, record: Json, found: Json]>([
    ['$', row, row],
    ['$[1:]', row, ['1', '2', '0.9']],
    ['$[:-1]', row, ['id', '1', '2']],
    ['$[0,-1]', row, ['id', '0.9']],
    ['$[0]', row, 'id'],
    ['$.features', object, [1, 2, 3]],
    ['$.features[1]', object, 2],
    ["$['id']", object, 7],
    ["$['id','SageMakerOutput']", object, { id: 7, SageMakerOutput: { score: 0.5 } }],
    ['$.SageMakerOutput.*', object, [0.5]],
  ])('%s of %j', (path, record, found) => {
    expect(take(path, record)).toEqual(found);
  });

  it('refuses what is no path', () => {
    for (const path of ['id', '$..id', '$[?(@.a)]', `$.${'a'.repeat(70)}`]) {
      expect(() => compileFilter(path, 'OutputFilter'), path).toThrow(/^Invalid JSONPath/);
    }
  });
});
