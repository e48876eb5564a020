/** Tags as a record and as AWS's lists. */
type Tag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** List of tags to a record; a later key wins. */
export function tagsToRecord(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Record to a list, in order of insertion. */
export function recordToTags(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The record without some keys. */
export function withoutTags(
  tags: Readonly<Record<string, string>>,
  keys: readonly string[] | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys?.includes(key)));
}
