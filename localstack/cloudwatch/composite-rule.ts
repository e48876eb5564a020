/** Rules of composite alarms: `ALARM("a") AND NOT (OK(b) OR TRUE)`. */
import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../core/errors.ts';

export interface CompositeRule {
  /** Names or ARNs of the alarms that the rule asks for. */
  readonly children: readonly string[];
  holds(stateOf: (nameOrArn: string) => StateValue | undefined): boolean;
}

type Test = (stateOf: (nameOrArn: string) => StateValue | undefined) => boolean;

const TOKEN =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|'([^']*)'|([^\s()"']+))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/gy;

/** @throws AwsError ValidationError */
export function parseCompositeRule(text: string): CompositeRule {
  const tokens = tokenize(text);
  const children: string[] = [];
  let position = 0;

  function fail(): AwsError {
    return new AwsError('ValidationError', `AlarmRule must not contain syntax errors: ${text}`);
  }
  function accept(word: string): boolean {
    if (tokens[position]?.word !== word) return false;
    position += 1;
    return true;
  }
  function parseOr(): Test {
    const tests = [parseAnd()];
    while (accept('OR')) tests.push(parseAnd());
    return (stateOf) => tests.some((test) => test(stateOf));
  }
  function parseAnd(): Test {
    const tests = [parseNot()];
    while (accept('AND')) tests.push(parseNot());
    return (stateOf) => tests.every((test) => test(stateOf));
  }
  function parseNot(): Test {
    if (!accept('NOT')) return parsePrimary();
    const test = parseNot();
    return (stateOf) => !test(stateOf);
  }
  function parsePrimary(): Test {
    if (accept('(')) {
      const inner = parseOr();
      if (!accept(')')) throw fail();
      return inner;
    }
    if (accept('TRUE')) return () => true;
    if (accept('FALSE')) return () => false;
    const token = tokens[position];
    if (!token || token.alarm === undefined) throw fail();
    position += 1;
    const { alarm, word } = token;
    children.push(alarm);
    return (stateOf) => stateOf(alarm) === word;
  }

  const test = parseOr();
  if (position < tokens.length) throw fail();
  return { children, holds: test };

  function tokenize(rule: string): { word: string; alarm?: string }[] {
    const found: { word: string; alarm?: string }[] = [];
    const pattern = new RegExp(TOKEN);
    const end = rule.trimEnd().length;
    while (pattern.lastIndex < end) {
      const match = pattern.exec(rule);
      if (!match) throw fail();
      const [, state, double, single, bare, keyword, parenthesis] = match;
      const alarm = double ?? single ?? bare;
      if (state !== undefined) found.push({ word: state, alarm: alarm! });
      else found.push({ word: (keyword ?? parenthesis)! });
    }
    return found;
  }
}
