/** What templates and clients use of AWS, named one by one. */
export const KINDS = [
  'operation',
  'resource property',
  'template function',
  'state field',
  'integration',
  'JSONata function',
  'pattern operator',
] as const;
export type Kind = (typeof KINDS)[number];

/** For example `{ kind: 'operation', name: 's3 PutObject' }`. */
export interface Element {
  readonly kind: Kind;
  readonly name: string;
}

/** Element names by kind. */
export type Elements = ReadonlyMap<Kind, ReadonlySet<string>>;

/** Groups elements by kind; each kind is there, if with nothing. */
export function byKind(elements: Iterable<Element>): Elements {
  const sets = new Map<Kind, Set<string>>(KINDS.map((kind) => [kind, new Set<string>()]));
  for (const { kind, name } of elements) sets.get(kind)?.add(name);
  return sets;
}
