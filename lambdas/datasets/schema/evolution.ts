/** How a dataset's schema goes on from one version to the next. */
import type { ColumnSettings, DatasetSettings, EvolutionPolicy } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn, Severity } from '../contract.ts';
import { declaredSchema, inferredRole, roleInSettings } from './schema.ts';

export interface SchemaChange {
  readonly column: string;
  readonly kind: 'added' | 'widened' | 'narrowed' | 'dropped' | 'renamed' | 'role';
  /** `block` refuses the upload. */
  readonly severity: Severity;
  /** One sentence with what was, what is, and what to do. */
  readonly reason: string;
}

export interface EvolveOptions {
  readonly settings: DatasetSettings;
  /** The version that the upload follows or adds to; absent before the first. */
  readonly head?: { readonly schema: DatasetSchema; readonly schemaVersion: number };
  /** Highest number that any version's schema has: the head may have moved back before it. @default the head's */
  readonly lastSchemaVersion?: number;
  /** Names of the columns that the upload's files have. */
  readonly present: readonly string[];
  /** Types of what the files have; needed when columns are not declared. */
  readonly inferred?: DatasetSchema;
}

export interface EvolvedSchema {
  readonly schema: DatasetSchema;
  /** From 1; one more than the last when the columns, their order, their types or their roles differ from the head's. */
  readonly schemaVersion: number;
  readonly changes: readonly SchemaChange[];
}

/**
 * The schema of the next version and how it differs from the head's.
 *
 * Declared columns are the schema, whatever the files have. Without declared columns the first version's inferred
 * schema is frozen: later files add columns and widen integers to doubles; a value that is not of its frozen type is a
 * finding of the check `column-types`, because one stray text must not turn a number into a category. Text is never
 * taken for a widening of a number: models could not read it.
 */
export function evolveSchema(options: EvolveOptions): EvolvedSchema {
  const { settings, head, lastSchemaVersion = 0 } = options;
  const schema = settings.columns.length > 0 ? declaredSchema(settings) : frozenSchema(options);
  if (!head) return { schema, schemaVersion: 1, changes: [] };
  return {
    schema,
    schemaVersion: sameColumns(head.schema, schema)
      ? head.schemaVersion
      : Math.max(head.schemaVersion, lastSchemaVersion) + 1,
    changes: schemaChanges(head.schema, schema, settings),
  };
}

function frozenSchema({ settings, head, present, inferred }: EvolveOptions): DatasetSchema {
  const found = inferred?.columns ?? [];
  if (!head) return { columns: found };
  const inFiles = new Set(present);
  const known = new Set(head.schema.columns.map(({ name }) => name));
  const kept = head.schema.columns
    .filter((column) => inFiles.has(column.name) || !mayGo(column, settings))
    .map((column) => {
      const now = found.find(({ name }) => name === column.name);
      const type = column.type === 'integer' && now?.type === 'double' ? 'double' : column.type;
      return { ...column, type, role: roleNow(column, settings) };
    });
  const added = found.filter(({ name }) => !known.has(name));
  return { columns: [...kept, ...added] };
}

/**
 * Whether a frozen column that the files lack leaves the schema: only where the project allows it, and not while older
 * rows that have it stay. Otherwise it stays, and `columns-present` says that it is missing.
 */
function mayGo({ role }: SchemaColumn, { uploads, evolution }: DatasetSettings): boolean {
  if (uploads === 'append' || role === 'target' || role === 'key' || role === 'event-time') return false;
  return (evolution?.dropped ?? 'block') !== 'block';
}

/** A frozen column's role: the settings may have named another target, key or event time since. */
function roleNow({ name, type, role }: SchemaColumn, settings: DatasetSettings): SchemaColumn['role'] {
  const named = roleInSettings(name, settings);
  if (named) return named;
  return role === 'target' || role === 'key' || role === 'event-time'
    ? inferredRole(name, type, settings)
    : role;
}

