/** Filtering, sorting and paging that the List operations share. */
import { Constraints, validationError } from './constraints.ts';

/** One listed resource with what the filters look at. */
export interface Listed<Summary> {
  readonly name: string;
  readonly status?: string;
  readonly created: Date;
  readonly modified?: Date;
  readonly summary: Summary;
}

export interface ListInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly NameContains?: string | undefined;
  readonly StatusEquals?: string | undefined;
  readonly CreationTimeAfter?: Date | undefined;
  readonly CreationTimeBefore?: Date | undefined;
  readonly LastModifiedTimeAfter?: Date | undefined;
  readonly LastModifiedTimeBefore?: Date | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
}

export interface Page<Summary> {
  readonly summaries: Summary[];
  readonly NextToken?: string;
}

const DEFAULT_PAGE = 10;
const NAME_PART = '[a-zA-Z0-9-]+';
const ORDERS = ['Ascending', 'Descending'];

/**
 * One page of `all` under the request's filters. @param sortable what the operation sorts by; unchecked by default.
 * @throws AwsError ValidationException on a bad page size, filter, order or token.
 */
export function listPage<Summary>(
  all: readonly Listed<Summary>[],
  input: ListInput,
  defaultOrder: 'Ascending' | 'Descending' = 'Descending',
  sortable?: readonly string[],
): Page<Summary> {
  const constraints = new Constraints().range(input.MaxResults, 'maxResults', [1, 100]);
  constraints.length(input.NameContains, 'nameContains', [0, 63]);
  constraints.pattern(input.NameContains, 'nameContains', NAME_PART);
  constraints.oneOf(input.SortOrder, 'sortOrder', ORDERS);
  if (sortable) constraints.oneOf(input.SortBy, 'sortBy', sortable);
  constraints.check();
  const direction = (input.SortOrder ?? defaultOrder) === 'Ascending' ? 1 : -1;
  const sorted = all
    .filter((each) => passes(each, input))
    .map((each, index) => ({ each, index }))
    .sort((a, b) => direction * (compare(a.each, b.each, input.SortBy) || a.index - b.index))
    .map(({ each }) => each);
  const start = input.NextToken === undefined ? 0 : offsetOf(input.NextToken);
  const end = start + (input.MaxResults ?? DEFAULT_PAGE);
  const summaries = sorted.slice(start, end).map((each) => each.summary);
  return end < sorted.length ? { summaries, NextToken: tokenOf(end) } : { summaries };
}

function passes(each: Listed<unknown>, input: ListInput): boolean {
  const modified = each.modified ?? each.created;
  return (
    (input.NameContains === undefined ||
      each.name.toLowerCase().includes(input.NameContains.toLowerCase())) &&
    (input.StatusEquals === undefined || each.status === input.StatusEquals) &&
    (input.CreationTimeAfter === undefined || each.created > input.CreationTimeAfter) &&
    (input.CreationTimeBefore === undefined || each.created < input.CreationTimeBefore) &&
    (input.LastModifiedTimeAfter === undefined || modified > input.LastModifiedTimeAfter) &&
    (input.LastModifiedTimeBefore === undefined || modified < input.LastModifiedTimeBefore)
  );
}

function compare(a: Listed<unknown>, b: Listed<unknown>, by: string | undefined): number {
  if (by === 'Name') return a.name < b.name ? -1 : Number(a.name > b.name);
  if (by === 'Status') return (a.status ?? '').localeCompare(b.status ?? '');
  if (by === 'LastModifiedTime') {
    return (a.modified ?? a.created).getTime() - (b.modified ?? b.created).getTime();
  }
  return a.created.getTime() - b.created.getTime();
}

const tokenOf = (offset: number): string => Buffer.from(`offset:${offset}`).toString('base64');

function offsetOf(token: string): number {
  const match = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64').toString());
  if (!match) throw validationError('Invalid NextToken.');
  return Number(match[1]);
}
