/** A service for tests of the wire: it keeps what it is asked and answers what the test says. */
import type { Operation, Service } from '../core/service.ts';

type Input = Record<string, unknown>;

export interface EchoService {
  readonly service: Service;
  /** What it was asked, in order. */
  asked: { readonly operation: string; readonly input: Input }[];
  /** Answers by operation; `{}` without. */
  answers: Record<string, (input: Input) => unknown>;
}

/** A service of this signing name that has every operation and needs no permission. */
export function echoService(name: string): EchoService {
  const echo: EchoService = {
    service: { name, operations: {}, authorize: () => [] },
    asked: [],
    answers: {},
  };
  const operations = new Proxy({} as Record<string, Operation>, {
    getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, writable: true }),
    get: (_target, operation: string) => async (input: Input) => {
      echo.asked.push({ operation, input });
      return echo.answers[operation]?.(input) ?? {};
    },
  });
  return Object.assign(echo, { service: { ...echo.service, operations } });
}
