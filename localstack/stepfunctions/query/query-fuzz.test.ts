/** Paths and expressions that nobody would write: a value or an error of AWS's kind, never a crash or a hang. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StateFailure } from '../engine/failure.ts';
import type { Json } from '../json.ts';
import { find } from './json-path.ts';
import { parseSteps } from './json-path-parser.ts';
import { evaluateField } from './jsonata.ts';
import { expressionProblems } from './jsonata-references.ts';
import { evaluateTemplate } from './payload-template.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 400);
/** What JavaScript says of a bug. */
const BUG = /Cannot (read|set|convert)|is not (iterable|defined)|Maximum call stack|\[object Object\]/;

function textOf(tokens: readonly string[], longest = 14): fc.Arbitrary<string> {
  const part = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...tokens) }, fc.string({ maxLength: 3 }));
  return fc.array(part, { maxLength: longest }).map((parts) => parts.join(''));
}

const PATH_TOKENS = [
  '.',
  '..',
  '[',
  ']',
  '*',
  '@',
  '$',
  '?',
  '(',
  ')',
  ',',
  ':',
  "'a'",
  '"b"',
  'a',
  'b',
  '0',
  '-1',
  '1',
  '[?(',
  ')]',
  '==',
  '!=',
  '<',
  '>=',
  '=~',
  '/a/',
  '&&',
  '||',
  '!',
  'in',
  '[0]',
  "['a']",
  '.a',
  '.constructor',
  '.__proto__',
];
const INTRINSIC_TOKENS = [
  'States.',
  'Format(',
  'Array(',
  'MathAdd(',
  'StringSplit(',
  'JsonMerge(',
  'ArrayRange(',
  'Hash(',
  "'{}'",
  "'x'",
  ',',
  ')',
  '$',
  '$.a',
  '$$',
  '1',
  '-2.5',
  'true',
  'null',
  'constructor(',
  'ArrayPartition(',
  'StringToJson(',
  'UUID()',
];
const JSONATA_TOKENS = [
  '$states',
  '.input',
  '.a',
  '$',
  '$$',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  ';',
  ':=',
  '?',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '=',
  '!=',
  '<',
  '~>',
  '|',
  '^(',
  '..',
  '"x"',
  '1',
  '0',
  'null',
  'true',
  '$sum',
  '$map',
  '$string(',
  '$partition(',
  '$range(',
  '$hash(',
  '$parse(',
  '$random(',
  '$uuid()',
  'function($x){',
  '$x',
  ' and ',
  ' in ',
  '`b`',
  '/a/',
  '$error(',
  '@$i',
  '#$i',
];

const DATA = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

describe('fuzz', () => {
  test('a JSONPath is found or refused', () => {
    fc.assert(
      fc.property(textOf(PATH_TOKENS), DATA, (path, data) => {
        try {
          const found = find(data, parseSteps(path));
          expect(found === undefined || JSON.stringify(found) !== undefined).toBe(true);
        } catch (thrown) {
          expect(String(thrown)).not.toMatch(BUG);
          expect(String(thrown)).toMatch(/not supported|regular expression/);
        }
      }),
      { numRuns: RUNS * 5 },
    );
  });

  test('a template gives JSON or fails the state', () => {
    const source = fc.oneof(
      textOf(INTRINSIC_TOKENS),
      textOf(PATH_TOKENS).map((path) => `$${path}`),
      textOf(INTRINSIC_TOKENS, 5).map((rest) => `States.Format(${rest}`),
    );
    fc.assert(
      fc.property(source, DATA, (text, data) => {
        try {
          const made = evaluateTemplate({ 'x.$': text }, { data, context: {}, variables: {} });
          expect(JSON.stringify(made)).toBeTypeOf('string');
        } catch (thrown) {
          expect(String(thrown)).not.toMatch(BUG);
          expect(thrown).toBeInstanceOf(StateFailure);
          expect((thrown as StateFailure).error).toMatch(/^States\.(Runtime|IntrinsicFailure)$/);
        }
      }),
      { numRuns: RUNS * 5 },
    );
  });

  test('a JSONata expression is refused at creation, gives JSON, or fails the state', async () => {
    await fc.assert(
      fc.asyncProperty(textOf(JSONATA_TOKENS, 9), DATA, async (source, input) => {
        const problems = expressionProblems(source, { hasErrorOutput: false });
        for (const { message } of problems) expect(message).not.toMatch(BUG);
        if (problems.length > 0) return;
        try {
          const value = await evaluateField(`{% ${source} %}`, 'Output', {
            states: { input },
            variables: {},
            nowMs: 0,
          });
          expect(JSON.stringify(value)).toBeTypeOf('string');
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StateFailure);
          expect((thrown as StateFailure).error).toBe('States.QueryEvaluationError');
        }
      }),
      { numRuns: RUNS * 3 },
    );
  });
});
