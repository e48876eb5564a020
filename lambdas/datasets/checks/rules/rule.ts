/** The shape of a check of an upload: one file each, facts in, findings out. */
import type { CheckName, CheckSeverity, DatasetSettings } from '../../../shared/settings.ts';
import type { Check, Offender, Severity } from '../../contract.ts';
import type { DatasetProfile } from '../../profile/profile.ts';
import type { SchemaChange } from '../../schema/evolution.ts';
import { severityOf } from '../check-settings.ts';
import type { Example, Offence, TableFacts } from '../fact-types.ts';
import type { FilesFacts } from '../file-facts.ts';

/** Rows that repeat others, found by hashes. */
export interface DuplicateFacts {
  /** Rows that equal an earlier one in every column. */
  readonly duplicateRows: number;
  /** Keys (with their event time, when one is declared) that more than one row has. */
  readonly repeatedIds: number;
  /** Rows of the upload that a later one with the same key replaces. */
  readonly ownDroppedRows?: number;
  /** Rows of the version before that the upload replaces. */
  readonly supersededRows?: number;
  /** Rows that repeat an earlier value of a column that is declared unique, over all parts of the upload. */
  readonly repeatedValues?: Readonly<Record<string, Offence>>;
}

/** All that a rule may look at. */
export interface Subject {
  readonly settings: DatasetSettings;
  readonly files: FilesFacts;
  /** Absent when no file could be read: rules about rows do not apply then. */
  readonly table?: TableFacts;
  readonly schemaChanges: readonly SchemaChange[];
  /** The version that the upload follows or adds to. */
  readonly head?: { readonly profile: DatasetProfile; readonly rows: number };
  readonly duplicates?: DuplicateFacts;
  /** When the upload was committed, in milliseconds since 1970; rules about age do not apply without. */
  readonly uploadedAtMs?: number;
  /** Name of a file by its position in the listing. */
  readonly pathOf: (file: number) => string;
}

/** At least one finding, so that "looked at, nothing wrong" is told from "not looked at". */
export type Rule = (subject: Subject) => readonly Check[];

interface Finding {
  readonly check: string;
  readonly severity: Severity;
  /** A sentence. */
  readonly reason: string;
  /** Sentence on what to do, behind the first offender. */
  readonly advice?: string;
  readonly column?: string;
  readonly offenders?: readonly Offender[];
  /** Whether the first offender becomes part of the sentence. @default true */
  readonly namesFirst?: boolean;
}

/** A finding against the upload: FAIL when it blocks, WARN when it warns; what is for information only passes. */
export function against({ offenders = [], reason, advice, namesFirst = true, ...finding }: Finding): Check {
  const first = namesFirst ? offenders[0] : undefined;
  const sentence = first ? `${reason.replace(/\.$/, '')}, first ${describeOffender(first)}.` : reason;
  const hint = first?.value !== undefined && isHashed(first.value) ? HASHED : advice;
  const verdict = { block: 'FAIL', warn: 'WARN', info: 'PASS' } as const;
  return {
    ...finding,
    verdict: verdict[finding.severity],
    reason: hint ? `${sentence} ${hint}` : sentence,
    examples: offenders.map(describeOffender),
    ...(offenders.length > 0 ? { offenders } : {}),
  };
}

const HASHED = 'The values of keys and sensitive columns are shown as hashes.';
const isHashed = (value: string) => /^sha256:[0-9a-f]{12}$/.test(value);

/** A finding of nothing wrong. */
export function passes(check: string, severity: Severity, reason: string): Check {
  return { check, severity, verdict: 'PASS', reason, examples: [] };
}

/** A rule that had nothing to look at. */
export function notApplicable(check: string, severity: Severity, reason: string): Check {
  return { check, severity, verdict: 'NOT_APPLICABLE', reason, examples: [] };
}

export const UNREADABLE = 'No file could be read.';

/**
 * A rule about rows whose severity the settings may change, for all columns at once. `look` is not called when the rule
 * is switched off or nothing could be read.
 */
export function tableRule(
  check: CheckName,
  usual: Severity,
  look: (subject: Subject, table: TableFacts, severity: Severity) => readonly Check[],
): Rule {
  return (subject) => {
    const severity = severityOf(subject.settings, check, usual);
    if (severity === 'off') return [switchedOff(check)];
    if (!subject.table) return [notApplicable(check, severity, UNREADABLE)];
    return look(subject, subject.table, severity);
  };
}

export const switchedOff = (check: CheckName): Check =>
  notApplicable(check, 'info', `Switched off (dataset.checks.${check}.severity).`);

/** One step milder, for what is wrong within the tolerance. */
export function milder(severity: Exclude<CheckSeverity, 'off'>): Severity {
  return severity === 'block' ? 'warn' : 'info';
}

/** Examples with the names of their files. */
export function offendersOf({ pathOf }: Subject, examples: readonly Example[]): Offender[] {
  return examples.map(({ file, path, row, value }) => {
    const at = { path: path ?? pathOf(file), row };
    return value === undefined ? at : { ...at, value };
  });
}

function describeOffender({ path, row, value }: Offender): string {
  const at = `in "${path}" row ${row}`;
  if (value === undefined) return at;
  return isHashed(value) ? `${at} (${value})` : `${at}: "${value}"`;
}

/** A count with its noun. */
export const count = (number: number, noun: string, plural = `${noun}s`) =>
  `${number} ${number === 1 ? noun : plural}`;

/** A share of 1 as percent, with as many digits as it takes to be neither 0 nor 100 unless it is. */
export function percent(share: number): string {
  for (let digits = 1; digits <= 6; digits++) {
    const text = (share * 100).toFixed(digits);
    const exact = share === 0 || share === 1;
    if (exact || (Number(text) !== 0 && Number(text) !== 100)) return `${Number(text)} %`;
  }
  return `${share * 100} %`;
}
