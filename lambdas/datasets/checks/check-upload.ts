/** All rules that an upload has to pass, in the order in which a person reads them. */
import type { DatasetSettings } from '../../shared/settings.ts';
import type { Check, ChecksDocument, ColumnStatus } from '../contract.ts';
import type { SchemaChange } from '../schema/evolution.ts';
import type { FileFacts, ReadFinding, TableFacts } from './fact-types.ts';
import { asFilesFacts, type FilesFacts } from './file-facts.ts';
import { allowedValues } from './rules/allowed-values.ts';
import { classBalance } from './rules/class-balance.ts';
import { columnTypes } from './rules/column-types.ts';
import { columnsExtra } from './rules/columns-extra.ts';
import { columnsLookedAt } from './rules/columns-looked-at.ts';
import { columnsOrder } from './rules/columns-order.ts';
import { columnsPresent } from './rules/columns-present.ts';
import { constantColumns } from './rules/constant-columns.ts';
import { duplicateRows } from './rules/duplicate-rows.ts';
import { eventTimes } from './rules/event-times.ts';
import { filesNotEmpty } from './rules/files-not-empty.ts';
import { filesReadable } from './rules/files-readable.ts';
import { finiteValues } from './rules/finite-values.ts';
import { keysUnique } from './rules/keys-unique.ts';
import { leakageHints } from './rules/leakage-hints.ts';
import { minimumRows } from './rules/minimum-rows.ts';
import { newCategories } from './rules/new-categories.ts';
import { nullRate } from './rules/null-rate.ts';
import { predicates } from './rules/predicates.ts';
import { rowCount } from './rules/row-count.ts';
import { against, type Rule, type Subject } from './rules/rule.ts';
import { schemaEvolution } from './rules/schema-evolution.ts';
import { softRanges } from './rules/soft-ranges.ts';
import { targetPresent } from './rules/target-present.ts';
import { targetValues } from './rules/target-values.ts';
import { textShape } from './rules/text-shape.ts';
import { uniqueValues } from './rules/unique-values.ts';
import { valueRanges } from './rules/value-ranges.ts';

export const RULES: readonly Rule[] = [
  filesNotEmpty,
  filesReadable,
  targetPresent,
  columnsPresent,
  columnsLookedAt,
  schemaEvolution,
  columnsExtra,
  columnsOrder,
  columnTypes,
  targetValues,
  nullRate,
  finiteValues,
  allowedValues,
  valueRanges,
  textShape,
  uniqueValues,
  predicates,
  minimumRows,
  rowCount,
  keysUnique,
  duplicateRows,
  eventTimes,
  softRanges,
  newCategories,
  constantColumns,
  classBalance,
  leakageHints,
];

export interface CheckUploadOptions extends Omit<Subject, 'files' | 'pathOf' | 'schemaChanges'> {
  readonly upload: string;
  readonly settings: DatasetSettings;
  /** One by one in the order of the listing, or summed up. */
  readonly files: FilesFacts | readonly FileFacts[];
  readonly table?: TableFacts;
  /** What the reader found out beside the files' problems: names, headers, types. @default - none */
  readonly findings?: readonly ReadFinding[];
  /** @default - none */
  readonly schemaChanges?: readonly SchemaChange[];
  /** Name of a file by its position in the listing. @default - from `files`, or its number */
  readonly pathOf?: (file: number) => string | undefined;
}

/** Runs every rule; nothing stops at the first finding. */
export function checkUpload({
  upload,
  files,
  pathOf,
  schemaChanges = [],
  findings = [],
  ...rest
}: CheckUploadOptions): ChecksDocument {
  const subject: Subject = {
    ...rest,
    schemaChanges,
    files: asFilesFacts(files),
    pathOf: (file) => pathOf?.(file) ?? pathFrom(files, file) ?? `file ${file + 1}`,
  };
  const checks = [...findings.map(against), ...RULES.flatMap((rule) => rule(subject))];
  const columns = subject.table && statuses(subject.table, checks);
  return { format: 1, upload, verdict: worst(checks), checks, ...(columns ? { columns } : {}) };
}

function pathFrom(files: FilesFacts | readonly FileFacts[], file: number): string | undefined {
  if (!('at' in files)) return undefined;
  const at = files.at(file);
  return (at?.index ?? file) === file ? at?.path : files.find(({ index }) => index === file)?.path;
}

function statuses({ schema }: TableFacts, checks: readonly Check[]): ColumnStatus[] {
  return schema.columns.map(({ name }) => {
    return { name, verdict: worst(checks.filter(({ column }) => column === name)) };
  });
}

function worst(checks: readonly Check[]): 'PASS' | 'WARN' | 'FAIL' {
  if (checks.some(({ verdict }) => verdict === 'FAIL')) return 'FAIL';
  return checks.some(({ verdict }) => verdict === 'WARN') ? 'WARN' : 'PASS';
}
