/** AWS's generated checks of lengths, ranges, patterns and enums, in the words that all its services share. */
import { AwsError } from '../core/errors.ts';

/** What one member may be; a member that is absent breaks none. */
export interface Constraint {
  /** As AWS spells the path: `targets.1.member.id`. */
  readonly path: string;
  readonly value: string | number | readonly unknown[] | undefined;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** As AWS's message shows it; anchors are added. */
  readonly pattern?: string;
  readonly oneOf?: readonly string[];
}

/**
 * Checks all and names all that are broken.
 * @param code the service's own name for it: `ValidationException`, `InvalidParameterException`, `ValidationError`.
 * @throws AwsError
 */
export function requireConstraints(code: string, constraints: readonly Constraint[]): void {
  const broken = constraints.flatMap((constraint) => {
    const { path, value } = constraint;
    const shown = Array.isArray(value) ? `[${value.join(', ')}]` : value;
    return brokenRules(constraint).map(
      (rule) => `Value '${shown}' at '${path}' failed to satisfy constraint: Member must ${rule}`,
    );
  });
  if (broken.length === 0) return;
  const count = broken.length === 1 ? '1 validation error' : `${broken.length} validation errors`;
  throw new AwsError(code, `${count} detected: ${broken.join('; ')}`);
}

function brokenRules({ value, minLength, maxLength, min, max, pattern, oneOf }: Constraint): string[] {
  if (value === undefined) return [];
  const rules: string[] = [];
  if (typeof value === 'string' && pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
    rules.push(`satisfy regular expression pattern: ${pattern}`);
  }
  if (typeof value === 'number') {
    if (min !== undefined && value < min) rules.push(`have value greater than or equal to ${min}`);
    if (max !== undefined && value > max) rules.push(`have value less than or equal to ${max}`);
  } else {
    if (minLength !== undefined && value.length < minLength)
      rules.push(`have length greater than or equal to ${minLength}`);
    if (maxLength !== undefined && value.length > maxLength)
      rules.push(`have length less than or equal to ${maxLength}`);
  }
  if (oneOf && !oneOf.includes(String(value))) rules.push(`satisfy enum value set: [${oneOf.join(', ')}]`);
  return rules;
}

/** Of the names of EventBridge's rules, targets and archives. */
export const NAME_PATTERN = '[\\.\\-_A-Za-z0-9]+';

/** The size that EventBridge's lists can be asked for. @throws AwsError ValidationException */
export function requireLimit(limit: number | undefined): void {
  requireConstraints('ValidationException', [{ path: 'limit', value: limit, min: 1, max: 100 }]);
}
