/** Dynamic references in strings: `{{resolve:ssm:name}}` and `{{resolve:ssm:name:version}}`. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../errors.ts';
import { isObject, type Json } from './template.ts';

/** Reads one SSM parameter; `name` may carry a version (`name:3`). */
export type ReadParameter = (name: string) => Promise<string>;

const REFERENCE = /\{\{resolve:([a-z-]+):([^}]*)\}\}/g;

/**
 * Refuses references to secure strings: AWS takes them in a few properties only, none of them of a type of this cloud.
 * @throws AwsError ValidationError with the path of the first one
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html
 */
export function refuseSecureReferences(value: Json, path: string): void {
  if (typeof value === 'string' && value.includes('{{resolve:ssm-secure:')) {
    throw validationError(`SSM Secure reference is not supported in: [${path}]`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) refuseSecureReferences(member, `${path}/${name}`);
}

/**
 * Replaces the dynamic references in every string of a value.
 * @throws NotImplementedByLocalCloud for references to Secrets Manager.
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
