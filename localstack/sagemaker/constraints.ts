/** The checks that AWS makes on a request before the operation sees it, with AWS's messages. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';

/** A refusal of the request: `ValidationException`. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Collects violations of a request's constraints and throws them together, as AWS does. */
export class Constraints {
  private readonly violations: string[] = [];

  required(value: unknown, path: string): this {
    if (value === undefined || value === null) this.violate(value, path, 'Member must not be null');
    return this;
  }

  /** @param pattern matched against the whole string. */
  pattern(value: string | undefined, path: string, pattern: string): this {
    if (value !== undefined && !new RegExp(`^(?:${pattern})$`, 'su').test(value)) {
      const shown = pattern.startsWith('^') ? pattern : `^${pattern}`;
      this.violate(value, path, `Member must satisfy regular expression pattern: ${shown}`);
    }
    return this;
  }

  length(
    value: string | readonly unknown[] | undefined,
    path: string,
    [minimum, maximum]: readonly [number, number],
  ): this {
    if (value !== undefined && value.length < minimum) {
      this.violate(value, path, `Member must have length greater than or equal to ${minimum}`);
    }
    if (value !== undefined && value.length > maximum) {
      this.violate(value, path, `Member must have length less than or equal to ${maximum}`);
    }
    return this;
  }

  range(value: number | undefined, path: string, [minimum, maximum]: readonly [number, number]): this {
    if (value !== undefined && value < minimum) {
      this.violate(value, path, `Member must have value greater than or equal to ${minimum}`);
    }
    if (value !== undefined && value > maximum) {
      this.violate(value, path, `Member must have value less than or equal to ${maximum}`);
    }
    return this;
  }

  oneOf(value: string | undefined, path: string, allowed: readonly string[]): this {
    if (value !== undefined && !allowed.includes(value)) {
      this.violate(value, path, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
    }
    return this;
  }

  /** A required name: present, within its length, matching its pattern. */
  name(value: string | undefined, path: string, pattern: string, maximum = 63): this {
    return this.required(value, path).length(value, path, [1, maximum]).pattern(value, path, pattern);
  }

  /** @throws AwsError ValidationException naming every violation. */
  check(): void {
    const count = this.violations.length;
    if (count === 0) return;
    const heading = `${count} validation error${count === 1 ? '' : 's'} detected: `;
    throw validationError(heading + this.violations.join('; '));
  }

  /** Adds a violation that no other check words. */
  violate(value: unknown, path: string, rule: string): void {
    const text = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
    const shown = value === undefined || value === null ? 'null' : `'${text}'`;
    this.violations.push(`Value ${shown} at '${path}' failed to satisfy constraint: ${rule}`);
  }
}

/** Refuses by name every member that this cloud does not honour. @throws NotImplementedByLocalCloud */
export function supportOnly(where: string, value: object | undefined, members: readonly string[]): void {
  for (const [member, given] of Object.entries(value ?? {})) {
    if (given === undefined || members.includes(member)) continue;
    throw new NotImplementedByLocalCloud(`sagemaker ${where} ${member}`);
  }
}
