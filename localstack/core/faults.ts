/** Faults on request, for tests: calls that fail, or wait, by service and operation. */
import type { Clock } from './clock.ts';
import { AwsError } from './errors.ts';

export interface Fault {
  /** Signing name; absent for every service. */
  readonly service?: string;
  readonly operation?: string;
  /** How many calls it strikes; default 1. */
  readonly times?: number;
  /** Wait before the call, in seconds on the cloud's clock. */
  readonly delaySeconds?: number;
  /** Error to answer with, for example `ThrottlingException`; absent for a fault that only delays. */
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** Strikes a call that matches. @throws AwsError as the fault says */
  apply(call: { readonly service: string; readonly operation: string }): Promise<void>;
}

/** An empty set of faults. */
export function createFaults(clock: Clock): Faults {
  let faults: { readonly fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    clear: () => {
      faults = [];
    },
    async apply({ service, operation }) {
      const struck = faults.find(
        ({ fault, left }) =>
          left > 0 && (fault.service ?? service) === service && (fault.operation ?? operation) === operation,
      );
      if (!struck) return;
      struck.left -= 1;
      const { delaySeconds, code, message, status } = struck.fault;
      if (delaySeconds) await clock.sleep(delaySeconds * 1000, `fault on ${service} ${operation}`);
      if (code) throw new AwsError(code, message ?? 'a fault that was asked for', { status: status ?? 400 });
    },
  };
}
