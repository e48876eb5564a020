/** Categories are those of the version before. */
import type { Check } from '../../contract.ts';
import { checkSettings, severityOf } from '../check-settings.ts';
import { against, milder, notApplicable, offendersOf, passes, percent, tableRule } from './rule.ts';

const CHECK = 'new-categories';
const DEFAULT_MASS = 0.01;

/** Warns when more than 1 % (`maximumMass`) of a column's values did not occur in the version before; fewer are told. */
export const newCategories = tableRule(CHECK, 'warn', (subject, table, general) => {
  const findings: Check[] = [];
  let looked = 0;
  for (const { name, rows, missing, offences } of table.columns) {
    const severity = severityOf(subject.settings, CHECK, 'warn', name);
    const fresh = offences.newCategory;
    if (severity === 'off' || fresh === undefined) continue;
    looked++;
    if (fresh.rows === 0) continue;
    const values = rows - missing - (offences.uncastable?.rows ?? 0);
    const allowed = checkSettings(subject.settings, CHECK, name).maximumMass ?? DEFAULT_MASS;
    const share = fresh.rows / values;
    findings.push(
      against({
        check: CHECK,
        column: name,
        severity: share > allowed ? severity : milder(severity),
        reason: `${fresh.rows} of ${values} values of "${name}" (${percent(share)}) did not occur in the version before; usual is up to ${percent(allowed)}.`,
        offenders: offendersOf(subject, fresh.examples),
      }),
    );
  }
  if (findings.length > 0) return findings;
  if (looked === 0) {
    return [notApplicable(CHECK, general, 'There is no version before with categories to compare with.')];
  }
  return [passes(CHECK, general, `${looked} column(s) hold no category that is new.`)];
});
