/**
 * JSON token by token, with the complaints and positions of the parser that EventBridge uses (Jackson): its messages
 * end in `at [Source: (String)"..."; line: 1, column: 11]`, where the column is where the parser stood.
 */

import { describeCharacter, locationIn } from './json-location.ts';

/** What is wrong with a pattern, in EventBridge's words; the service adds its own prefix. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem';
}

export type TokenKind = '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null';

const VALID_TOKENS = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const NO_PLUS =
  'JSON spec does not allow numbers to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow';
const COMMENT =
  "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)";
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '/': '/',
  '\\': '\\',
};

interface Context {
  readonly type: 'root' | 'Array' | 'Object';
  /** Where it begins; -1 for the root. */
  readonly start: number;
  entries: number;
}

/** A cursor over one text. A string counts as read when it is asked for or passed; before, the cursor is at its begin. */
export class JsonTokens {
  readonly #text: string;
  #position = 0;
  #contexts: Context[] = [{ type: 'root', start: -1, entries: 0 }];
  /** The value that follows a name has been begun with the name. */
  #afterName: TokenKind | undefined;
  #openString: 'none' | 'unread' = 'none';
  #value = '';
  #name = '';
  /** The last token, undefined before the first and at the end. */
  kind: TokenKind | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Name of the field that was begun last. */
  get name(): string {
    return this.#name;
  }

  /** Text of the token: a string's content, a number as written, or the bracket or literal itself. */
  text(): string {
    if (this.#openString === 'unread') {
      this.#value = this.#readString('string value', ': was expecting closing quote for a string value');
      this.#openString = 'none';
    }
    return this.kind === 'string' || this.kind === 'number' ? this.#value : (this.kind ?? 'null');
  }

  /** Moves on; undefined at the end of the text outside of everything. @throws PatternProblem */
  next(): TokenKind | undefined {
    this.kind = this.#advance();
    return this.kind;
  }

  /** A problem at the cursor. */
  problem(message: string): PatternProblem {
    return new PatternProblem(`${message}\n at ${locationIn(this.#text, this.#position)}`);
  }

