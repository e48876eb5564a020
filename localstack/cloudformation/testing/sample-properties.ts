/** Makes values of a shape that can be found again in what a handler sends. */
import type { Shape } from '../resources/shape.ts';
import type { Json } from '../template/template.ts';

/** A value of a shape; every scalar in it is unlike every other of the same `mark` and path. */
export function sampleOf(shape: Shape, mark: string, path = 'p'): Json {
  if (shape === 'string') return `${mark}-${path}`;
  if (shape === 'json') return { marked: `${mark}-${path}` };
  if (shape === 'integer' || shape === 'number') return numberOf(`${mark}-${path}`);
  if (shape === 'boolean') return mark !== 'old';
  if (Array.isArray(shape)) return [sampleOf(shape[0] as Shape, mark, `${path}0`)];
  const members = shape as { readonly [member: string]: Shape };
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      const key = name === '*' ? `${mark}key` : name;
      return [key, sampleOf(member, mark, `${path}${key}`)];
    }),
  );
}

/** A number from 100,000 that a text stands for: large enough not to turn up by chance. */
function numberOf(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 800_000;
  return 100_000 + sum;
}

/** The texts and numbers in a value. */
export function scalarsOf(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(scalarsOf);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(scalarsOf);
  return typeof value === 'boolean' || value === null ? [] : [String(value)];
}
