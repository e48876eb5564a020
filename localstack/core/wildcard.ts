/** Wildcards of policies, faults and filters. */

const MAX_CACHED = 10_000;
const cache = new Map<string, RegExp>();

/** Whether `value` matches a pattern of `*` (any run, also of `/` and `:`) and `?` (one character). */
export function matchesWildcard(pattern: string, value: string, ignoreCase = false): boolean {
  if (pattern === '*') return true;
  const key = ignoreCase ? `i${pattern}` : `s${pattern}`;
  let regexp = cache.get(key);
  if (!regexp) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    regexp = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(key, regexp);
  }
  return regexp.test(value);
}