  /** A problem with the character that was taken last. */
  #problemBefore(message: string): PatternProblem {
    return new PatternProblem(`${message}\n at ${locationIn(this.#text, this.#position - 1)}`);
  }

  #advance(): TokenKind | undefined {
    if (this.kind === 'name') {
      const value = this.#afterName!;
      if (value === '{' || value === '[') this.#open(value);
      return value;
    }
    if (this.#openString === 'unread') this.text();
    let character = this.#skipSpace();
    const context = this.#contexts.at(-1)!;
    if (character === undefined) {
      if (context.type === 'root') return undefined;
      const start = locationIn(this.#text, context.start);
      throw this.problem(
        `Unexpected end-of-input: expected close marker for ${context.type} (start marker at ${start})`,
      );
    }
    if (character === '}' || character === ']') return this.#close(character, context);
    if (context.entries > 0 && context.type !== 'root') {
      if (character !== ',')
        throw this.#unexpected(character, `was expecting comma to separate ${context.type} entries`);
      character = this.#requireMore(`within/between ${context.type} entries`);
    }
    context.entries += 1;
    if (context.type !== 'Object') {
      const kind = this.#begin(character);
      if (kind === '{' || kind === '[') this.#open(kind);
      return kind;
    }
    if (character !== '"')
      throw this.#unexpected(character, 'was expecting double-quote to start field name');
    this.#name = this.#readString('name', ' in field name');
    const colon = this.#requireMore('within/between Object entries');
    if (colon !== ':')
      throw this.#unexpected(colon, 'was expecting a colon to separate field name and value');
    this.#afterName = this.#begin(this.#requireMore('within/between Object entries'));
    return 'name';
  }

  #open(kind: '{' | '['): void {
    const start = this.#position - 1;
    this.#contexts.push({ type: kind === '{' ? 'Object' : 'Array', start, entries: 0 });
  }

  #close(marker: '}' | ']', context: Context): TokenKind {
    const isRight = context.type === (marker === '}' ? 'Object' : 'Array');
    if (!isRight) {
      const start = context.start < 0 ? locationIn(this.#text, -1) : locationIn(this.#text, context.start);
      const wanted = marker === '}' ? ']' : '}';
      throw this.#problemBefore(
        `Unexpected close marker '${marker}': expected '${wanted}' (for ${context.type} starting at ${start})`,
      );
    }
    this.#contexts.pop();
    return marker;
  }

  /** Begins a value with its first character, which has been taken. */
  #begin(character: string): TokenKind {
    if (character === '"') {
      this.#openString = 'unread';
      return 'string';
    }
    if (character === '{' || character === '[') return character;
    if (character === '-' || /[0-9]/.test(character)) return this.#readNumber(character);
    for (const literal of ['true', 'false', 'null'] as const) {
      if (literal[0] === character) return this.#readLiteral(literal);
    }
    if (/[\p{L}_$]/u.test(character)) throw this.#unrecognized(character);
    if (character === '+') {
      this.#position += 1;
      if (this.#position > this.#text.length) {
        this.#position -= 1;
        throw this.problem('Unexpected end-of-input in a Number value');
      }
      throw this.#problemBefore(`Unexpected character ('+' (code 43)) in numeric value: ${NO_PLUS}`);
    }
    if (character === '}') throw this.#unexpected(character, 'expected a value');
    throw this.#unexpected(character, `expected a valid value ${VALID_TOKENS}`);
  }

  #readLiteral(literal: 'true' | 'false' | 'null'): TokenKind {
    for (let index = 1; index < literal.length; index += 1) {
      if (this.#text[this.#position] !== literal[index]) throw this.#unrecognized(literal.slice(0, index));
      this.#position += 1;
    }
    if (/[\p{L}\d_$]/u.test(this.#text[this.#position] ?? '')) throw this.#unrecognized(literal);
    return literal;
  }

  #readNumber(first: string): TokenKind {
    const start = this.#position - 1;
    let digit = first;
    if (first === '-') {
      digit = this.#text[this.#position] ?? '';
      this.#position += 1;
      if (!/[0-9]/.test(digit)) {
        throw this.#problemBefore(
          `Unexpected character (${describeCharacter(digit)}) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value`,
        );
      }
    }
    if (digit === '0' && /[0-9]/.test(this.#text[this.#position] ?? '')) {
      throw this.problem('Invalid numeric value: Leading zeroes not allowed');
    }
    this.#skipDigits();
    if (this.#text[this.#position] === '.') {
      this.#position += 1;
      if (!this.#skipDigits()) throw this.#badNumber('Decimal point not followed by a digit');
    }
    if (/[eE]/.test(this.#text[this.#position] ?? '')) {
      this.#position += 1;
      if (/[+-]/.test(this.#text[this.#position] ?? '')) this.#position += 1;
      if (!this.#skipDigits()) throw this.#badNumber('Exponent indicator not followed by a digit');
    }
    this.#value = this.#text.slice(start, this.#position);
    const next = this.#text[this.#position] ?? ' ';
    if (this.#contexts.length === 1 && !' \t\r\n'.includes(next)) {
      this.#position += 1;
      throw this.#unexpected(next, 'Expected space separating root-level values');
    }
    return 'number';
  }

  #skipDigits(): boolean {
    const start = this.#position;
    while (/[0-9]/.test(this.#text[this.#position] ?? '')) this.#position += 1;
    return this.#position > start;
  }

  #badNumber(reason: string): PatternProblem {
    const character = this.#text[this.#position] ?? '\0';
    return this.#problemBefore(
      `Unexpected character (${describeCharacter(character)}) in numeric value: ${reason}`,
    );
  }

  #readString(what: string, atEnd: string): string {
    let value = '';
    for (;;) {
      const character = this.#text[this.#position];
      if (character === undefined) throw this.problem(`Unexpected end-of-input${atEnd}`);
      this.#position += 1;
      if (character === '"') return value;
      if (character === '\\') value += this.#readEscape();
      else if (character < ' ') {
        throw this.#problemBefore(
          `Illegal unquoted character (${describeCharacter(character)}): has to be escaped using backslash to be included in ${what}`,
        );
      } else value += character;
    }
  }

  #readEscape(): string {
    const character = this.#text[this.#position];
    if (character === undefined) throw this.problem('Unexpected end-of-input in character escape sequence');
    this.#position += 1;
    if (character !== 'u') {
      const plain = ESCAPES[character];
      if (plain === undefined)
        throw this.#problemBefore(`Unrecognized character escape ${describeCharacter(character)}`);
      return plain;
    }
    let code = '';
    for (let count = 0; count < 4; count += 1) {
      const digit = this.#text[this.#position];
      if (digit === undefined) throw this.problem('Unexpected end-of-input in character escape sequence');
      this.#position += 1;
      if (!/[0-9a-fA-F]/.test(digit))
        throw this.#unexpected(digit, 'expected a hex-digit for character escape sequence');
      code += digit;
    }
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  /** The next character that is no space, taken; undefined at the end. */
  #skipSpace(): string | undefined {
    for (;;) {
      const character = this.#text[this.#position];
      if (character === undefined) return undefined;
      this.#position += 1;
      if (!' \t\r\n'.includes(character)) {
        if (character < ' ')
          throw this.problem(
            `Illegal character (${describeCharacter(character)}): only regular white space (\\r, \\n, \\t) is allowed between tokens`,
          );
        if (character === '/') throw this.#unexpected(character, COMMENT);
        return character;
      }
    }
  }

  #requireMore(where: string): string {
    const character = this.#skipSpace();
    if (character === undefined) throw this.problem(`Unexpected end-of-input ${where}`);
    return character;
  }

  #unexpected(character: string, expected: string): PatternProblem {
    return this.#problemBefore(`Unexpected character (${describeCharacter(character)}): ${expected}`);
  }

  #unrecognized(begin: string): PatternProblem {
    let token = begin;
    for (
      let next = this.#text[this.#position];
      next !== undefined && /[\p{L}\d_$]/u.test(next);
      next = this.#text[this.#position]
    ) {
      token += next;
      this.#position += 1;
    }
    return this.problem(`Unrecognized token '${token}': was expecting ${VALID_TOKENS}`);
  }
}
