/** Checks of numbers in definitions, in AWS's words. */
import type { JsonObject } from '../json.ts';
import { expressionIn } from '../query/jsonata.ts';
import type { StatePlace } from './validate.ts';

/** What a number may be. */
export interface NumberRange {
  readonly least: number;
  /** 99,999,999 unless given. */
  readonly most?: number;
  /** Any number, not only whole ones. */
  readonly isFloat?: boolean;
}

/** Checks a field that is a number or an expression, and that its `...Path` form is not given with it. */
export function checkNumber(
  holder: JsonObject,
  field: string,
  { least, most = 99_999_999, isFloat = false }: NumberRange,
  { problems, path, language }: Pick<StatePlace, 'problems' | 'path' | 'language'>,
): void {
  problems.exclusive(holder, [field, `${field}Path`], path);
  const value = holder[field];
  if (value === undefined) return;
  if (language === 'JSONata' && expressionIn(value) !== undefined) return;
  const location = `${path}/${field}`;
  if (typeof value !== 'number' || (!isFloat && !Number.isInteger(value))) {
    problems.schema(`Expected value of type [${isFloat ? 'NUMBER' : 'INTEGER'}]`, location);
    return;
  }
  const shown = (bound: number) => (isFloat ? bound.toFixed(1) : String(bound));
  if (value < least) problems.schema(`Minimum value is ${shown(least)}`, location);
  if (value > most) problems.schema(`Maximum value is ${shown(most)}`, location);
}
