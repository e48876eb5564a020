/** What is wrong with a definition, as AWS's validator reports it. */

/** Kinds of problems. */
export type ProblemCode =
  | 'INVALID_JSON_DESCRIPTION'
  | 'INVALID_LABEL_NAME'
  | 'DUPLICATE_LABEL_NAME'
  | 'DUPLICATE_STATE_NAME'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'
  /** Not AWS's: AWS takes it and this cloud does not. */
  | 'NOT_IMPLEMENTED_BY_LOCAL_CLOUD';

/** One thing that is wrong. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** For example `/States/Train/Resource`; absent for what concerns the whole workflow. */
  readonly location?: string;
}

/** Problems as they are found. */
export class ProblemList {
  readonly all: Problem[] = [];

  add(code: ProblemCode, message: string, location?: string): void {
    this.all.push({ code, message, ...(location === undefined ? {} : { location }) });
  }

  /** One problem for all the fields that are missing. */
  required(value: object, fields: readonly string[], location: string): void {
    const missing = fields.filter((field) => (value as Record<string, unknown>)[field] === undefined);
    if (missing.length > 0) this.schema(`These fields are required: [${missing.join(', ')}]`, location);
  }

  /** One problem for fields of which at most one may be given. */
  exclusive(value: object, fields: readonly string[], location: string): void {
    const given = fields.filter((field) => (value as Record<string, unknown>)[field] !== undefined);
    if (given.length < 2) return;
    this.schema(`There should only be one of the following fields: [${fields.join(', ')}]`, location);
  }

  /** A problem of shape: the most common kind. */
  schema(message: string, location: string): void {
    this.add('SCHEMA_VALIDATION_FAILED', message, location);
  }

  unknownFields(value: object, known: readonly string[], location: string): void {
    for (const field of Object.keys(value)) {
      if (!known.includes(field)) this.schema(`Field '${field}' is not supported`, location);
    }
  }
}

/** The text of InvalidDefinition. */
export function describeProblems(problems: readonly Problem[]): string {
  const list = problems.map(({ code, message, location }) => `${code}: ${message} at ${location ?? null}`);
  return `Invalid State Machine Definition: '${list.join(', ')}'`;
}
