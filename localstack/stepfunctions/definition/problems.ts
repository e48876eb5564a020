/** What is wrong with a definition, as AWS's validator reports it. */

/** Kinds of problems. */
export type ProblemCode =
  | 'INVALID_JSON_DESCRIPTION'
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
  /** For example `/States/Train/Resource`. */
  readonly location: string;
}

/** Problems as they are found. */
export class ProblemList {
  readonly all: Problem[] = [];

  add(code: ProblemCode, message: string, location: string): void {
    this.all.push({ code, message, location });
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
  const list = problems.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
  return `Invalid State Machine Definition: '${list.join(', ')}'`;
}
