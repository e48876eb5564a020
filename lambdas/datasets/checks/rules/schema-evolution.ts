/** What changed in the schema since the version before. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'schema-evolution';

/** Tells every change with the severity of the project's policy (`dataset.evolution`). */
export const schemaEvolution: Rule = ({ table, head, schemaChanges }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  if (schemaChanges.length > 0) {
    return schemaChanges.map(({ column, severity: own, reason }) =>
      against({ check: CHECK, column, severity: own, reason }),
    );
  }
  if (!head) return [notApplicable(CHECK, severity, 'This is the first version.')];
  return [passes(CHECK, severity, 'The schema is that of the version before.')];
};
