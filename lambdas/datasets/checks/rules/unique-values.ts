/** Columns that are declared unique are. */
import type { Check } from '../../contract.ts';
import { checkSettings } from '../check-settings.ts';
import { against, milder, notApplicable, offendersOf, passes, percent, tableRule } from './rule.ts';

const CHECK = 'unique-values';

/** Blocks when rows of the upload repeat a value of a column that is declared unique, over all rows of the version to be. */
export const uniqueValues = tableRule(CHECK, 'block', (subject, table, general) => {
  const { settings, duplicates } = subject;
  const unique = settings.columns.filter((column) => column.unique);
  if (unique.length === 0) return [notApplicable(CHECK, general, 'No column is declared unique.')];
  if (!duplicates?.repeatedValues) {
    return [notApplicable(CHECK, general, 'Repeated values were not looked for.')];
  }
  const findings: Check[] = [];
  for (const { name } of unique) {
    const { severity = general, mostly = 1 } = checkSettings(settings, CHECK, name);
    const repeated = duplicates.repeatedValues[name];
    const facts = table.columns.find((column) => column.name === name);
    if (severity === 'off' || !facts || !repeated || repeated.rows === 0) continue;
    const values = facts.rows - facts.missing - (facts.offences.uncastable?.rows ?? 0);
    const tolerated = 1 - repeated.rows / values >= mostly;
    findings.push(
      against({
        check: CHECK,
        column: name,
        severity: tolerated ? milder(severity) : severity,
        reason: `${repeated.rows} of ${values} values of "${name}" ${repeated.rows === 1 ? 'repeats' : 'repeat'} an earlier one, but the column is declared unique.`,
        advice: tolerated ? `Tolerated: ${percent(mostly)} have to hold.` : undefined,
        offenders: offendersOf(subject, repeated.examples),
      }),
    );
  }
  if (findings.length > 0) return findings;
  return [passes(CHECK, general, `No value occurs twice in ${unique.length} column(s).`)];
});
