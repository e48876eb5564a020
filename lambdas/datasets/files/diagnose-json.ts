/** Looks at JSON Lines one by one: which fields they have, and which line is wrong. */
import { createReadStream } from 'node:fs';

export interface JsonDiagnosis {
  /** What is wrong, as the rest of a sentence that begins with the file's name. */
  readonly problem: string;
  /** 1-based among the lines that are not blank. */
  readonly row: number;
}

/** Takes line after line. */
export class JsonLines {
  /** Lines that are not blank. */
  rows = 0;
  private readonly first: string[] = [];
  private readonly others = new Set<string>();
  private found: JsonDiagnosis | undefined;
  private waiting: JsonDiagnosis | undefined;

  /** Fields of the outermost objects, those of the first object first, the others sorted. */
  get names(): string[] {
    return [...new Set([...this.first, ...[...this.others].toSorted()])];
  }

  /** The first line that is no object, or has a field twice. */
  get problem(): JsonDiagnosis | undefined {
    return this.found ?? this.waiting;
  }

  /** @returns false when a line is wrong and it is known why. */
  push(line: string): boolean {
    if (this.found) return false;
    if (line.trim() === '') return true;
    if (this.waiting) {
      // there is a line after it, so it was not cut off
      this.found = { row: this.rows, problem: this.waiting.problem.replace(CUT_OFF, '') };
      return false;
    }
    this.rows++;
    const problem = this.look(line);
    if (problem?.endsWith(CUT_OFF)) this.waiting = { row: this.rows, problem };
    else if (problem) this.found = { row: this.rows, problem };
    return this.found === undefined;
  }

  private look(line: string): string | undefined {
    const { rows: row } = this;
    let value: unknown;
    try {
      value = parseLine(line);
    } catch (error) {
      return notJson(line, row, (error as Error).message);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return `row ${row} is not an object`;
    if (/(?<!\\)(\\\\)*\\u0000/.test(line)) return `holds a NUL character (\\u0000) in row ${row}`;
    const twice = repeatedField(line);
    if (twice !== undefined) return `row ${row} has the field ${JSON.stringify(twice)} twice`;
    const names = Object.keys(value);
    if (row === 1) this.first.push(...names);
    else for (const name of names) this.others.add(name);
    return undefined;
  }
}

/** Looks at the lines of a text. */
export function lookAtJson(text: string): JsonLines {
  const lines = new JsonLines();
  for (const line of text.split('\n')) if (!lines.push(line)) break;
  return lines;
}

/** The first line of a local file that is wrong; undefined when every line is fine. */
export async function diagnoseJson(file: string): Promise<JsonDiagnosis | undefined> {
  const lines = new JsonLines();
  for await (const line of linesOf(file)) if (!lines.push(line)) break;
  return lines.problem;
}

/** Lines end with LF and with nothing else: text may hold what else ends lines. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) {
    const piece = chunk as Buffer;
    let from = 0;
    for (let at = piece.indexOf(0x0a); at >= 0; at = piece.indexOf(0x0a, from)) {
      yield Buffer.concat([...parts, piece.subarray(from, at)]).toString('utf8');
      parts = [];
      from = at + 1;
    }
    parts.push(piece.subarray(from));
  }
  yield Buffer.concat(parts).toString('utf8');
}

const CUT_OFF = '; it is the last row: is the file cut off?';

/** Python and DuckDB write and read NaN and infinities, which JSON does not have. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!/NaN|Infinity/.test(line)) throw error;
    return JSON.parse(line.replaceAll(/(?<=[:[,]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, 'null'));
  }
}

function notJson(line: string, row: number, message: string): string {
  if (/^\s*\{\s*'/.test(line)) {
    return `row ${row} is not JSON; names and text stand in double quotes (Python: json.dumps)`;
  }
  const open = /^\s*\{\s*$/.test(line) || (line.trimStart().startsWith('{') && line.trimEnd().endsWith(','));
  if (open || /after JSON|position \d+ .*after/i.test(message)) {
    return `row ${row} is not JSON by itself; write each object on one line`;
  }
  const cut = /end of JSON|Unterminated/i.test(message);
  return `row ${row} is not JSON${cut ? CUT_OFF : ''}`;
}

/** A field of the outermost object that stands there twice. */
function repeatedField(line: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token] of line.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) {
      const name = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
}
