/** Columns that nobody declared are told and left out. */
import { nameInQuotes, namesOf } from '../headers.ts';
import { against, passes, tableRule } from './rule.ts';

const CHECK = 'columns-extra';
/** Names that are told. */
const TOLD = 10;

/**
 * Warns of columns outside the schema (models ignore them until they are declared), and of an alias that stands beside
 * the name that is read.
 */
export const columnsExtra = tableRule(CHECK, 'warn', ({ settings, head, files }, table, severity) => {
  const known = new Set(table.schema.columns.flatMap(namesOf));
  // of a first version that declares nothing, what is left out is told by whoever left it out
  const isFree = settings.columns.length === 0 && !head;
  const extra = isFree ? [] : table.present.filter((name) => !known.has(name));
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
    ...ignored(extra),
    ...unread.map(({ name, read, path }) => ({
      column: read,
      reason: `Column "${name}" of "${path}" is not read: it is an alias of "${read}", which is there too.`,
    })),
  ];
  if (findings.length === 0) return [passes(CHECK, severity, 'No column beyond the declared ones.')];
  return findings.map((finding) => against({ check: CHECK, severity, ...finding }));
});

/** One sentence, however many there are. */
function ignored(names: readonly string[]): { readonly column?: string; readonly reason: string }[] {
  const [first] = names;
  if (first === undefined) return [];
  if (names.length === 1)
    return [{ column: first, reason: `Column ${nameInQuotes(first)} is not declared and is ignored.` }];
  const told = names.slice(0, TOLD).map(nameInQuotes);
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : '';
  return [{ reason: `${names.length} columns are not declared and are ignored: ${told.join(', ')}${more}.` }];
}
