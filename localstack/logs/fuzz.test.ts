/** Any filter pattern is taken or refused in the terms of CloudWatch Logs, and judges any message. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { parseFilterPattern } from './filter-pattern.ts';

const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '{',
      '}',
      '$.a',
      '$.b[0]',
      ' = ',
      ' != ',
      ' > ',
      '"x"',
      '1',
      ' && ',
      ' || ',
      '(',
      ')',
      '*',
      'ERROR',
      ' ',
      '-',
      '?',
      '"',
      'IS NULL',
      'NOT EXISTS',
      '[',
      '%x%',
    ),
  },
  fc.string({ maxLength: 3 }),
);
const patterns = fc.array(piece, { maxLength: 15 }).map((parts) => parts.join(''));
const messages = fc.oneof(fc.string(), fc.json());

test('any pattern judges any message, or is refused', () => {
  fc.assert(
    fc.property(patterns, messages, (pattern, message) => {
      try {
        expect(typeof parseFilterPattern(pattern).matches(message)).toBe('boolean');
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        expect(['InvalidParameterException', 'NotImplementedByLocalCloud']).toContain(error.code);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a quoted term finds the messages that hold it', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z ]{1,8}$/), fc.string(), fc.string(), (term, before, after) => {
      expect(parseFilterPattern(`"${term}"`).matches(`${before}${term}${after}`)).toBe(true);
    }),
  );
});

test('equality of a JSON field is equality of the number', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      expect(parseFilterPattern(`{ $.a = ${a} }`).matches(JSON.stringify({ a: b }))).toBe(a === b);
    }),
  );
});
