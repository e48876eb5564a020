/** Parser of metric math expressions. */
import { AwsError } from '../core/errors.ts';

export type MathNode =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly MathNode[] }
  | { readonly kind: 'list'; readonly items: readonly MathNode[] }
  | { readonly kind: 'negate'; readonly operand: MathNode }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: MathNode; readonly right: MathNode };

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|("[^"]*"|'[^']*')|([A-Za-z_]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/^()[\],<>]))/y;
/** Weakest first. */
const PRECEDENCE: readonly (readonly string[])[] = [
  ['OR', '||'],
  ['AND', '&&'],
  ['==', '!=', '<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'symbol';
  readonly text: string;
}

/** @throws AwsError ValidationError for what is no expression. */
export function parseMath(expression: string): MathNode {
  const tokens = tokenize(expression);
  let position = 0;

  function fail(): AwsError {
    const at = tokens[position]?.text ?? 'the end';
    return new AwsError('ValidationError', `Error in expression '${expression}': unexpected ${at}`);
  }
  function accept(...texts: string[]): string | undefined {
    const token = tokens[position];
    if (!token || token.kind === 'text' || !texts.includes(token.text)) return undefined;
    position += 1;
    return token.text;
  }
  function expect(text: string): void {
    if (accept(text) === undefined) throw fail();
  }
  function parseLevel(level: number): MathNode {
    const operators = PRECEDENCE[level];
    if (!operators) return parseUnary();
    let left = parseLevel(level + 1);
    for (let operator = accept(...operators); operator !== undefined; operator = accept(...operators)) {
      left = { kind: 'binary', operator, left, right: parseLevel(level + 1) };
    }
    return left;
  }
  function parseUnary(): MathNode {
    return accept('-') === undefined ? parsePrimary() : { kind: 'negate', operand: parseUnary() };
  }
  function parseItems(end: string): MathNode[] {
    const items: MathNode[] = [];
    if (accept(end) !== undefined) return items;
    do items.push(parseLevel(0));
    while (accept(',') !== undefined);
    expect(end);
    return items;
  }
  function parsePrimary(): MathNode {
    if (accept('(') !== undefined) {
      const inner = parseLevel(0);
      expect(')');
      return inner;
    }
    if (accept('[') !== undefined) return { kind: 'list', items: parseItems(']') };
    const token = tokens[position];
    if (!token || token.kind === 'symbol') throw fail();
    position += 1;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (accept('(') !== undefined)
      return { kind: 'call', name: token.text.toUpperCase(), args: parseItems(')') };
    return { kind: 'name', name: token.text };
  }

  const node = parseLevel(0);
  if (position < tokens.length) throw fail();
  return node;
}

/** Ids of queries that an expression names. */
export function namesIn(node: MathNode): string[] {
  switch (node.kind) {
    case 'name':
      return [node.name];
    case 'call':
      return node.args.flatMap(namesIn);
    case 'list':
      return node.items.flatMap(namesIn);
    case 'negate':
      return namesIn(node.operand);
    case 'binary':
      return [...namesIn(node.left), ...namesIn(node.right)];
    default:
      return [];
  }
}

function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = expression.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(expression);
    if (!match) {
      throw new AwsError(
        'ValidationError',
        `Error in expression '${expression}': unexpected ${expression.slice(at)}`,
      );
    }
    const [, number, text, name, symbol] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.slice(1, -1) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'symbol', text: symbol! });
  }
  return tokens;
}
