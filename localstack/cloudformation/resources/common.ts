/** Pieces that several resource types share. */
import { AwsError } from '../../core/errors.ts';
import { isNotFound } from '../errors.ts';
import type { Json } from '../template/template.ts';
import type { ResourceContext } from './handler.ts';

/** Shape of `Tags` where it is a list. */
export const TAGS = [{ Key: 'string', Value: 'string' }] as const;

/** Shape of `Tags` where it is a map. */
export const TAG_MAP = { '*': 'string' } as const;

export type TagList = readonly { readonly Key?: string; readonly Value?: string }[];

/** Tags as a map, the form that Lambda and EventBridge Schemas take. */
export function tagMap(tags: TagList | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Tag keys that an update takes away. */
export function removedTagKeys(previous: TagList | undefined, next: TagList | undefined): string[] {
  const kept = new Set((next ?? []).map(({ Key }) => Key));
  return (previous ?? []).map(({ Key }) => Key ?? '').filter((key) => !kept.has(key));
}

/** A policy document as the text that APIs take. */
export function policyText(document: Json | undefined): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}

/**
 * Refuses to create what exists. APIs that create or replace would take over a resource that the stack does not own.
 * @throws AwsError AlreadyExists unless `lookUp` fails as not found.
 */
export async function mustNotExist(
  type: string,
  identifier: string,
  lookUp: () => Promise<unknown>,
): Promise<void> {
  let found: unknown;
  try {
    found = await lookUp();
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  if (found === undefined || found === false) return;
  throw new AwsError(
    'AlreadyExists',
    `Resource of type '${type}' with identifier '${identifier}' already exists.`,
  );
}

/** ARN of a resource of this account and region. */
export function arnOf(context: ResourceContext, service: string, resource: string): string {
  return `arn:aws:${service}:${context.region}:${context.account}:${resource}`;
}

/** Members that are undefined left out, so that APIs see what the template says and nothing else. */
export function given<T extends object>(input: T): T {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as T;
}
