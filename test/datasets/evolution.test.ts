import { describe, expect, it } from 'vitest';
import type { DatasetSchema, SchemaColumn } from '../../lambdas/datasets/contract.ts';
import { type EvolveOptions, evolveSchema } from '../../lambdas/datasets/schema/evolution.ts';
import type { ColumnSettings, DatasetSettings } from '../../lambdas/shared/settings.ts';

const X: SchemaColumn = { name: 'x', type: 'integer', role: 'feature' };
const Y: SchemaColumn = { name: 'y', type: 'integer', role: 'target' };
const schema = (...columns: SchemaColumn[]): DatasetSchema => ({ columns });
const head = (...columns: SchemaColumn[]) => ({ schema: schema(...columns), schemaVersion: 3 });
const settings = (
  columns: readonly ColumnSettings[],
  more: Partial<DatasetSettings> = {},
): DatasetSettings => {
  return { target: 'y', columns, uploads: 'snapshot', minimumRows: 1, ...more };
};
const names = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name);

/** The result, its changes as `kind severity column`. */
function evolve(options: Omit<EvolveOptions, 'present'> & { present?: readonly string[] }) {
  const present = options.present ?? names((options.inferred ?? options.head!.schema).columns);
  const evolved = evolveSchema({ ...options, present });
  return {
    ...evolved,
    brief: evolved.changes.map(({ kind, severity, column }) => `${kind} ${severity} ${column}`),
  };
}

describe('a schema that is inferred', () => {
  it('is version 1 of the first upload and says of no change', () => {
    const evolved = evolve({ settings: settings([]), inferred: schema(X, Y) });
    expect(evolved).toMatchObject({ schema: schema(X, Y), schemaVersion: 1, changes: [] });
  });

  it('stays when the same columns come in another order', () => {
    const evolved = evolve({ settings: settings([]), head: head(X, Y), inferred: schema(Y, X) });
    expect(evolved).toMatchObject({ schema: schema(X, Y), schemaVersion: 3, changes: [] });
  });

  it('takes a new column at its end, with a warning and a new version', () => {
    const z: SchemaColumn = { name: 'z', type: 'string', role: 'feature' };
    const evolved = evolve({ settings: settings([]), head: head(X, Y), inferred: schema(z, X, Y) });
    expect(evolved.schema).toEqual(schema(X, Y, z));
    expect(evolved.schemaVersion).toBe(4);
    expect(evolved.brief).toEqual(['added warn z']);
    expect(evolved.changes[0]!.reason).toContain('Models trained before do not know it');
  });

  it.each([
    ['integer', 'double', 'double', ['widened info x']],
    ['double', 'integer', 'double', []],
    ['integer', 'string', 'integer', []],
    ['string', 'integer', 'string', []],
    ['boolean', 'integer', 'boolean', []],
    ['double', 'string', 'double', []],
    ['timestamp', 'string', 'timestamp', []],
  ] as const)('that has %s and meets %s is %s', (was, found, becomes, changes) => {
    const evolved = evolve({
      settings: settings([]),
      head: head({ ...X, type: was }, Y),
      inferred: schema({ ...X, type: found }, Y),
    });
    expect(evolved.schema.columns[0]!.type).toBe(becomes);
    expect(evolved.brief).toEqual(changes);
    expect(evolved.schemaVersion).toBe(changes.length === 0 ? 3 : 4);
  });

  it('keeps a column that the files lack, so that its absence is a finding', () => {
    const evolved = evolve({ settings: settings([]), head: head(X, Y), inferred: schema(Y) });
    expect(evolved).toMatchObject({ schema: schema(X, Y), schemaVersion: 3, changes: [] });
  });

  it('drops such a column where the project allows it', () => {
    const evolved = evolve({
      settings: settings([], { evolution: { dropped: 'warn' } }),
      head: head(X, Y),
      inferred: schema(Y),
    });
    expect(evolved).toMatchObject({ schema: schema(Y), schemaVersion: 4, brief: ['dropped warn x'] });
  });

  it.each([
    ['files are added to others', { uploads: 'append' }, X],
    ['it is the key', { key: 'x' }, { ...X, role: 'key' }],
  ] as const)('never drops it when %s', (_case, more, column) => {
    const evolved = evolve({
      settings: settings([], { ...more, evolution: { dropped: 'allow' } }),
      head: head(column, Y),
      inferred: schema(Y),
    });
    expect(evolved.schema).toEqual(schema(column, Y));
  });

  it('follows the settings when they name another key, in a new version', () => {
    const evolved = evolve({
      settings: settings([], { key: 'x' }),
      head: head(X, Y),
      inferred: schema(X, Y),
    });
    expect(evolved.schema.columns[0]).toEqual({ ...X, role: 'key' });
    expect(evolved).toMatchObject({ schemaVersion: 4, brief: ['role warn x'] });
  });

  it('makes a feature of what was the key once', () => {
    const was: SchemaColumn = { ...X, role: 'key' };
    const evolved = evolve({ settings: settings([]), head: head(was, Y), inferred: schema(X, Y) });
    expect(evolved.schema.columns[0]).toEqual(X);
  });
});

