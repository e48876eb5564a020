/** Parses JSONPath: members, indexes, slices, unions, wildcards, descent and filters; no functions, no scripts. */
import type { Json } from '../json.ts';

/** One part of a path. */
export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'union'; readonly parts: readonly PathStep[] }
  | { readonly kind: 'every' }
  | { readonly kind: 'descend' }
  /** `ofSelf`: after a descent the filter judges each value itself, not the items in it. */
  | { readonly kind: 'filter'; readonly filter: Filter; readonly ofSelf: boolean };

/** What `[?(...)]` asks. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'exists'; readonly operand: Operand }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Operand;
      readonly right: Operand;
    };

/** One side of a comparison. */
export type Operand =
  | { readonly kind: 'path'; readonly root: '$' | '@'; readonly steps: readonly PathStep[] }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'pattern'; readonly pattern: RegExp };

const STEP =
  /^(?:\.\.(?=[\p{L}_[*])|\.?\[\s*((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*)\s*\]|\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]|\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]|(\.\*|\[\s*\*\s*\]|\*)|\.?([\p{L}\p{N}_$-][\p{L}\p{N}_-]*))/u;
const COMPARISON = /^\s*(==|!=|<=|>=|<|>|=~|(?:in|nin|subsetof|anyof|noneof|size|empty)\b)\s*/;
const LITERAL =
  /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)\b)/;

interface Read<Value> {
  readonly value: Value;
  readonly rest: string;
}

/**
 * Parses what follows the `$`, `$$` or `$variable` of a path.
 * @throws Error for a function, a script or anything else that this does not know
 */
export function parseSteps(text: string): readonly PathStep[] {
  const { value, rest } = readSteps(text);
  if (rest === '') return value;
  throw new Error(`the JSONPath '$${text}' has a part that is not supported: '${rest}'`);
}

function readSteps(text: string): Read<readonly PathStep[]> {
  const steps: PathStep[] = [];
  let rest = text;
  for (;;) {
    const isAfterDescent = steps.at(-1)?.kind === 'descend';
    const read = readFilterStep(rest, isAfterDescent) ?? readStep(rest, isAfterDescent);
    if (!read) return { value: steps, rest };
    steps.push(read.value);
    rest = read.rest;
  }
}

function readStep(text: string, isAfterDescent: boolean): Read<PathStep> | undefined {
  // names and stars need no dot after `..` only
  if (!isAfterDescent && !/^[.[]/.test(text)) return undefined;
  const match = STEP.exec(text);
  if (!match) return undefined;
  const [whole, quoted, indexes, from, to, every, name] = match;
  return { value: stepOf(), rest: text.slice(whole.length) };

  function stepOf(): PathStep {
    if (whole === '..') return { kind: 'descend' };
    if (name !== undefined) return { kind: 'member', name };
    if (every !== undefined) return { kind: 'every' };
    if (quoted !== undefined) {
      const names = quoted.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g) ?? [];
      return unionOf(names.map((each) => ({ kind: 'member', name: unescaped(each.slice(1, -1)) })));
    }
    if (indexes !== undefined) {
      return unionOf(indexes.split(',').map((each) => ({ kind: 'index', index: Number(each) })));
    }
    return {
      kind: 'slice',
      ...(from ? { from: Number(from) } : {}),
      ...(to ? { to: Number(to) } : {}),
    };
  }
}

function unionOf(parts: readonly PathStep[]): PathStep {
  return parts.length === 1 ? (parts[0] as PathStep) : { kind: 'union', parts };
}

function readFilterStep(text: string, ofSelf: boolean): Read<PathStep> | undefined {
  const start = /^\.?\[\s*\?\s*\(/.exec(text);
  if (!start) return undefined;
  const { value: filter, rest } = readOr(text.slice(start[0].length));
  const end = /^\s*\)\s*\]/.exec(rest);
  if (!end) throw new Error(`the filter of '${text}' is not supported from '${rest}' on`);
  return { value: { kind: 'filter', filter, ofSelf }, rest: rest.slice(end[0].length) };
}

function readOr(text: string): Read<Filter> {
  return readJoined(text, /^\s*\|\|/, 'or', (part) => readJoined(part, /^\s*&&/, 'and', readTest));
}

function readJoined(
  text: string,
  separator: RegExp,
  kind: 'and' | 'or',
  readPart: (text: string) => Read<Filter>,
): Read<Filter> {
  let { value, rest } = readPart(text);
  for (let match = separator.exec(rest); match; match = separator.exec(rest)) {
    const next = readPart(rest.slice(match[0].length));
    value = { kind, left: value, right: next.value };
    rest = next.rest;
  }
  return { value, rest };
}

function readTest(text: string): Read<Filter> {
  const trimmed = text.trimStart();
  if (trimmed.startsWith('!')) {
    const { value: filter, rest } = readTest(trimmed.slice(1));
    return { value: { kind: 'not', filter }, rest };
  }
  if (trimmed.startsWith('(')) {
    const { value, rest } = readOr(trimmed.slice(1));
    const end = /^\s*\)/.exec(rest);
    if (!end) throw new Error(`a parenthesis in a filter is not supported: '${text}'`);
    return { value, rest: rest.slice(end[0].length) };
  }
  const left = readOperand(trimmed);
  const comparison = COMPARISON.exec(left.rest);
  if (!comparison) {
    if (left.value.kind !== 'path') throw new Error(`a filter is not supported: '${text}'`);
    return { value: { kind: 'exists', operand: left.value }, rest: left.rest };
  }
  const right = readOperand(left.rest.slice(comparison[0].length));
  const operator = comparison[1] as string;
  return { value: { kind: 'compare', operator, left: left.value, right: right.value }, rest: right.rest };
}

function readOperand(text: string): Read<Operand> {
  if (text.startsWith('@') || text.startsWith('$')) {
    const { value: steps, rest } = readSteps(text.slice(1));
    return { value: { kind: 'path', root: text.startsWith('@') ? '@' : '$', steps }, rest };
  }
  const pattern = /^\/((?:[^/\\]|\\.)+)\/([imsu]*)/.exec(text);
  if (pattern) {
    const [whole, source = '', flags] = pattern;
    return {
      value: { kind: 'pattern', pattern: new RegExp(`^(?:${source})$`, flags) },
      rest: text.slice(whole.length),
    };
  }
  const { value, rest } = readLiteral(text);
  return { value: { kind: 'value', value }, rest };
}

function readLiteral(text: string): Read<Json> {
  if (text.startsWith('[')) return readList(text.slice(1));
  const match = LITERAL.exec(text);
  if (!match) throw new Error(`a filter's value is not supported: '${text}'`);
  const [whole, single, double, number, word] = match;
  const quoted = single ?? double;
  return { value: literal(), rest: text.slice(whole.length) };

  function literal(): Json {
    if (quoted !== undefined) return unescaped(quoted);
    return number === undefined ? (JSON.parse(word ?? 'null') as Json) : Number(number);
  }
}

function readList(text: string): Read<Json> {
  const items: Json[] = [];
  let rest = text.trimStart();
  while (!rest.startsWith(']')) {
    const item = readLiteral(rest);
    items.push(item.value);
    rest = item.rest.trimStart();
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith(']')) throw new Error(`a filter's list is not supported: '${text}'`);
  }
  return { value: items, rest: rest.slice(1) };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
