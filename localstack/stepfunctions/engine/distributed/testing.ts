/** Distributed Map states in tests: S3 as a map of texts, and definitions of one Map. */
import type { Operation } from '../../../core/service.ts';
import { type Bench, createBench, only } from '../../testing.ts';

/** A bench whose S3 has these objects, by key in bucket `data`. What is written appears among them. */
export function benchWithObjects(
  objects: Record<string, string | Buffer>,
  answers: Readonly<Record<string, Operation>> = {},
): Bench {
  return createBench({
    's3.GetObject': ({ Key }: { Key: string }) => ({ Body: Buffer.from(objects[Key] ?? '') }),
    's3.PutObject': ({ Key, Body }: { Key: string; Body: Buffer }) => {
      objects[Key] = Body.toString();
      return {};
    },
    's3.ListObjectsV2': ({ Prefix = '' }: { Prefix?: string }) => ({
      Contents: Object.entries(objects)
        .filter(([Key]) => Key.startsWith(Prefix))
        .map(([Key, body]) => ({
          ETag: '"e"',
          Key,
          LastModified: new Date('2022-11-17T15:44:41.500Z'),
          Size: body.length,
          StorageClass: 'STANDARD',
        })),
    }),
    ...answers,
  });
}

/** A machine of one distributed Map whose child executions run one state. */
export function distributed(map: object, child: object = { Type: 'Pass' }, type = 'STANDARD'): object {
  return only({
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: type },
      StartAt: 'Child',
      States: { Child: { End: true, ...child } },
    },
    ...map,
  });
}

/** The same in query language JSONPath. */
export function jsonPath(definition: object): object {
  return { QueryLanguage: 'JSONPath', ...definition };
}

/** An ItemReader in JSONata. */
export function reader(Key: string, ReaderConfig: object): object {
  return { Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: 'data', Key }, ReaderConfig };
}
