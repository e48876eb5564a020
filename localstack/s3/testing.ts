/** S3 on a fake cloud, for this folder's tests. */
import type { Call, Operation } from '../core/service.ts';
import { type FakeCloud, fakeCloud } from '../testing/fake-cloud.ts';
import { createS3Service } from './index.ts';

export interface S3Fixture {
  readonly cloud: FakeCloud;
  /** Calls an operation as root. */
  run<Output = Record<string, unknown>>(operation: string, input: object, call?: Call): Promise<Output>;
  /** Body of an object as text. */
  text(bucket: string, key: string, more?: object): Promise<string>;
  stop(): Promise<void>;
}

/** A started S3 with an empty bucket `data`. */
export async function s3Fixture(cloud: FakeCloud = fakeCloud()): Promise<S3Fixture> {
  const service = createS3Service(cloud);
  cloud.register(service);
  await service.start?.();

  async function run<Output>(name: string, input: object, call: Call = cloud.callAs()): Promise<Output> {
    const operation = service.operations[name] as Operation<object> | undefined;
    if (!operation) throw new Error(`no operation ${name}`);
    return (await operation(input, call)) as Output;
  }

  if (cloud.collection('s3', 'buckets').size === 0) await run('CreateBucket', { Bucket: 'data' });
  return {
    cloud,
    run,
    async text(Bucket, Key, more = {}) {
      const { Body } = await run<{ Body: AsyncIterable<Uint8Array> | Uint8Array }>('GetObject', {
        Bucket,
        Key,
        ...more,
      });
      if (Body instanceof Uint8Array) return Buffer.from(Body).toString();
      const chunks: Uint8Array[] = [];
      for await (const chunk of Body) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
    stop: async () => service.stop?.(),
  };
}