describe('a schema that is declared', () => {
  it('is what the settings say, whatever the files have', () => {
    const evolved = evolve({ settings: settings([X, Y]), present: ['y', 'other'], head: head(X, Y) });
    expect(evolved).toMatchObject({ schema: schema(X, Y), schemaVersion: 3, changes: [] });
  });

  it.each([
    ['a feature that is gone', [Y], [X, Y], {}, ['dropped block x']],
    ['a sensitive column that is gone', [Y], [{ ...X, role: 'sensitive' }, Y], {}, ['dropped block x']],
    ['an ignored column that is gone', [Y], [{ ...X, role: 'ignored' }, Y], {}, ['dropped warn x']],
    ['a feature that may go', [Y], [X, Y], { dropped: 'allow' }, ['dropped info x']],
    ['a new column', [X, Y], [Y], {}, ['added warn x']],
    ['a new column that is refused', [X, Y], [Y], { added: 'block' }, ['added block x']],
    ['a new column that is expected', [X, Y], [Y], { added: 'allow' }, ['added info x']],
    ['integer to double', [{ ...X, type: 'double' }, Y], [X, Y], {}, ['widened info x']],
    [
      'integer to double, refused',
      [{ ...X, type: 'double' }, Y],
      [X, Y],
      { widened: 'block' },
      ['widened block x'],
    ],
    ['double to integer', [X, Y], [{ ...X, type: 'double' }, Y], {}, ['narrowed block x']],
    ['number to text', [{ ...X, type: 'string' }, Y], [X, Y], {}, ['narrowed block x']],
    [
      'number to text, allowed',
      [{ ...X, type: 'string' }, Y],
      [X, Y],
      { narrowed: 'warn' },
      ['narrowed warn x'],
    ],
    ['another role', [{ ...X, role: 'ignored' }, Y], [X, Y], {}, ['role warn x']],
    ['a rename by alias', [{ ...X, name: 'n', aliases: ['x'] }, Y], [X, Y], {}, ['renamed info n']],
    ['a rename without alias', [{ ...X, name: 'n' }, Y], [X, Y], {}, ['added warn n', 'dropped block x']],
    [
      'a rename with another type',
      [{ ...X, name: 'n', aliases: ['x'], type: 'string' }, Y],
      [X, Y],
      {},
      ['renamed info n', 'narrowed block n'],
    ],
    [
      'an ignored column of another type',
      [{ ...X, role: 'ignored', type: 'string' }, Y],
      [{ ...X, role: 'ignored' }, Y],
      {},
      ['narrowed info x'],
    ],
  ] as const)('with %s', (_case, declared, before, evolution, changes) => {
    const evolved = evolve({
      settings: settings(declared, { evolution }),
      head: head(...before),
      present: names(declared),
    });
    expect(evolved.brief).toEqual(changes);
    expect(evolved.schemaVersion).toBe(4);
  });

  it('gets no new version from an alias that is added', () => {
    const evolved = evolve({ settings: settings([{ ...X, aliases: ['old'] }, Y]), head: head(X, Y) });
    expect(evolved).toMatchObject({ schemaVersion: 3, changes: [] });
    expect(evolved.schema.columns[0]!.aliases).toEqual(['old']);
  });

  it('gets a new version from another order, because files for training have it', () => {
    const evolved = evolve({ settings: settings([Y, X]), head: head(X, Y) });
    expect(evolved).toMatchObject({ schemaVersion: 4, changes: [] });
  });

  it('takes no new column without missing values beside rows that lack it', () => {
    const needed = { ...X, nullable: false };
    const append = settings([needed, Y], { uploads: 'append', evolution: { added: 'allow' } });
    expect(evolve({ settings: append, head: head(Y) }).brief).toEqual(['added block x']);
    expect(evolve({ settings: { ...append, uploads: 'snapshot' }, head: head(Y) }).brief).toEqual([
      'added info x',
    ]);
  });

  it('says what was, what is and what to do', () => {
    const [gone, narrowed] = [
      evolve({ settings: settings([Y]), head: head(X, Y) }),
      evolve({ settings: settings([X, Y]), head: head({ ...X, type: 'double' }, Y) }),
    ].map(({ changes }) => changes[0]!.reason);
    expect(gone).toBe(
      'Column "x" (feature) is gone. Declare it again, name it among the aliases of its successor, give it the role ignored, or allow it (dataset.evolution.dropped).',
    );
    expect(narrowed).toBe(
      'Column "x" was double and is integer. Keep the type, give the column another name, or allow it (dataset.evolution.narrowed).',
    );
  });
});
