/** The items of a distributed Map: of its input, or read. */
import { isObject, type Json, type JsonObject } from '../../json.ts';

/** One item, as the context object tells of it. */
export interface MapItem {
  readonly value: Json;
  /** `STATE_DATA`, or the S3 URI that it was read from. */
  readonly source: string;
  /** Its name, when the items are an object's members. */
  readonly key?: string;
}

/** Items of a JSON value: an array's elements or an object's members; undefined for anything else. */
export function itemsIn(value: Json, source: string): MapItem[] | undefined {
  if (Array.isArray(value)) return (value as Json[]).map((each) => ({ value: each, source }));
  if (!isObject(value)) return undefined;
  return Object.entries(value).map(([key, member]) => ({ value: member, source, key }));
}

/** `$states.context.Map` of an item. */
export function mapContext(item: MapItem, index: number): JsonObject {
  const { value, source, key } = item;
  return { Item: { Index: index, ...(key === undefined ? {} : { Key: key }), Value: value, Source: source } };
}

/** What a child execution is given when no ItemSelector says otherwise. */
export function plainInput({ value, key }: MapItem): Json {
  return key === undefined ? value : { Key: key, Value: value };
}
