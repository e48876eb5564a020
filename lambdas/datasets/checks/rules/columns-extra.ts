/** Columns that nobody declared are told and left out. */
import { namesOf } from '../headers.ts';
import { against, passes, tableRule } from './rule.ts';

const CHECK = 'columns-extra';

/**
 * Warns of each column outside the schema (models ignore it until it is declared), and of an alias that stands beside
 * the name that is read.
 */
export const columnsExtra = tableRule(CHECK, 'warn', ({ files }, table, severity) => {
  const known = new Set(table.schema.columns.flatMap(namesOf));
  const extra = table.present.filter((name) => !known.has(name));
  const unread = table.schema.columns.flatMap((column) => {
    const names = namesOf(column);
    const header = files.headers.find(
      ({ columns }) => names.filter((name) => columns.includes(name)).length > 1,
    );
    if (!header) return [];
    const [read, ...others] = names.filter((name) => header.columns.includes(name));
    return others.map((name) => ({ name, read: read!, path: header.first.path }));
  });
  const findings = [
    ...extra.map((name) => ({ column: name, reason: `Column "${name}" is not declared and is ignored.` })),
    ...unread.map(({ name, read, path }) => ({
      column: read,
      reason: `Column "${name}" of "${path}" is not read: it is an alias of "${read}", which is there too.`,
    })),
  ];
  if (findings.length === 0) return [passes(CHECK, severity, 'No column beyond the declared ones.')];
  return findings.map((finding) => against({ check: CHECK, severity, ...finding }));
});
