/** A key names one row. */
import { against, count, notApplicable, passes, tableRule } from './rule.ts';

const CHECK = 'keys-unique';

/** Warns when rows share a key (and event time): the last of them stays, the others are left out of the version. */
export const keysUnique = tableRule(CHECK, 'warn', ({ settings, duplicates }, table, severity) => {
  const { key, eventTime } = settings;
  if (!key || !table.columns.some(({ name, present }) => name === key && present)) {
    return [notApplicable(CHECK, severity, 'There is no key column.')];
  }
  if (!duplicates) return [notApplicable(CHECK, severity, 'Repeated keys were not looked for.')];
  const identity = eventTime ? `"${key}" and "${eventTime}"` : `"${key}"`;
  const findings = [];
  if (duplicates.repeatedIds > 0) {
    const left = duplicates.ownDroppedRows;
    const rows = left === undefined ? 'the others are' : left === 1 ? '1 row is' : `${left} rows are`;
    const reason = `${count(duplicates.repeatedIds, 'identity', 'identities')} in ${identity} belong to more than one row; the last row of each stays, ${rows} left out.`;
    findings.push(against({ check: CHECK, column: key, severity, reason }));
  }
  if ((duplicates.supersededRows ?? 0) > 0) {
    const reason = `${count(duplicates.supersededRows!, 'row')} of earlier uploads are replaced: they have the same ${identity}.`;
    findings.push(against({ check: CHECK, column: key, severity: 'info', reason }));
  }
  if (findings.length > 0) return findings;
  return [passes(CHECK, severity, `No two rows have the same ${identity}.`)];
});
