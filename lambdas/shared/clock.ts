/** The one place where handlers read the time; logic gets it as an argument. */

/** The present moment. */
export function now(): Date {
  return new Date();
}

/** The present moment as ISO 8601 in UTC with milliseconds, the form in which the catalog stores times. */
export function nowIso(): string {
  return now().toISOString();
}
