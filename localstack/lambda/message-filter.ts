/** Filters of event source mappings: which messages a function gets. */
import type { FilterCriteria } from '@aws-sdk/client-lambda';
import { parsePattern } from '../events/pattern.ts';
import { invalidParameter } from './errors.ts';

/** AWS's quota, without asking for more. */
const MOST_FILTERS = 5;

/** The patterns of filter criteria, checked. @throws AwsError InvalidParameterValueException */
export function readFilters(criteria: FilterCriteria | undefined): readonly string[] {
  const filters = criteria?.Filters ?? [];
  if (filters.length > MOST_FILTERS) {
    throw invalidParameter(`The number of filters exceeds the limit of ${MOST_FILTERS}.`);
  }
  return filters.map(({ Pattern = '' }) => {
    try {
      parsePattern(Pattern);
    } catch {
      throw invalidParameter('Invalid filter pattern definition.');
    }
    return Pattern;
  });
}

/**
 * Tells whether a record matches one of the patterns; without patterns every record does. A body that is a JSON object
 * or list is matched by its fields, any other as a string.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function messageFilter(patterns: readonly string[]): (record: { readonly body?: string }) => boolean {
  if (patterns.length === 0) return () => true;
  const parsed = patterns.map((pattern) => parsePattern(pattern));
  return (record) => {
    const filtered = { ...record, body: bodyOf(record.body ?? '') };
    return parsed.some((pattern) => pattern.matches(filtered));
  };
}

function bodyOf(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : body;
  } catch {
    return body;
  }
}
