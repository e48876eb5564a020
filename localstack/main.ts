/**
 * `npm run cloud -- --port N [--data DIR] [--clock real|stepping|scaled:RATE] [--fault JSON]... [--verbose]`: runs the
 * local cloud until it is interrupted.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createLocalCloud } from './cloud.ts';
import { parseClockMode } from './core/clock-mode.ts';
import { checkFault, type Fault } from './core/fault.ts';
import { startServer } from './server.ts';
import { loadServices } from './services.ts';

const DEFAULT_PORT = 4566;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      data: { type: 'string', default: '.local-cloud' },
      clock: { type: 'string', default: 'real' },
      fault: { type: 'string', multiple: true, default: [] },
      verbose: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(
      `--port ${values.port} is not a port: give a number from 0 to 65535 (default ${DEFAULT_PORT})`,
    );
  }
  const dataDirectory = resolve(values.data);
  const clockMode = parseClockMode(values.clock);
  const faults = values.fault.map(parseFault);
  const cloud = createLocalCloud({ dataDirectory, factories: await loadServices(), clockMode });
  for (const fault of faults) cloud.faults.add(fault);
  const server = await startServer({ cloud, port, isVerbose: values.verbose });
  stopOnSignal(() => server.stop());
  console.log(`local cloud ready: AWS_ENDPOINT_URL=${server.endpoint} (data in ${dataDirectory})`);
}

/** @throws Error with the text that is no fault */
function parseFault(text: string): Fault {
  try {
    const fault = JSON.parse(text) as Fault;
    checkFault(fault);
    return fault;
  } catch (error) {
    throw new Error(`--fault ${text}: ${(error as Error).message}`);
  }
}

function stopOnSignal(stopServer: () => Promise<void>): void {
  let isStopping = false;
  const stop = () => {
    // a second signal means that stopping takes too long
    if (isStopping) process.exit(1);
    isStopping = true;
    stopServer().then(
      () => process.exit(0),
      (error) => {
        console.error('local cloud: stopping failed:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // a parent that opened a channel wants no cloud to outlive it
  process.on('disconnect', stop);
}

main().catch((error: NodeJS.ErrnoException & { port?: number }) => {
  console.error(
    error.code === 'EADDRINUSE'
      ? `local cloud: port ${error.port} is taken. Stop what listens there, or choose another: npm run cloud -- --port ${(error.port ?? DEFAULT_PORT) + 1}`
      : `local cloud: ${error.message}`,
  );
  process.exit(1);
});
