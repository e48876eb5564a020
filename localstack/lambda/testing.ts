/** Helpers of this folder's tests: a service in a fake cloud, and functions from source text. */
import type * as Lambda from '@aws-sdk/client-lambda';
import type { Principal } from '../core/principal.ts';
import type { Service } from '../core/service.ts';
import { type FakeCloud, fakeCloud } from '../testing/fake-cloud.ts';
import { createLambdaService } from './index.ts';
import type { PoolOptions } from './pool.ts';
import { createZip } from './zip.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/function-role';

export interface LambdaHarness {
  readonly cloud: FakeCloud;
  readonly service: Service;
  run<Output = Record<string, never>>(
    operation: string,
    input: object,
    principal?: Principal,
  ): Promise<Output>;
  /** Creates a function whose `index.js` is `source`, or from files by path. */
  create(
    name: string,
    source: string | Record<string, string>,
    options?: Partial<Lambda.CreateFunctionCommandInput>,
  ): Promise<Lambda.FunctionConfiguration>;
  /** Invokes and parses: `payload` is the JSON value. */
  invoke(
    name: string,
    event?: unknown,
    options?: Partial<Lambda.InvokeCommandInput>,
  ): Promise<{ payload: never; error?: string; status: number; log: string }>;
  /** Messages that PutLogEvents was called with for a log group, without their line ends. */
  logLines(group: string): string[];
  stop(): Promise<void>;
}

/** A running service; Logs and CloudWatch accept everything. */
export async function lambdaHarness(options: PoolOptions = {}): Promise<LambdaHarness> {
  const cloud = fakeCloud();
  const service = createLambdaService(cloud, options);
  cloud.register(service);
  for (const operation of ['CreateLogStream', 'CreateLogGroup', 'PutLogEvents']) {
    cloud.respond('logs', operation, () => ({}));
  }
  cloud.respond('monitoring', 'PutMetricData', () => ({}));
  await service.start?.();

  async function run<Output>(operation: string, input: object, principal?: Principal): Promise<Output> {
    return (await service.operations[operation]!(input, cloud.callAs(principal))) as Output;
  }

  return {
    cloud,
    service,
    run,
    create(name, source, more = {}) {
      const files = typeof source === 'string' ? { 'index.js': source } : source;
      return run('CreateFunction', {
        FunctionName: name,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { ZipFile: createZip(files) },
        ...more,
      });
    },
    async invoke(name, event, more = {}) {
      const output = await run<Lambda.InvokeCommandOutput>('Invoke', {
        FunctionName: name,
        ...(event !== undefined && { Payload: Buffer.from(JSON.stringify(event)) }),
        LogType: 'Tail',
        ...more,
      });
      return {
        payload: JSON.parse(Buffer.from(output.Payload ?? 'null').toString()) as never,
        ...(output.FunctionError && { error: output.FunctionError }),
        status: output.StatusCode ?? 0,
        log: Buffer.from(output.LogResult ?? '', 'base64').toString(),
      };
    },
    logLines(group) {
      return cloud.calls
        .filter(({ operation }) => operation === 'PutLogEvents')
        .map(({ input }) => input as { logGroupName: string; logEvents: { message: string }[] })
        .filter(({ logGroupName }) => logGroupName === group)
        .flatMap(({ logEvents }) => logEvents.map(({ message }) => message.replace(/\n$/, '')));
    },
    stop: async () => service.stop?.(),
  };
}
