/**
 * The search of `SEARCH('{Namespace,Dimension} terms', ...)`: which metrics it finds.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { MetricId } from './metric-store.ts';

type Test = (metric: MetricId) => boolean;

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(\{[^}]*\})|([()=])|([^\s()={}"]+))/gy;

interface Token {
  readonly kind: 'quoted' | 'schema' | 'symbol' | 'word';
  readonly text: string;
}

/** @throws AwsError ValidationError for what is no search */
export function parseSearch(search: string): Test {
  const tokens = tokenize(search);
  let position = 0;

  function fail(): AwsError {
    const at = tokens[position]?.text ?? 'its end';
    return new AwsError('ValidationError', `Error in expression: the search ${search} is not valid at ${at}`);
  }
  function accept(kind: Token['kind'], text: string): boolean {
    const token = tokens[position];
    if (token?.kind !== kind || token.text !== text) return false;
    position += 1;
    return true;
  }
  function parseOr(): Test {
    const tests = [parseAnd()];
    while (accept('word', 'OR')) tests.push(parseAnd());
    return (metric) => tests.some((test) => test(metric));
  }
  function parseAnd(): Test {
    const tests = [parseNot()];
    for (;;) {
      const next = tokens[position];
      if (
        !next ||
        (next.kind === 'symbol' && next.text === ')') ||
        (next.kind === 'word' && next.text === 'OR')
      )
        return (metric) => tests.every((test) => test(metric));
      accept('word', 'AND');
      tests.push(parseNot());
    }
  }
  function parseNot(): Test {
    if (!accept('word', 'NOT')) return parsePrimary();
    const test = parseNot();
    return (metric) => !test(metric);
  }
  function parsePrimary(): Test {
    if (accept('symbol', '(')) {
      const inner = parseOr();
      if (!accept('symbol', ')')) throw fail();
      return inner;
    }
    const token = tokens[position];
    if (!token || token.kind === 'symbol') throw fail();
    position += 1;
    if (token.kind === 'schema') return schemaTest(token.text);
    if (!accept('symbol', '=')) return termTest(token, textsOf);
    if (token.text.startsWith(':')) throw new NotImplementedByLocalCloud('SEARCH in other accounts');
    const textsAt = (metric: MetricId) => designated(metric, token.text);
    if (accept('symbol', '(')) {
      const terms = [takeTerm()];
      while (accept('word', 'OR')) terms.push(takeTerm());
      if (!accept('symbol', ')')) throw fail();
      const tests = terms.map((term) => termTest(term, textsAt));
      return (metric) => tests.some((test) => test(metric));
    }
    return termTest(takeTerm(), textsAt);
  }
  function takeTerm(): Token {
    const token = tokens[position];
    if (token?.kind !== 'quoted' && token?.kind !== 'word') throw fail();
    position += 1;
    return token;
  }
  function tokenize(text: string): Token[] {
    const found: Token[] = [];
    const pattern = new RegExp(TOKEN);
    const end = text.trimEnd().length;
    while (pattern.lastIndex < end) {
      const match = pattern.exec(text);
      if (!match) {
        throw new AwsError('ValidationError', `Error in expression: the search ${text} is not valid`);
      }
      const [, quoted, schema, symbol, word] = match;
      if (quoted !== undefined) found.push({ kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1') });
      else if (schema !== undefined) found.push({ kind: 'schema', text: schema.slice(1, -1) });
      else if (symbol !== undefined) found.push({ kind: 'symbol', text: symbol });
      else found.push({ kind: 'word', text: word! });
    }
    return found;
  }

  const test = parseOr();
  if (position < tokens.length) throw fail();
  return test;
}

/** A schema finds the metrics of its namespace that have exactly its dimensions. */
function schemaTest(text: string): Test {
  const [namespace, ...names] = text.split(',').map((part) => part.trim().replace(/^"(.*)"$/, '$1'));
  if (!namespace)
    throw new AwsError('ValidationError', 'Error in expression: a schema begins with a namespace');
  const wanted = names.sort().join('\0');
  return (metric) =>
    metric.namespace === namespace &&
    metric.dimensions
      .map(({ Name }) => Name)
      .sort()
      .join('\0') === wanted;
}

/** A quoted term is the whole text, case included; another one is a part of it, by its words. */
function termTest({ kind, text }: Token, textsAt: (metric: MetricId) => readonly string[]): Test {
  if (kind === 'quoted') return (metric) => textsAt(metric).includes(text);
  const wanted = wordsOf(text);
  return (metric) =>
    textsAt(metric).some((each) => {
      const words = new Set(wordsOf(each));
      return words.has(text.toLowerCase()) || wanted.every((word) => words.has(word));
    });
}

/** Words of a name: `CustomCount1` has `customcount1`, `custom`, `count` and `1`. */
function wordsOf(text: string): string[] {
  const parts = text.split(/[^A-Za-z0-9]+/).filter((part) => part !== '');
  const words = parts.flatMap((part) => [part, ...(part.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [])]);
  return words.map((word) => word.toLowerCase());
}

function designated(metric: MetricId, name: string): string[] {
  if (name === 'MetricName') return [metric.name];
  if (name === 'Namespace') return [metric.namespace];
  return metric.dimensions.filter(({ Name }) => Name === name).map(({ Value }) => Value ?? '');
}

function textsOf({ namespace, name, dimensions }: MetricId): string[] {
  return [namespace, name, ...dimensions.flatMap(({ Name, Value }) => [Name ?? '', Value ?? ''])];
}
