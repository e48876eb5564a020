/** Dynamic references in strings: `{{resolve:ssm:name}}` and `{{resolve:ssm:name:version}}`. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { isObject, type Json } from './template.ts';

/** Reads one SSM parameter; `name` may carry a version (`name:3`). */
export type ReadParameter = (name: string) => Promise<string>;

const REFERENCE = /\{\{resolve:([a-z-]+):([^}]*)\}\}/g;

/**
 * Replaces the dynamic references in every string of a value.
 * @throws NotImplementedByLocalCloud for references to Secrets Manager and to secure strings.
 */
export async function resolveDynamicReferences(value: Json, read: ReadParameter): Promise<Json> {
  if (typeof value === 'string') return value.includes('{{resolve:') ? resolveText(value, read) : value;
  if (Array.isArray(value)) {
    return Promise.all(value.map((member) => resolveDynamicReferences(member, read)));
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(
    async ([key, member]) => [key, await resolveDynamicReferences(member, read)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}

async function resolveText(text: string, read: ReadParameter): Promise<string> {
  let resolved = text;
  for (const [whole, service, name] of text.matchAll(REFERENCE)) {
    if (service !== 'ssm') throw new NotImplementedByLocalCloud(`dynamic reference resolve:${service}`);
    const value = await read(name ?? '');
    // as a function: `$&` in a parameter's value is text
    resolved = resolved.replace(whole, () => value);
  }
  return resolved;
}
