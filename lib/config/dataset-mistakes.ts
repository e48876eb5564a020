/** What in a project's dataset and split settings contradicts something else there. */

import type { z } from 'zod';
import type { projectSchema } from './schema.ts';

type Project = z.output<typeof projectSchema>;

export interface Mistake {
  readonly path: (string | number)[];
  readonly input: unknown;
  /** What is allowed, and what to do. */
  readonly message: string;
}

/** Every contradiction, each with its path below the project. */
export function datasetMistakes(project: Project): Mistake[] {
  return [
    ...undeclaredColumns(project),
    ...sharedNames(project),
    ...uselessSettings(project),
    ...emptyIntervals(project),
  ];
}

/** Columns that are named somewhere but not declared, when columns are declared. */
function undeclaredColumns({ dataset, split }: Project): Mistake[] {
  const declared = Object.keys(dataset.columns);
  if (declared.length === 0) return [];
  const { target, key, eventTime } = dataset;
  const stratify = typeof split.stratify === 'string' ? split.stratify : undefined;
  const named: readonly [string[], string | undefined][] = [
    [['dataset', 'target'], target],
    [['dataset', 'key'], key],
    [['dataset', 'eventTime'], eventTime],
    [['split', 'stratify'], stratify],
  ];
  return named.flatMap(([path, column]) => {
    if (column === undefined || declared.includes(column)) return [];
    const message = `one of the declared columns (${declared.join(', ')}); declare "${column}" or correct the name`;
    return [{ path, input: column, message }];
  });
}

/** A name in a file has to mean one column. Compared without case, as readers of CSV and Parquet on AWS do. */
function sharedNames({ dataset }: Project): Mistake[] {
  const owners = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const column of Object.keys(dataset.columns)) {
    const other = owners.get(column.toLowerCase());
    if (other !== undefined) {
      const message = `names that differ by more than case, and "${other}" is declared too; rename one`;
      mistakes.push({ path: ['dataset', 'columns', column], input: column, message });
    }
    owners.set(column.toLowerCase(), column);
  }
  for (const [column, { aliases = [] }] of Object.entries(dataset.columns)) {
    for (const [index, alias] of aliases.entries()) {
      const owner = owners.get(alias.toLowerCase());
      if (owner !== undefined) {
        const message = `a name that no column has yet, and this one belongs to "${owner}"; remove it`;
        mistakes.push({ path: ['dataset', 'columns', column, 'aliases', index], input: alias, message });
      }
      owners.set(alias.toLowerCase(), column);
    }
  }
  return mistakes;
}

/** Settings that cannot act because what they act on is not there. */
function uselessSettings({ dataset, split }: Project): Mistake[] {
  const mistakes: Mistake[] = [];
  const needsEventTime = 'only with dataset.eventTime; name the column with the time of the event';
  if (!dataset.eventTime) {
    if (dataset.freshness) {
      mistakes.push({ path: ['dataset', 'freshness'], input: dataset.freshness, message: needsEventTime });
    }
    if (split.by === 'event-time') {
      mistakes.push({ path: ['split', 'by'], input: split.by, message: needsEventTime });
    }
  }
  if (split.stratify && split.by === 'event-time') {
    const message =
      'only with split.by "key-hash": the sides of a split by time are spans of time; remove one';
    mistakes.push({ path: ['split', 'stratify'], input: split.stratify, message });
  }
  for (const named of [dataset.target, dataset.key]) {
    const column = named === undefined ? undefined : dataset.columns[named];
    if (column?.nullable) {
      const message = 'false for the target and the key, which every row has to have; remove it';
      mistakes.push({ path: ['dataset', 'columns', named!, 'nullable'], input: true, message });
    }
  }
  const names = new Set<string>();
  for (const [index, { name }] of (dataset.predicates ?? []).entries()) {
    if (names.has(name)) {
      const message = 'a name that no other predicate has; rename it';
      mistakes.push({ path: ['dataset', 'predicates', index, 'name'], input: name, message });
    }
    names.add(name);
  }
  return mistakes;
}

function emptyIntervals({ dataset: { expectedRows } }: Project): Mistake[] {
  const at = ['dataset', 'expectedRows'];
  const intervals = [
    { path: at, bounds: expectedRows },
    { path: [...at, 'ratioToPrevious'], bounds: expectedRows?.ratioToPrevious },
  ];
  return intervals.flatMap(({ path, bounds }) => {
    if (bounds?.minimum === undefined || bounds.maximum === undefined) return [];
    if (bounds.minimum <= bounds.maximum) return [];
    const message = `at most maximum (${bounds.maximum}); exchange them`;
    return [{ path: [...path, 'minimum'], input: bounds.minimum, message }];
  });
}
