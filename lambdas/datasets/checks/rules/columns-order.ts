/** Columns come in the order of the schema. */
import { knownColumns } from '../headers.ts';
import { against, notApplicable, passes, tableRule } from './rule.ts';

const CHECK = 'columns-order';

/** Tells when files have their columns in another order than the schema: they are read by name, so nothing is shifted. */
export const columnsOrder = tableRule(CHECK, 'info', ({ files }, table, severity) => {
  // the fields of a JSON object have no order
  const headers = files.headers.filter(({ format }) => format !== 'jsonl');
  if (headers.length === 0) return [notApplicable(CHECK, severity, 'No file has columns in an order.')];
  const place = new Map(table.schema.columns.map(({ name }, index) => [name, index]));
  const other = headers.filter((header) => {
    const places = knownColumns(header, table.schema.columns).map((name) => place.get(name)!);
    return places.some((at, index) => index > 0 && at < places[index - 1]!);
  });
  if (other.length === 0) return [passes(CHECK, severity, 'Columns come in the order of the schema.')];
  const count = other.reduce((sum, { files: same }) => sum + same, 0);
  const reason = `${count} of ${files.count} files have their columns in another order than the schema, first "${other[0]!.first.path}"; they are read by name.`;
  return [against({ check: CHECK, severity, reason })];
});
