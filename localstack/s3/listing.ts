/** One page of a sorted listing with common prefixes; shared by every list operation. */

import { invalidArgument } from './errors.ts';

/** What a page is cut from. */
export interface PageRequest {
  readonly prefix: string;
  readonly delimiter?: string | undefined;
  /** The page begins after this key, or after all keys under it when it is a common prefix. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Something that gives keys in order and can jump over a prefix. */
export interface KeySource {
  next(): string | undefined;
  skip(prefix: string): void;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** Last key or common prefix of the page. */
  readonly last?: string;
}

/**
 * Cuts one page. `itemsOf` gives what is listed of a key (none for a key that is hidden, several for its versions).
 * Keys that share a prefix up to the delimiter count as one entry and are jumped over.
 */
export function cutPage<Item>(
  source: KeySource,
  request: PageRequest,
  itemsOf: (key: string) => readonly Item[],
): Page<Item> {
  const { prefix, delimiter, after, limit } = request;
  const items: Item[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  if (delimiter && after?.startsWith(prefix) && commonPrefixOf(after, prefix, delimiter) === after) {
    source.skip(after);
  }
  for (let key = source.next(); key !== undefined; key = source.next()) {
    const listed = itemsOf(key);
    if (listed.length === 0) continue;
    const isFull = items.length + commonPrefixes.length >= limit;
    if (isFull)
      return { items, commonPrefixes, isTruncated: limit > 0, ...(last === undefined ? {} : { last }) };
    const common = commonPrefixOf(key, prefix, delimiter);
    if (common === undefined) {
      items.push(...listed);
      last = key;
    } else {
      commonPrefixes.push(common);
      source.skip(common);
      last = common;
    }
  }
  return { items, commonPrefixes, isTruncated: false, ...(last === undefined ? {} : { last }) };
}

/** Codes names as `EncodingType: 'url'` asks, for keys that XML cannot hold. @throws AwsError InvalidArgument */
export function nameEncoder(encodingType: string | undefined): (name: string) => string {
  if (encodingType === undefined) return (name) => name;
  if (encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  }
  return (name) => encodeURIComponent(name).replaceAll('%2F', '/');
}

function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
