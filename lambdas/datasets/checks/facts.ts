/** What a scan finds out about the rows of an upload, or of a part of it. */
import type { DuckDb } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { checkSettings, severityOf } from './check-settings.ts';
import { collectColumnFacts, isPresent } from './column-facts.ts';
import { collectEventTimeFacts } from './event-time-facts.ts';
import type { TableFacts } from './fact-types.ts';
import { sampleLabelledRows } from './labelled-sample.ts';
import { collectPredicateFacts } from './predicate-facts.ts';
import { collectTargetFacts } from './target-facts.ts';

export type * from './fact-types.ts';
export { mergeFacts } from './merge-facts.ts';

export interface CollectFactsOptions {
  readonly settings: DatasetSettings;
  readonly schema: DatasetSchema;
  /** Names of the columns that the files have. */
  readonly present: readonly string[];
  /** The version before, for soft ranges and new categories. */
  readonly head?: { readonly profile: DatasetProfile };
  /** Name below the upload of a file by its index, for examples. */
  readonly pathOf?: (file: number) => string | undefined;
  /** Goes before the values of keys and sensitive columns that are hashed, so that projects cannot be compared. */
  readonly salt?: string;
}

/**
 * Facts of the table `data` (the schema's columns, `__file`, `__row`, `__bad`). Memory does not grow with its rows.
 * Facts of parts merge to those of the whole with `mergeFacts`.
 */
export async function collectFacts(database: DuckDb, options: CollectFactsOptions): Promise<TableFacts> {
  const { settings, schema, head, pathOf, salt = '' } = options;
  const present = new Set(options.present);
  const showing = { pathOf, salt };
  const { rows } = await database.row<{ rows: number }>('SELECT count(*) AS rows FROM data');
  const columnNamed = (name: string | undefined) => {
    const column = schema.columns.find((candidate) => candidate.name === name);
    return column && isPresent(column, present) ? column : undefined;
  };
  const target = columnNamed(settings.target);
  const eventTime = columnNamed(settings.eventTime);
  const monotonic = checkSettings(settings, 'event-times').monotonic ?? false;
  const leakage = severityOf(settings, 'leakage-hints', 'warn') !== 'off';
  const hasTwoClasses = settings.problem === undefined || settings.problem.type === 'binary';
  return {
    rows,
    schema,
    present: [...present].sort(),
    columns: await collectColumnFacts({ database, settings, schema, present, head, showing }, rows),
    target: target && (await collectTargetFacts(database, target, settings.problem, showing)),
    eventTimes:
      eventTime?.type === 'timestamp'
        ? await collectEventTimeFacts({ database, eventTime, monotonic, showing })
        : undefined,
    predicates: await collectPredicateFacts(database, settings, schema, showing),
    sample:
      target && leakage && hasTwoClasses
        ? await sampleLabelledRows(database, schema, target, settings.problem)
        : undefined,
  };
}