/** What differs, in the order of the new schema, then what is gone. */
export function schemaChanges(
  before: DatasetSchema,
  after: DatasetSchema,
  settings: DatasetSettings,
): SchemaChange[] {
  const was = new Map(before.columns.map((column) => [column.name, column]));
  const renamed = new Map<string, string>();
  const changes: SchemaChange[] = [];
  for (const column of after.columns) {
    const oldName = was.has(column.name) ? column.name : column.aliases?.find((alias) => was.has(alias));
    if (oldName === undefined) {
      changes.push(addition(column, settings));
      continue;
    }
    if (oldName !== column.name) {
      renamed.set(oldName, column.name);
      const reason = `Column "${oldName}" is called "${column.name}" now (its alias says so).`;
      changes.push({ column: column.name, kind: 'renamed', severity: 'info', reason });
    }
    changes.push(...typeAndRole(was.get(oldName)!, column, settings));
  }
  const names = new Set(after.columns.map(({ name }) => name));
  for (const column of before.columns) {
    if (!names.has(column.name) && !renamed.has(column.name)) changes.push(removal(column, settings));
  }
  return changes;
}

function addition({ name, type, role }: SchemaColumn, settings: DatasetSettings): SchemaChange {
  const declared = settings.columns.find((column) => column.name === name);
  const base = { column: name, kind: 'added' } as const;
  if (settings.uploads === 'append' && declared && !isNullable(declared, settings)) {
    const reason = `Column "${name}" (${type}, ${role}) is new and may not be missing, but the rows of earlier uploads lack it; allow missing values (nullable), or upload a snapshot with all rows.`;
    return { ...base, severity: 'block', reason };
  }
  const severity = severityOf(settings.evolution?.added ?? 'warn');
  const consequence =
    role === 'feature' && severity !== 'block'
      ? ' Models trained before do not know it.'
      : adviceOn(severity, 'added');
  return { ...base, severity, reason: `Column "${name}" (${type}, ${role}) is new.${consequence}` };
}

function typeAndRole(was: SchemaColumn, is: SchemaColumn, settings: DatasetSettings): SchemaChange[] {
  const changes: SchemaChange[] = [];
  if (was.type !== is.type) {
    const widens = was.type === 'integer' && is.type === 'double';
    const kind = widens ? 'widened' : 'narrowed';
    const policy = settings.evolution?.[kind] ?? (widens ? 'allow' : 'block');
    const severity = severityOf(policy);
    // nothing reads an ignored column, so its type may become anything
    const applied = is.role === 'ignored' && was.role === 'ignored' ? 'info' : severity;
    const reason = `Column "${is.name}" was ${was.type} and is ${is.type}.${adviceOn(applied, kind)}`;
    changes.push({ column: is.name, kind, severity: applied, reason });
  }
  if (was.role !== is.role) {
    const reason = `Column "${is.name}" was ${article(was.role)} and is ${article(is.role)} by the settings; the schema gets a new version.`;
    changes.push({ column: is.name, kind: 'role', severity: 'warn', reason });
  }
  return changes;
}

function removal({ name, role }: SchemaColumn, settings: DatasetSettings): SchemaChange {
  const base = { column: name, kind: 'dropped' } as const;
  if (role === 'ignored') {
    return { ...base, severity: 'warn', reason: `Column "${name}" (ignored) is gone.` };
  }
  const severity = severityOf(settings.evolution?.dropped ?? 'block');
  const reason = `Column "${name}" (${role}) is gone.${adviceOn(severity, 'dropped')}`;
  return { ...base, severity, reason };
}

/** Whether rows may lack a value of a declared column. */
export function isNullable(column: ColumnSettings, { target, key }: DatasetSettings): boolean {
  return column.name !== target && column.name !== key && column.nullable !== false;
}

/** Same columns in the same order with the same types and roles; aliases are no difference. */
function sameColumns(before: DatasetSchema, after: DatasetSchema): boolean {
  if (before.columns.length !== after.columns.length) return false;
  return before.columns.every(({ name, type, role }, index) => {
    const other = after.columns[index]!;
    return name === other.name && type === other.type && role === other.role;
  });
}

const severityOf = (policy: EvolutionPolicy): Severity => (policy === 'allow' ? 'info' : policy);

const ADVICE: Readonly<Record<'added' | 'widened' | 'narrowed' | 'dropped', string>> = {
  added: ' New columns are refused here (dataset.evolution.added); declare it or leave it out.',
  widened: ' Wider types are refused here (dataset.evolution.widened); keep whole numbers.',
  narrowed: ' Keep the type, give the column another name, or allow it (dataset.evolution.narrowed).',
  dropped:
    ' Declare it again, name it among the aliases of its successor, give it the role ignored, or allow it (dataset.evolution.dropped).',
};

function adviceOn(severity: Severity, kind: keyof typeof ADVICE): string {
  return severity === 'block' ? ADVICE[kind] : '';
}

const article = (role: string) => (/^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`);
