/** Limits on members of requests, refused in AWS's words. */
import { AwsError } from '../../core/errors.ts';

interface Limit {
  /** What is asked of the member, as AWS words it. */
  readonly constraint: string;
  isBroken(value: never): boolean;
}

const atMost = (most: number): Limit => ({
  constraint: `Member must have value less than or equal to ${most}`,
  isBroken: (value: number) => value > most,
});
const atLeast = (least: number): Limit => ({
  constraint: `Member must have value greater than or equal to ${least}`,
  isBroken: (value: number) => value < least,
});
const noLongerThan = (most: number): Limit => ({
  constraint: `Member must have length less than or equal to ${most}`,
  isBroken: (value: string) => value.length > most,
});
const noShorterThan = (least: number): Limit => ({
  constraint: `Member must have length greater than or equal to ${least}`,
  isBroken: (value: string) => value.length < least,
});
const oneOf = (...values: string[]): Limit => ({
  constraint: `Member must satisfy enum value set: [${values.join(', ')}]`,
  isBroken: (value: string) => !values.includes(value),
});

/** By member; from the API's model, the values of enumerations in AWS's order. */
const LIMITS: Readonly<Record<string, readonly Limit[]>> = {
  maxResults: [atLeast(0), atMost(1_000)],
  nextToken: [noShorterThan(1), noLongerThan(1_024)],
  statusFilter: [oneOf('SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING')],
  redriveFilter: [oneOf('NOT_REDRIVEN', 'REDRIVEN')],
  type: [oneOf('STANDARD', 'EXPRESS')],
  severity: [oneOf('ERROR', 'WARNING')],
  maxConcurrency: [atLeast(0)],
  toleratedFailureCount: [atLeast(0)],
  toleratedFailurePercentage: [atLeast(0), atMost(100)],
  stateMachineArn: [noShorterThan(1), noLongerThan(256)],
  executionArn: [noShorterThan(1), noLongerThan(256)],
  mapRunArn: [noShorterThan(1), noLongerThan(2_000)],
  resourceArn: [noShorterThan(1), noLongerThan(256)],
  clientToken: [noShorterThan(1), noLongerThan(64)],
  name: [noShorterThan(1), noLongerThan(80)],
  taskToken: [noShorterThan(1), noLongerThan(2_048)],
  error: [noLongerThan(256)],
  cause: [noLongerThan(32_768)],
  input: [noLongerThan(262_144)],
  output: [noLongerThan(262_144)],
  definition: [noShorterThan(1), noLongerThan(1_048_576)],
  roleArn: [noShorterThan(1), noLongerThan(256)],
};

/** @throws AwsError ValidationException that names every member out of its limits */
export function checkLimits(input: object, own: Readonly<Record<string, readonly Limit[]>> = {}): void {
  const broken = Object.entries(input).flatMap(([member, value]) => {
    if (value === undefined || value === null) return [];
    const limits = own[member] ?? LIMITS[member] ?? [];
    return limits
      .filter((limit) => limit.isBroken(value as never))
      .map(({ constraint }) => `${shown(member, value)} failed to satisfy constraint: ${constraint}`);
  });
  if (broken.length === 0) return;
  const errors = broken.length === 1 ? 'error' : 'errors';
  throw new AwsError(
    'ValidationException',
    `${broken.length} validation ${errors} detected: ${broken.join('; ')}`,
  );
}

/** Members that AWS does not repeat, since they may be secret. */
const SENSITIVE = new Set(['input', 'output', 'error', 'cause', 'definition']);

function shown(member: string, value: unknown): string {
  return SENSITIVE.has(member) ? `Value at '${member}'` : `Value '${String(value)}' at '${member}'`;
}

/** ListExecutions has longer tokens than the other lists. */
export const LONG_TOKENS = { nextToken: [noShorterThan(1), noLongerThan(3_096)] };
