/** The columns that models were trained on are still there. */
import type { Check } from '../../contract.ts';
import { severityOf } from '../check-settings.ts';
import { absenceSentence, similarName } from '../headers.ts';
import { against, passes, tableRule } from './rule.ts';

const CHECK = 'columns-present';

/**
 * Blocks when no file has a feature, key, event-time or sensitive column of the schema, and when one of many lacks the key
 * or the event time; warns of ignored columns, and of other columns that some files lack. The target has its own rule.
 * JSON Lines need not have every field in every file.
 */
export const columnsPresent = tableRule(CHECK, 'block', ({ settings, files }, table, general) => {
  const findings: Check[] = [];
  for (const [index, { present }] of table.columns.entries()) {
    const column = table.schema.columns[index]!;
    const { name, role } = column;
    const severity = severityOf(settings, CHECK, role === 'ignored' ? 'warn' : general, name);
    if (role === 'target' || severity === 'off') continue;
    const finding = { check: CHECK, column: name, severity };
    if (!present) {
      const similar = similarName(name, table.present);
      const reason = `Column "${name}" (${role}) is missing${similar && `; ${similar}`}.`;
      findings.push(against({ ...finding, reason }));
      continue;
    }
    const reason = absenceSentence(files, column, `Column "${name}" (${role})`);
    const needed = role === 'key' || role === 'event-time';
    // models take missing features, so what some files lack can still be meant
    const applied = needed || severity === 'info' ? severity : 'warn';
    if (reason !== undefined) findings.push(against({ ...finding, severity: applied, reason }));
  }
  if (findings.length > 0) return findings;
  return [passes(CHECK, general, `All ${table.schema.columns.length} columns of the schema are there.`)];
});
