/** Members of requests that this cloud does not act on: refused, never ignored. */
import { NotImplementedByLocalCloud } from './errors.ts';

/** @throws NotImplementedByLocalCloud naming the first of these members that is set; `false` and empty lists are not */
export function refuseMembers(operation: string, input: object, members: readonly string[]): void {
  const values = input as Readonly<Record<string, unknown>>;
  const set = members.find((name) => {
    const value = values[name];
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  });
  if (set !== undefined) throw new NotImplementedByLocalCloud(`${operation} with ${set}`);
}
