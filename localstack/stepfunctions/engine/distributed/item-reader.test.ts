import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../json.ts';
import { only } from '../../testing.ts';
import { benchWithObjects, distributed, jsonPath, reader } from './testing.ts';

const LIST = 'arn:aws:states:::s3:listObjectsV2';
const CSV_HEADERS = { CSVHeaderLocation: 'GIVEN', CSVHeaders: ['a', 'b'] };

describe('ItemReader', () => {
  test('reads a CSV file as AWS does', async () => {
    // file and inputs of the child executions recorded from AWS: radkawar/stackd, distributed_map.json
    const file =
      'id|text|blank\r\n1|"one|pipe"|\r\n2|"two ""quoted"""|x\r\n3|"three\nnewline"|y\r\n4|four|\r\n5|excluded|z\r\n';
    const config = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', CSVDelimiter: 'PIPE', MaxItems: 4 };
    const run = await benchWithObjects({ 'f.csv': file }).run(
      distributed({ ItemReader: reader('f.csv', config) }),
    );
    expect(run.result).toEqual([
      { id: '1', text: 'one|pipe', blank: '' },
      { id: '2', text: 'two "quoted"', blank: 'x' },
      { id: '3', text: 'three\nnewline', blank: 'y' },
      { id: '4', text: 'four', blank: '' },
    ]);
  });

  // rules of https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
  test.each<[string, string, object, Json]>([
    [
      'given headers',
      '1,2\n3,4\n',
      { InputType: 'CSV', ...CSV_HEADERS },
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['fewer fields than headers', '1\n', { InputType: 'CSV', ...CSV_HEADERS }, [{ a: '1', b: '' }]],
    ['more fields than headers', '1,2,3\n', { InputType: 'CSV', ...CSV_HEADERS }, [{ a: '1', b: '2' }]],
    ['an array', '[1,[2],{"c":3}]', { InputType: 'JSON' }, [1, [2], { c: 3 }]],
    [
      'an array inside of an object',
      '{"data":{"items":[1,2]}}',
      { InputType: 'JSON', ItemsPointer: '/data/items' },
      [1, 2],
    ],
    ['lines of JSON', '{"n":1}\n{"n":2}\n', { InputType: 'JSONL' }, [{ n: 1 }, { n: 2 }]],
    ['no more than MaxItems', '[1,2,3]', { InputType: 'JSON', MaxItems: 2 }, [1, 2]],
  ])('reads %s', async (_what, text, config, expected) => {
    const bench = benchWithObjects({ f: text });
    expect((await bench.run(distributed({ ItemReader: reader('f', config) }))).result).toEqual(expected);
  });

  test('unpacks files whose name ends in .gz', async () => {
    const bench = benchWithObjects({ 'f.json.gz': gzipSync('[1]') });
    const run = await bench.run(distributed({ ItemReader: reader('f.json.gz', { InputType: 'JSON' }) }));
    expect(run.result).toEqual([1]);
  });

  test('reads the files that an inventory names', async () => {
    const manifest = {
      destinationBucket: 'arn:aws:s3:::data',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key, Size',
      files: [{ key: 'part.csv.gz' }],
    };
    const bench = benchWithObjects({
      'manifest.json': JSON.stringify(manifest),
      'part.csv.gz': gzipSync('"b","k1","5"\n"b","k2","6"\n'),
    });
    const run = await bench.run(
      distributed({ ItemReader: reader('manifest.json', { InputType: 'MANIFEST' }) }),
    );
    expect(run.result).toEqual([
      { Bucket: 'b', Key: 'k1', Size: '5' },
      { Bucket: 'b', Key: 'k2', Size: '6' },
    ]);
  });

  test('lists objects, or reads all that it lists', async () => {
    const objects = { 'in/a.jsonl': '{"n":1}\n', 'in/b.jsonl': '{"n":2}\n', other: '' };
    const Arguments = { Bucket: 'data', Prefix: 'in/' };
    const listed = await benchWithObjects(objects).run(
      distributed({ ItemReader: { Resource: LIST, Arguments } }),
    );
    // shape of https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
    const item = { Etag: '"e"', LastModified: 1_668_699_881, Size: 8, StorageClass: 'STANDARD' };
    expect(listed.result).toEqual([
      { ...item, Key: 'in/a.jsonl' },
      { ...item, Key: 'in/b.jsonl' },
    ]);
    const ReaderConfig = { InputType: 'JSONL', Transformation: 'LOAD_AND_FLATTEN' };
    const loaded = await benchWithObjects(objects).run(
      distributed({ ItemReader: { Resource: LIST, Arguments, ReaderConfig } }),
    );
    expect(loaded.result).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('JSONPath: parameters, and MaxItemsPath', async () => {
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      Parameters: { 'Bucket.$': '$.bucket', Key: 'f' },
      ReaderConfig: { InputType: 'JSON', MaxItemsPath: '$.most' },
    };
    const bench = benchWithObjects({ f: '[1,2,3]' });
    const run = await bench.run(jsonPath(distributed({ ItemReader })), { bucket: 'data', most: 1 });
    expect(run.result).toEqual([1]);
  });

  // causes recorded from AWS: localstack/localstack, test_map_item_reader_*
  test.each([
    [
      { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
      'a,a\n1,2\n',
      'CSV headers cannot contain duplicates.',
    ],
    [{ InputType: 'JSON' }, '1', 'Attempting to map over non-iterable node.'],
  ])('%j of %j is States.ItemReaderFailed', async (config, text, cause) => {
    const bench = benchWithObjects({ f: text });
    const run = await bench.run(distributed({ ItemReader: reader('f', config) }));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed', cause });
  });
});

describe('ItemBatcher', () => {
  test('gives child executions batches, and what all of them share', async () => {
    const ItemBatcher = { MaxItemsPerBatch: 2, BatchInput: { shared: '{% $states.input.x %}' } };
    const run = await benchWithObjects({}).run(
      distributed({ Items: '{% $states.input.items %}', ItemBatcher }),
      { x: 7, items: [1, 2, 3] },
    );
    expect(run.result).toEqual([
      { BatchInput: { shared: 7 }, Items: [1, 2] },
      { BatchInput: { shared: 7 }, Items: [3] },
    ]);
  });

  test('ends a batch before it has more bytes than MaxInputBytesPerBatch', async () => {
    const run = await benchWithObjects({}).run(distributed({ ItemBatcher: { MaxInputBytesPerBatch: 40 } }), [
      'a'.repeat(10),
      'b'.repeat(10),
      'c'.repeat(10),
    ]);
    const batches = run.result as { Items: string[] }[];
    expect(batches.flatMap(({ Items }) => Items)).toHaveLength(3);
    for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThanOrEqual(40);
  });

  test('its limits may be paths', async () => {
    const definition = jsonPath(
      distributed({ ItemsPath: '$.items', ItemBatcher: { MaxItemsPerBatchPath: '$.most' } }),
    );
    const run = await benchWithObjects({}).run(definition, { items: [1, 2], most: 2 });
    expect(run.result).toEqual([{ Items: [1, 2] }]);
  });
});

test('PARQUET is refused when the machine is created', async () => {
  const config = { InputType: 'PARQUET' };
  await expect(
    benchWithObjects({}).create({ ...only({}), ...distributed({ ItemReader: reader('f', config) }) }),
  ).rejects.toMatchObject({ message: expect.stringContaining("ItemReader of InputType 'PARQUET'") });
});
