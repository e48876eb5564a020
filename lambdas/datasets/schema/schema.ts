/** Which columns a dataset has and what they are for. */
import type { ColumnRole, ColumnType, DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';

/** A column as a file has it, with DuckDB's type. */
export interface SourceColumn {
  readonly name: string;
  readonly sourceType: string;
  /** Why it is not read, as the end of a sentence, when it is not. */
  readonly unread?: string;
}

/** The schema that the settings declare. */
export function declaredSchema({ columns }: DatasetSettings): DatasetSchema {
  return {
    columns: columns.map(({ name, type, role, aliases }) => {
      return aliases === undefined ? { name, type, role } : { name, type, role, aliases };
    }),
  };
}

/** The role of an undeclared column: a timestamp other than the event time has no use as a number. */
export function inferredRole(name: string, type: ColumnType, settings: DatasetSettings): ColumnRole {
  return roleInSettings(name, settings) ?? (type === 'timestamp' ? 'ignored' : 'feature');
}

/** The role that the settings give a column by naming it. */
export function roleInSettings(name: string, settings: DatasetSettings): ColumnRole | undefined {
  if (name === settings.target) return 'target';
  if (name === settings.key) return 'key';
  return name === settings.eventTime ? 'event-time' : undefined;
}

/** Our type for a type of DuckDB's. */
export function columnTypeOf(sourceType: string): ColumnType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(sourceType)) return 'integer';
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(sourceType)) return 'double';
  if (sourceType === 'BOOLEAN') return 'boolean';
  if (/^(TIMESTAMP|DATE)/.test(sourceType)) return 'timestamp';
  return 'string';
}

/** Feature columns in schema order: the order of training files and of serving requests. */
export function featuresOf(schema: DatasetSchema): readonly SchemaColumn[] {
  return schema.columns.filter(({ role }) => role === 'feature');
}
