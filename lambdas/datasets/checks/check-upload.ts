/** All rules that an upload has to pass, in the order in which a person reads them. */
import type { Check, ChecksDocument } from '../contract.ts';
import type { UploadFacts } from './facts.ts';
import { allowedValues } from './rules/allowed-values.ts';
import { columnTypes } from './rules/column-types.ts';
import { columnsExtra } from './rules/columns-extra.ts';
import { columnsPresent } from './rules/columns-present.ts';
import { filesNotEmpty } from './rules/files-not-empty.ts';
import { filesReadable } from './rules/files-readable.ts';
import { keysUnique } from './rules/keys-unique.ts';
import { minimumRows } from './rules/minimum-rows.ts';
import type { Rule } from './rules/rule.ts';
import { schemaEvolution } from './rules/schema-evolution.ts';
import { targetBinary } from './rules/target-binary.ts';
import { targetPresent } from './rules/target-present.ts';
import { valueRanges } from './rules/value-ranges.ts';

export const RULES: readonly Rule[] = [
  filesNotEmpty,
  filesReadable,
  targetPresent,
  columnsPresent,
  columnsExtra,
  columnTypes,
  targetBinary,
  allowedValues,
  valueRanges,
  minimumRows,
  keysUnique,
  schemaEvolution,
];

/** Runs every rule; nothing stops at the first finding. */
export function checkUpload(upload: string, facts: UploadFacts): ChecksDocument {
  const checks = RULES.flatMap((rule) => rule(facts));
  return { format: 1, upload, verdict: overall(checks), checks };
}

/** The sentences of the blocking findings. */
export function blockingReasons({ checks }: ChecksDocument): string[] {
  return checks.filter(({ verdict }) => verdict === 'FAIL').map(({ reason }) => reason);
}

function overall(checks: readonly Check[]): ChecksDocument['verdict'] {
  if (checks.some(({ verdict }) => verdict === 'FAIL')) return 'FAIL';
  return checks.some(({ verdict }) => verdict === 'WARN') ? 'WARN' : 'PASS';
}
