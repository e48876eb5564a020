/** Which operations have a conformance case: an asserted answer, a refusal to the letter, and a source. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const CASES = join(import.meta.dirname, '../conformance/cases');

interface Cases {
  readonly service: string;
  readonly operations: Readonly<Record<string, unknown>>;
}

/** Operations as `service Name`. Loads every file of cases: a second or two. */
export async function coveredOperations(): Promise<ReadonlySet<string>> {
  const files = readdirSync(CASES).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(files.map((name) => import(join(CASES, name)) as Promise<object>));
  const tables = modules.flatMap((module) => Object.values(module)).filter(isCases);
  return new Set(
    tables.flatMap(({ service, operations }) => Object.keys(operations).map((name) => `${service} ${name}`)),
  );
}

const isCases = (value: unknown): value is Cases =>
  typeof value === 'object' && value !== null && 'service' in value && 'operations' in value;
