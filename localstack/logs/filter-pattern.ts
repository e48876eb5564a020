/**
 * Filter patterns: terms, and conditions on JSON.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { type JsonCondition, parseJsonCondition } from './json-condition.ts';

export interface FilterPattern {
  matches(message: string): boolean;
}

/** @throws AwsError InvalidParameterException, or NotImplementedByLocalCloud for space-delimited and regex patterns. */
export function parseFilterPattern(text: string | undefined): FilterPattern {
  const pattern = (text ?? '').trim();
  if (pattern === '') return { matches: () => true };
  if (pattern.startsWith('[')) throw new NotImplementedByLocalCloud('logs space-delimited filter patterns');
  if (pattern.startsWith('{')) return jsonPattern(parseJsonCondition(pattern));
  return termPattern(pattern);
}

function jsonPattern(condition: JsonCondition): FilterPattern {
  return {
    matches(message) {
      const value = parseJsonMessage(message);
      return value !== undefined && condition(value);
    },
  };
}

/** The JSON object of a message, or undefined when it holds none. */
export function parseJsonMessage(message: string): object | undefined {
  if (!message.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}

function termPattern(pattern: string): FilterPattern {
  const terms = [...pattern.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign, quoted, bare]) => ({
      sign,
      text: quoted ?? bare ?? '',
      isQuoted: quoted !== undefined,
    }),
  );
  for (const { text, isQuoted } of terms) {
    if (isQuoted) continue;
    if (/^%.*%$/.test(text))
      throw new NotImplementedByLocalCloud('logs regular expressions in filter patterns');
    if (/[^\w./:@-]/.test(text)) {
      throw new AwsError('InvalidParameterException', `Invalid filter pattern: quote the term ${text}`);
    }
  }
  const optional = terms.filter(({ sign }) => sign === '?');
  return {
    matches: (message) =>
      terms.every(({ sign, text }) => sign === '?' || message.includes(text) === (sign !== '-')) &&
      (optional.length === 0 || optional.some(({ text }) => message.includes(text))),
  };
}
