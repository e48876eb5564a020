/** A rule that asks of every column how many of its values offend. */
import type {
  CheckName,
  CheckSeverity,
  ColumnSettings,
  DatasetChecks,
  RowCheckSettings,
} from '../../../shared/settings.ts';
import type { Check, SchemaColumn, Severity } from '../../contract.ts';
import { checkSettings } from '../check-settings.ts';
import type { ColumnFacts, OffenceKind } from '../fact-types.ts';
import {
  against,
  milder,
  notApplicable,
  offendersOf,
  passes,
  percent,
  type Rule,
  switchedOff,
  UNREADABLE,
} from './rule.ts';

/** Checks whose settings are those of a check of rows. */
type RowCheckName = {
  [Name in CheckName]-?: 'mostly' extends keyof NonNullable<DatasetChecks[Name]> ? Name : never;
}[CheckName];

export interface OffenceRule {
  readonly check: Exclude<RowCheckName, 'predicates'>;
  readonly kind: OffenceKind;
  readonly severity: Severity;
  /** Share of the values that has to hold. @default 1 */
  readonly mostly?: number;
  /** Whether the values that are counted against are all present ones, or those of the column's type. @default 'typed' */
  readonly of?: 'present' | 'typed';
  /** The sentence without its examples. */
  readonly reason: (offence: OffenceOfColumn) => string;
  /** What to do about the first offending value. */
  readonly advice?: (column: SchemaColumn, value: string) => string;
  /** Whether the first offender becomes part of the sentence. @default true */
  readonly namesFirst?: boolean;
  /** Said when no column is looked at. */
  readonly nothing: string;
  /** Said when `columns` columns are all right. */
  readonly fine: (columns: number) => string;
}

/** What the sentence of a finding is made from. */
export interface OffenceOfColumn {
  /** Such as: 3 of 100 values of "x". */
  readonly counts: string;
  /** Whether one value offends. */
  readonly one: boolean;
  readonly column: SchemaColumn;
  readonly facts: ColumnFacts;
  /** The column as the settings declare it. */
  readonly declared?: ColumnSettings;
}

/**
 * The rule. Offenders beyond the tolerance (`mostly`) have the rule's severity, fewer a milder one: nothing is silent.
 * Severity and tolerance may differ by column; a column whose check is off is not looked at.
 */
export function offenceRule(rule: OffenceRule): Rule {
  const { check, kind, of = 'typed' } = rule;
  return (subject) => {
    const { settings, table } = subject;
    const general = checkSettings(settings, check).severity ?? rule.severity;
    const shown: Severity = general === 'off' ? 'info' : general;
    if (!table) return [notApplicable(check, shown, UNREADABLE)];
    const findings: Check[] = [];
    let looked = 0;
    for (const [index, facts] of table.columns.entries()) {
      const { severity, mostly }: RowCheckSettings = checkSettings(settings, check, facts.name);
      const applied: CheckSeverity = severity ?? rule.severity;
      const offence = facts.offences[kind];
      if (applied === 'off' || offence === undefined || !facts.present) continue;
      looked++;
      if (offence.rows === 0) continue;
      const present = facts.rows - facts.missing;
      const values = of === 'present' ? present : present - (facts.offences.uncastable?.rows ?? 0);
      const needed = mostly ?? rule.mostly ?? 1;
      const tolerated = 1 - offence.rows / values >= needed;
      const column = table.schema.columns[index]!;
      const first = offence.examples[0]?.value;
      const reason = rule.reason({
        counts: `${offence.rows} of ${values} values of "${facts.name}"`,
        one: offence.rows === 1,
        column,
        facts,
        declared: settings.columns.find(({ name }) => name === facts.name),
      });
      findings.push(
        against({
          check,
          column: facts.name,
          severity: tolerated ? milder(applied) : applied,
          reason,
          advice: tolerated
            ? `Tolerated: ${percent(needed)} have to hold.`
            : first && rule.advice?.(column, first),
          offenders: offendersOf(subject, offence.examples),
          namesFirst: rule.namesFirst,
        }),
      );
    }
    if (findings.length > 0) return findings;
    if (looked > 0) return [passes(check, shown, rule.fine(looked))];
    return [general === 'off' ? switchedOff(check) : notApplicable(check, shown, rule.nothing)];
  };
}
