/** Wildcards and policy variables. */
import { matchesWildcard } from '../core/wildcard.ts';

/** Condition keys of a request, names in lower case. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/**
 * Whether an ARN matches a pattern: each of the six parts by itself, so that a wildcard does not reach over a colon
 * before the resource part. What has fewer parts is no ARN and matches only `*`.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const patternParts = arnParts(pattern);
  const parts = arnParts(arn);
  if (!patternParts || !parts) return false;
  return patternParts.every((part, index) => matchesWildcard(part, parts[index]!));
}

function arnParts(arn: string): string[] | undefined {
  const parts = arn.split(':');
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** Characters that stand for literal `*` and `?` until a pattern has been matched. */
const LITERAL_STAR = '\uE000';
const LITERAL_QUESTION = '\uE001';

/**
 * Replaces policy variables (`${aws:username}`, `${key, 'default'}`, `${*}`); undefined when a variable has no single
 * value, in which case the element matches nothing. Policies before version 2012-10-17 have no variables.
 */
export function substitute(text: string, context: RequestContext, version: string): string | undefined {
  if (version !== '2012-10-17' || !text.includes('${')) return text;
  let isComplete = true;
  const result = text.replace(/\$\{([^}]*)\}/g, (_whole, inner: string) => {
    if (inner === '*') return LITERAL_STAR;
    if (inner === '?') return LITERAL_QUESTION;
    if (inner === '$') return '$';
    const [, key = inner, fallback] = /^\s*([^,\s]+)\s*,\s*'([^']*)'\s*$/.exec(inner) ?? [];
    const values = context.get(key.trim().toLowerCase());
    if (values?.length === 1) return literal(values[0]!);
    if (fallback !== undefined) return literal(fallback);
    isComplete = false;
    return '';
  });
  return isComplete ? result : undefined;
}

/** A value as it must look to match a substituted pattern. */
export function literal(value: string): string {
  return value.replaceAll('*', LITERAL_STAR).replaceAll('?', LITERAL_QUESTION);
}
