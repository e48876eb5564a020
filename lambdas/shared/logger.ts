/** Structured logs of every handler (Powertools). */
import { Logger } from '@aws-lambda-powertools/logger';

/** One logger a process; `makeHandler` adds the handler's context for the time of an invocation. */
export const logger = new Logger({ serviceName: 'driftless' });
