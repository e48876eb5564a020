/** The unmodified CDK CLI against the local cloud. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_FOLDER, tail } from './cloud-process.ts';

/** The CLI's usual environment: endpoint, keys of the account's root, and nothing of the caller's AWS settings. */
export function awsEnvironment(endpoint: string): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(others),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    // Nothing to look up on the internet: notices and usage reports.
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // Node 20 is what many laptops have; the SDK's notice belongs to us, not to who reads the task list.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** Runs `cdk` with these arguments. @throws Error with the end of its output. */
export async function cdk(
  endpoint: string,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<void> {
  const log = join(LOCAL_FOLDER, `cdk-${args[0]}.log`);
  const file = createWriteStream(log, { flags: 'a' });
  const child = spawn(
    process.execPath,
    [join('node_modules', 'aws-cdk', 'bin', 'cdk'), ...args, '--no-notices', '--ci'],
    {
      env: awsEnvironment(endpoint),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      file.write(text);
      const line = text.trimEnd().split('\n').at(-1);
      if (line) onLine?.(line.slice(0, 100));
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve) => file.end(resolve));
  if (code !== 0)
    throw new Error(`cdk ${args.join(' ')} ended with ${code}; ${log} ends with:\n${tail(log)}`);
}
