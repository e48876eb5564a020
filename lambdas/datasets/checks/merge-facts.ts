/** Facts of two parts of an upload as facts of both. */
import {
  type ColumnFacts,
  type EventTimeFacts,
  type Example,
  type FileStretch,
  type LabelledSample,
  MAXIMUM_EXAMPLES,
  NO_OFFENCE,
  type Offence,
  type OffenceKind,
  type PredicateFacts,
  type SampledRow,
  type TableFacts,
  type TargetFacts,
} from './fact-types.ts';

/**
 * Merging is associative and commutative, so any sharding of the rows gives the facts of the whole. Only descents of
 * event times ask more: parts of consecutive rows of a file, as shards are.
 * @throws RangeError when the parts were looked at with different schemas or predicates.
 */
export function mergeFacts(a: TableFacts, b: TableFacts): TableFacts {
  if (a.columns.length !== b.columns.length || a.predicates.length !== b.predicates.length) {
    throw new RangeError('facts of different schemas or predicates do not merge');
  }
  return {
    rows: a.rows + b.rows,
    schema: a.schema,
    present: [...new Set([...a.present, ...b.present])].sort(),
    columns: a.columns.map((column, index) => mergeColumns(column, b.columns[index]!)),
    target: both(a.target, b.target, mergeTargets),
    eventTimes: both(a.eventTimes, b.eventTimes, mergeEventTimes),
    predicates: a.predicates.map((predicate, index) => mergePredicates(predicate, b.predicates[index]!)),
    sample: both(a.sample, b.sample, mergeSamples),
  };
}

function both<T>(a: T | undefined, b: T | undefined, merge: (a: T, b: T) => T): T | undefined {
  return a !== undefined && b !== undefined ? merge(a, b) : (a ?? b);
}

export function mergeOffences(a: Offence, b: Offence): Offence {
  return { rows: a.rows + b.rows, examples: firstExamples([...a.examples, ...b.examples]) };
}

/** The first ten by file and row. */
export function firstExamples(examples: readonly Example[]): Example[] {
  return examples.toSorted((x, y) => x.file - y.file || x.row - y.row).slice(0, MAXIMUM_EXAMPLES);
}

function mergeColumns(a: ColumnFacts, b: ColumnFacts): ColumnFacts {
  if (a.name !== b.name) throw new RangeError(`facts of column "${a.name}" do not merge with "${b.name}"`);
  const kinds = [...Object.keys(a.offences), ...Object.keys(b.offences)] as OffenceKind[];
  const offences: Partial<Record<OffenceKind, Offence>> = {};
  for (const kind of new Set(kinds)) {
    offences[kind] = mergeOffences(a.offences[kind] ?? NO_OFFENCE, b.offences[kind] ?? NO_OFFENCE);
  }
  return {
    name: a.name,
    present: a.present || b.present,
    rows: a.rows + b.rows,
    missing: a.missing + b.missing,
    offences,
    nan: both(a.nan, b.nan, (x, y) => x + y),
    minimum: both(a.minimum, b.minimum, Math.min),
    maximum: both(a.maximum, b.maximum, Math.max),
    onlyValue: both(a.onlyValue, b.onlyValue, (x, y) => (x === y ? x : '')),
    errors: [...new Set([...a.errors, ...b.errors])].sort(),
  };
}

function mergeTargets(a: TargetFacts, b: TargetFacts): TargetFacts {
  const names = [...new Set([...Object.keys(a.classes), ...Object.keys(b.classes)])].sort();
  const classes = names.map((name) => [name, (a.classes[name] ?? 0) + (b.classes[name] ?? 0)] as const);
  return { classes: Object.fromEntries(classes), unknown: mergeOffences(a.unknown, b.unknown) };
}

function mergePredicates(a: PredicateFacts, b: PredicateFacts): PredicateFacts {
  const error = a.error ?? b.error;
  const failing = mergeOffences(a.failing, b.failing);
  return error === undefined ? { name: a.name, failing } : { name: a.name, failing, error };
}

function mergeEventTimes(a: EventTimeFacts, b: EventTimeFacts): EventTimeFacts {
  const latestMs = both(a.latestMs, b.latestMs, Math.max);
  const latest = [a, b].flatMap((part) => {
    return part.latestMs === latestMs && part.latestAt ? [part.latestAt] : [];
  });
  const joined = joinStretches([...(a.ends ?? []), ...(b.ends ?? [])]);
  const descents = both(a.descents, b.descents, mergeOffences);
  return {
    earliestMs: both(a.earliestMs, b.earliestMs, Math.min),
    latestMs,
    latestAt: firstExamples(latest)[0],
    descents: descents && mergeOffences(descents, joined.descents),
    ends: both(a.ends, b.ends, () => joined.stretches),
  };
}

/** Joins stretches that follow each other in a file, and counts a fall of time from one to the next. */
function joinStretches(all: readonly FileStretch[]): { stretches: FileStretch[]; descents: Offence } {
  const stretches: FileStretch[] = [];
  const falls: Example[] = [];
  for (const next of all.toSorted((x, y) => x.file - y.file || x.firstRow - y.firstRow)) {
    const before = stretches.at(-1);
    if (before?.file !== next.file || before.lastRow + 1 !== next.firstRow) {
      stretches.push(next);
      continue;
    }
    if (before.lastMs !== undefined && next.firstMs !== undefined && next.firstMs < before.lastMs) {
      const value = new Date(Math.floor(next.firstMs)).toISOString();
      falls.push({ file: next.file, row: next.firstTimedRow!, value });
    }
    stretches[stretches.length - 1] = {
      file: before.file,
      firstRow: before.firstRow,
      lastRow: next.lastRow,
      firstMs: before.firstMs ?? next.firstMs,
      firstTimedRow: before.firstTimedRow ?? next.firstTimedRow,
      lastMs: next.lastMs ?? before.lastMs,
    };
  }
  return { stretches, descents: { rows: falls.length, examples: firstExamples(falls) } };
}

function mergeSamples(a: LabelledSample, b: LabelledSample): LabelledSample {
  return {
    ...a,
    negatives: lowest([...a.negatives, ...b.negatives], a.rowsPerClass),
    positives: lowest([...a.positives, ...b.positives], a.rowsPerClass),
  };
}

const lowest = (rows: readonly SampledRow[], count: number) =>
  rows.toSorted((x, y) => x[0] - y[0]).slice(0, count);
