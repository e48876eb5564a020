/** What is wrong with a text that is no JSON, in the words of the parser that AWS uses. */

/** A problem and where it is. */
export interface JsonProblem {
  readonly message: string;
  readonly location: string;
}

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/**
 * The problem of a definition. Ends of input, unknown words and wrong starts of names are worded as AWS words them;
 * what else may be wrong is described by our own parser.
 */
export function describeJsonProblem(text: string, error: Error): JsonProblem {
  const place = (at: number) => `[Source: (String)"${text}"; ${lineAndColumn(text, at)}]`;
  const { message, at } = jsonProblem(text, error, place);
  return { message: `${message}\n at ${place(at)}`, location: place(at) };
}

/** The problem of an execution's input or a task's output, which is told without its place. */
export function jsonProblemText(text: string, error: Error): string {
  return jsonProblem(text, error, (at) => `[Source: UNKNOWN; ${lineAndColumn(text, at)}]`).message;
}

function jsonProblem(
  text: string,
  error: Error,
  place: (at: number) => string,
): { message: string; at: number } {
  const open: { readonly kind: 'Object' | 'Array'; readonly at: number }[] = [];
  let expectsName = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (/\s/.test(character)) continue;
    if (expectsName && character !== '"' && character !== '}') {
      const shown = `'${character}' (code ${character.charCodeAt(0)})`;
      return {
        message: `Unexpected character (${shown}): was expecting double-quote to start field name`,
        at,
      };
    }
    expectsName = false;
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') {
      open.push({ kind: character === '{' ? 'Object' : 'Array', at });
      expectsName = character === '{';
    } else if (character === '}' || character === ']') open.pop();
    else if (character === ',') expectsName = open.at(-1)?.kind === 'Object';
    else if (/[A-Za-z_]/.test(character)) {
      const word = /^\w+/.exec(text.slice(at))?.[0] ?? character;
      if (!['true', 'false', 'null'].includes(word) && !isInNumber(text, at)) {
        return { message: `Unrecognized token '${word}': was expecting ${VALUES}`, at: at + word.length };
      }
      at += word.length - 1;
    }
  }
  const last = open.at(-1);
  if (!last) return { message: error.message, at: text.length };
  const marker = `(start marker at ${place(last.at)})`;
  return {
    message: `Unexpected end-of-input: expected close marker for ${last.kind} ${marker}`,
    at: text.length,
  };
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** The `e` of `1e5`. */
function isInNumber(text: string, at: number): boolean {
  return /[eE]/.test(text[at] ?? '') && /\d/.test(text[at - 1] ?? '');
}

/** Lines and columns count from one; the column is the one after the place. */
function lineAndColumn(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `line: ${lines.length}, column: ${(lines.at(-1)?.length ?? 0) + 1}`;
}
