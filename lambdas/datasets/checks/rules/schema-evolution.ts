/** What changed since the version before. */
import { featureDifferences } from '../../schema/schema.ts';
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'schema-evolution';

/**
 * Tells how the declared features differ from those of the head. A snapshot starts anew, so that is a warning (the
 * champion cannot score such rows); files that are added to others have to have the same features.
 */
export const schemaEvolution: Rule = ({ settings, table }) => {
  const severity = settings.uploads === 'append' ? 'block' : 'warn';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  if (!table.headSchema) return [notApplicable(CHECK, severity, 'This is the first version.')];
  const differences = featureDifferences(table.headSchema, table.schema);
  if (differences.length === 0)
    return [passes(CHECK, severity, 'The features are those of the head version.')];
  const end = severity === 'block' ? 'upload a snapshot instead' : 'the champion cannot score such rows';
  return [
    against({ check: CHECK, severity, reason: `Compared with the head: ${differences.join('; ')}; ${end}.` }),
  ];
};
