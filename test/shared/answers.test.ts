import { describe, expect, it } from 'vitest';
import { type AnswerForm, answerForm, parseAnswers, thresholdOf } from '../../lambdas/shared/answers.ts';
import type { OutputSettings, ProblemSettings } from '../../lambdas/shared/settings.ts';
import { aProject } from './project-fixture.ts';

const binary: ProblemSettings = { type: 'binary', classes: ['no', 'yes'] };
const three: ProblemSettings = { type: 'multiclass', classes: ['a', 'b', 'c'] };
const regression: ProblemSettings = { type: 'regression' };
const csv: OutputSettings = { contentType: 'text/csv', kind: 'probability' };
const lines: OutputSettings = { contentType: 'application/jsonlines', kind: 'probability' };
const json: OutputSettings = { contentType: 'application/json', kind: 'probability' };

describe('answers', () => {
  it.each<[string, string, AnswerForm, number[][]]>([
    ['CSV, blank lines left out', '0.1\n\n0.2\r\n', { problem: binary, output: csv }, [[0.1], [0.2]]],
    ['no answer', '', { problem: binary, output: csv }, []],
    ['several classes', '0.1,0.2,0.7\n', { problem: three, output: csv }, [[0.1, 0.2, 0.7]]],
    [
      'any number of a regression',
      '-12.5\n3e2',
      { problem: regression, output: { ...csv, kind: 'value' } },
      [[-12.5], [300]],
    ],
    ['scores of any size', '-3\n4', { problem: binary, output: { ...csv, kind: 'score' } }, [[-3], [4]]],
    ['JSON Lines of numbers', '0.1\n0.2\n', { problem: binary, output: lines }, [[0.1], [0.2]]],
    [
      'JSON Lines with a member',
      '{"p":{"all":[0.5,0.25,0.25]}}',
      { problem: three, output: { ...lines, value: 'p.all' } },
      [[0.5, 0.25, 0.25]],
    ],
    ['JSON', '{"predictions":[0.1,0.2]}', { problem: binary, output: json }, [[0.1], [0.2]]],
    [
      'JSON with names of its own',
      '{"out":{"rows":[{"score":0.3}]}}',
      { problem: binary, output: { ...json, list: 'out.rows', value: 'score' } },
      [[0.3]],
    ],
  ])('are read: %s', (_name, body, form, expected) => {
    expect(parseAnswers(body, form)).toEqual(expected);
  });

  it.each<[string, string, AnswerForm, string]>([
    ['a text', '0.1\nx', { problem: binary, output: csv }, 'row 2 is x; expected is one probability in 0..1'],
    ['no probability', '1.5', { problem: binary, output: csv }, 'row 1 is 1.5; expected is one probability'],
    [
      'too few classes',
      '0.5,0.5',
      { problem: three, output: csv },
      'row 1 is 0.5,0.5; expected is 3 numbers, each a probability in 0..1, one for each class',
    ],
    ['too many columns', '0.5,0.5', { problem: binary, output: csv }, 'expected is one probability'],
    ['no JSON', 'oops', { problem: binary, output: lines }, 'row 1 is no JSON: oops'],
    ['no list', '{"scores":[1]}', { problem: binary, output: json }, 'no list "predictions"'],
    ['a member that is not there', '{"p":1}', { problem: binary, output: { ...lines, value: 'q' } }, 'row 1'],
    ['infinity', 'Infinity', { problem: regression, output: { ...csv, kind: 'value' } }, 'one number'],
  ])('are refused: %s', (_name, body, form, message) => {
    expect(() => parseAnswers(body, form)).toThrow(message);
  });

  it('are probabilities of two classes, or values, in CSV unless the trainer says otherwise', () => {
    const project = aProject();
    expect(answerForm(project)).toEqual({ problem: { type: 'binary', classes: ['0', '1'] }, output: csv });
    expect(answerForm({ ...project, problem: regression }).output.kind).toBe('value');
    expect(thresholdOf({ problem: binary, output: csv })).toBe(0.5);
    expect(thresholdOf({ problem: binary, output: { ...csv, kind: 'score' } })).toBe(0);
  });
});
