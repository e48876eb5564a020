/** Reads environment variables that a construct has to have set; names come from `ENV` in `contract.ts`. */
import { ENV } from './contract.ts';
import { NonRetryableError } from './errors.ts';

/** The variable's value. @throws NonRetryableError when it is absent or empty: a deployment mistake, not a default. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new NonRetryableError(
      `environment variable ${name} is not set; the construct of this function must set it`,
      {
        code: 'MissingEnvironment',
        details: { name },
      },
    );
  }
  return value;
}

/** Stage that this function belongs to, for example `local`. */
export const stage = () => requireEnv(ENV.stage);
/** Name of the catalog's table. */
export const catalogTable = () => requireEnv(ENV.catalogTable);
/** Name of the stage's event bus. */
export const eventBus = () => requireEnv(ENV.eventBus);
