/** Which columns a dataset has and what they are for. */
import type { ColumnRole, ColumnType, DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';

/** A column as a file has it, with DuckDB's type. */
export interface SourceColumn {
  readonly name: string;
  readonly sourceType: string;
}

/** Declared columns win, then the head's frozen ones; undefined means that the first version has to be inferred from. */
export function knownSchema(
  settings: DatasetSettings,
  head: DatasetSchema | undefined,
): DatasetSchema | undefined {
  if (settings.columns.length > 0) {
    return { columns: settings.columns.map(({ name, type, role }) => ({ name, type, role })) };
  }
  return head;
}

/** The role of an undeclared column: a timestamp other than the event time has no use as a number. */
export function inferredRole(name: string, type: ColumnType, settings: DatasetSettings): ColumnRole {
  if (name === settings.target) return 'target';
  if (name === settings.key) return 'key';
  if (name === settings.eventTime) return 'event-time';
  return type === 'timestamp' ? 'ignored' : 'feature';
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

/** The column with a role, when the schema has one. */
export function columnWithRole(schema: DatasetSchema, role: ColumnRole): SchemaColumn | undefined {
  return schema.columns.find((column) => column.role === role);
}

/** Features whose presence or type differs, as sentences; empty when a model of one schema can score rows of the other. */
export function featureDifferences(before: DatasetSchema, after: DatasetSchema): string[] {
  const was = featuresOf(before);
  const is = featuresOf(after);
  const differences: string[] = [];
  for (const { name, type } of was) {
    const now = is.find((column) => column.name === name);
    if (!now) differences.push(`feature "${name}" is gone`);
    else if (now.type !== type) differences.push(`feature "${name}" was ${type} and is ${now.type}`);
  }
  for (const { name } of is) {
    if (!was.some((column) => column.name === name)) differences.push(`feature "${name}" is new`);
  }
  return differences;
}
