/** What a model answers, as numbers: one for each row, or one for each class. */
import type { OutputSettings, ProblemSettings, ProjectSettings } from './settings.ts';

/** Form of the answers, and what they are about. */
export interface AnswerForm {
  readonly output: OutputSettings;
  readonly problem: ProblemSettings;
}

/** A project without a problem predicts one of two classes, 0 and 1. */
const BINARY: ProblemSettings = { type: 'binary', classes: ['0', '1'] };

/** The form that a project's trainer declares; probabilities, for a regression values, in CSV when it declares none. */
export function answerForm({
  problem = BINARY,
  trainer,
}: Pick<ProjectSettings, 'problem' | 'trainer'>): AnswerForm {
  const kind = problem.type === 'regression' ? 'value' : 'probability';
  return { problem, output: trainer.output ?? { contentType: 'text/csv', kind } };
}

/** From here on a row is predicted positive. */
export function thresholdOf({ output }: AnswerForm): number {
  return output.threshold ?? (output.kind === 'score' ? 0 : 0.5);
}

/** Numbers of a row's answer. */
function widthOf({ problem }: AnswerForm): number {
  return problem.type === 'multiclass' ? problem.classes.length : 1;
}

/**
 * All answers of a response.
 * @throws RangeError that names the row, from 1, and what was expected.
 */
export function parseAnswers(body: string, form: AnswerForm): number[][] {
  if (form.output.contentType === 'application/json') return parseDocument(body, form);
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => parseLine(line, form, index + 1));
}

/**
 * Answers of one line of a file of them: one row's, and in JSON those of all rows of a document.
 * @param row number of the line's first row, for the error.
 * @throws RangeError
 */
export function parseAnswerLine(line: string, form: AnswerForm, row: number): number[][] {
  if (form.output.contentType === 'application/json') return parseDocument(line, form, row);
  return [parseLine(line, form, row)];
}

function parseLine(line: string, form: AnswerForm, row: number): number[] {
  if (form.output.contentType === 'application/jsonlines') return numbersOf(parseJson(line, row), form, row);
  const cells = line.trim().split(',');
  const numbers = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
  return checked(numbers, form, row, line);
}

function parseDocument(text: string, form: AnswerForm, row = 1): number[][] {
  const path = form.output.list ?? 'predictions';
  const list = at(parseJson(text, row), path);
  if (!Array.isArray(list)) {
    throw new RangeError(`the answer has no list "${path}" (trainer.output.list): ${shortened(text)}`);
  }
  return list.map((entry, index) => numbersOf(entry, form, row + index));
}

function numbersOf(entry: unknown, form: AnswerForm, row: number): number[] {
  const { value } = form.output;
  const found = value === undefined ? entry : at(entry, value);
  const numbers = (Array.isArray(found) ? found : [found]).map((each) =>
    typeof each === 'number' ? each : Number.NaN,
  );
  return checked(numbers, form, row, JSON.stringify(entry));
}

function parseJson(text: string, row: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError(`the answer to row ${row} is no JSON: ${shortened(text)}`);
  }
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => {
    return typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined;
  }, value);
}

function checked(numbers: number[], form: AnswerForm, row: number, text: string): number[] {
  const { kind } = form.output;
  const width = widthOf(form);
  const isGood = (value: number) =>
    Number.isFinite(value) && (kind !== 'probability' || (value >= 0 && value <= 1));
  if (numbers.length === width && numbers.every(isGood)) return numbers;
  const what = kind === 'probability' ? 'probability in 0..1' : kind === 'score' ? 'score' : 'number';
  const wanted = width === 1 ? `one ${what}` : `${width} numbers, each a ${what}, one for each class`;
  throw new RangeError(`the answer to row ${row} is ${shortened(text)}; expected is ${wanted}`);
}

const LONGEST = 80;
const shortened = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
