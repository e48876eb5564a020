/** `npm run local -- [--once] [--port N] [--report FILE]` */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../console/client/connect.ts';
import { type LocalOptions, runLocal } from '../console/local/run-local.ts';

const port = (text: string) => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65536) return value;
  throw new InvalidArgumentError('a port is a whole number from 1 to 65535.');
};

const program = new Command('npm run local --')
  .description('Plays the example on this machine, from the first upload to an automatic retraining.')
  .option(
    '--once',
    'end when the example is played; exit code 0 only if every step did what it should',
    false,
  )
  .option('--port <port>', 'port of the local cloud', port, 4566)
  .option('--report <file>', 'write the summary as JSON')
  .showHelpAfterError()
  .parse();

try {
  const options = program.opts<LocalOptions>();
  if (options.report && !existsSync(dirname(options.report))) {
    throw new UsageError(`--report: there is no folder ${dirname(options.report)}; make it first`);
  }
  process.exitCode = await runLocal(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`npm run local: ${error.message}\n`);
  process.exitCode = 1;
}
