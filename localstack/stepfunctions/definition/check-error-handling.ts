/** Checks of Retry and Catch. */

import { STATES_ALL } from '../engine/failure.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { CATCHER_FIELDS, RETRIER_FIELDS } from './fields.ts';
import type { ProblemList } from './problems.ts';
import type { StatePlace } from './validate.ts';

/** Bounds of a retrier's numbers, from AWS's documentation. */
const NUMBERS: Readonly<Record<string, (value: number) => boolean>> = {
  IntervalSeconds: (value) => Number.isInteger(value) && value >= 1 && value <= 99_999_999,
  MaxAttempts: (value) => Number.isInteger(value) && value >= 0 && value <= 99_999_999,
  BackoffRate: (value) => value >= 1,
  MaxDelaySeconds: (value) => Number.isInteger(value) && value >= 1 && value <= 31_622_400,
};

/** Checks a state's retriers. */
export function checkRetriers(state: JsonObject, { problems, path }: StatePlace): void {
  for (const { item, location, isLast } of items(state.Retry, `${path}/Retry`, problems)) {
    problems.unknownFields(item, RETRIER_FIELDS, location);
    checkErrorEquals(item.ErrorEquals, isLast, location, problems);
    for (const [field, isGood] of Object.entries(NUMBERS)) {
      const value = item[field];
      if (value === undefined) continue;
      if (typeof value !== 'number' || !isGood(value)) {
        problems.schema(
          `The value for the field '${field}' is out of range: ${JSON.stringify(value)}`,
          `${location}/${field}`,
        );
      }
    }
    const { MaxDelaySeconds: most, IntervalSeconds: interval = 1, JitterStrategy: jitter } = item;
    if (typeof most === 'number' && typeof interval === 'number' && most <= interval) {
      problems.schema(
        "'MaxDelaySeconds' must be greater than 'IntervalSeconds'",
        `${location}/MaxDelaySeconds`,
      );
    }
    if (jitter !== undefined && jitter !== 'FULL' && jitter !== 'NONE') {
      problems.schema('Value should be one of the following: [FULL, NONE]', `${location}/JitterStrategy`);
    }
  }
}

/** Checks a state's catchers. */
export function checkCatchers(state: JsonObject, { problems, path, language }: StatePlace): void {
  for (const { item, location, isLast } of items(state.Catch, `${path}/Catch`, problems)) {
    problems.unknownFields(item, CATCHER_FIELDS[language], location);
    checkErrorEquals(item.ErrorEquals, isLast, location, problems);
    problems.required(item, ['Next'], location);
  }
}

function items(
  list: Json | undefined,
  path: string,
  problems: ProblemList,
): { item: JsonObject; location: string; isLast: boolean }[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    problems.schema('Expected value of type [ARRAY]', path);
    return [];
  }
  return (list as Json[]).flatMap((item, index) => {
    const location = `${path}[${index}]`;
    if (isObject(item)) return [{ item, location, isLast: index === list.length - 1 }];
    problems.schema('Expected value of type [OBJECT]', location);
    return [];
  });
}

function checkErrorEquals(
  names: Json | undefined,
  isLast: boolean,
  path: string,
  problems: ProblemList,
): void {
  const location = `${path}/ErrorEquals`;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
    problems.schema("The field 'ErrorEquals' must be a list of error names that is not empty", location);
    return;
  }
  if (!names.includes(STATES_ALL)) return;
  if (names.length > 1) problems.schema("'States.ALL' must appear alone in 'ErrorEquals'", location);
  if (!isLast) problems.schema("'States.ALL' must be in the last retrier or catcher", location);
}
