/** The command line: `npm run driftless -- status`. */
import '../console/cli/process.ts';
import { driftless } from '../console/cli/commands.ts';
import { UsageError } from '../console/client/connect.ts';
import { ConfigError } from '../lib/config/load.ts';

try {
  await driftless().parseAsync();
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === undefined) throw error;
  process.stderr.write(`driftless: ${sentence}\n`);
  process.exitCode = 1;
}

/** A mistake that a person can mend, or what AWS has refused, needs its sentence, not our stack. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof ConfigError) return error.message;
  if (error instanceof Error && '$fault' in error) {
    return `${error.name}: ${error.message.replaceAll(/\s+/g, ' ')}`;
  }
  return undefined;
}
