import { describe, expect, test } from 'vitest';
import { benchWithObjects, distributed } from './testing.ts';

type Objects = Record<string, string>;

const ECHO = { Type: 'Pass', Output: "{% $states.input = 0 ? $error('no zeros') : $states.input %}" };

function writer(WriterConfig?: object): object {
  return {
    Resource: 'arn:aws:states:::s3:putObject',
    Arguments: { Bucket: 'data', Prefix: 'out' },
    ...(WriterConfig ? { WriterConfig } : {}),
  };
}

/** What was written, by the last part of the key. */
function written(objects: Objects): Record<string, string> {
  return Object.fromEntries(Object.entries(objects).map(([key, text]) => [key.split('/').at(-1), text]));
}

describe('ResultWriter', () => {
  // files as https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html shows them, key order
  // and the state's output as recorded from AWS: radkawar/stackd, distributed_map.json
  test('writes a manifest and the executions, and the output tells where', async () => {
    const objects: Objects = {};
    const bench = benchWithObjects(objects);
    const run = await bench.run(
      distributed({ ResultWriter: writer(), ToleratedFailureCount: 1 }, ECHO),
      [1, 0],
    );
    const mapRunArn = String(run.events[3]?.mapRunStartedEventDetails?.mapRunArn);
    const folder = `out/${mapRunArn.split(':').at(-1)}`;
    expect(run.result).toEqual({
      MapRunArn: mapRunArn,
      ResultWriterDetails: { Bucket: 'data', Key: `${folder}/manifest.json` },
    });
    const { 'SUCCEEDED_0.json': succeeded = '', 'FAILED_0.json': failed = '' } = written(objects);
    expect(JSON.parse(objects[`${folder}/manifest.json`] ?? '')).toEqual({
      DestinationBucket: 'data',
      MapRunArn: mapRunArn,
      ResultFiles: {
        FAILED: [{ Key: `${folder}/FAILED_0.json`, Size: failed.length }],
        PENDING: [],
        SUCCEEDED: [{ Key: `${folder}/SUCCEEDED_0.json`, Size: succeeded.length }],
      },
    });
    const [entry] = JSON.parse(succeeded) as object[];
    expect(Object.keys(entry ?? {})).toEqual([
      'ExecutionArn',
      'Input',
      'InputDetails',
      'Name',
      'Output',
      'OutputDetails',
      'RedriveCount',
      'RedriveStatus',
      'RedriveStatusReason',
      'StartDate',
      'StateMachineArn',
      'Status',
      'StopDate',
    ]);
    expect(entry).toMatchObject({
      Input: '1',
      Output: '1',
      RedriveStatus: 'NOT_REDRIVABLE',
      Status: 'SUCCEEDED',
    });
    expect(JSON.parse(failed)).toMatchObject([
      {
        Error: 'States.QueryEvaluationError',
        Input: '0',
        RedriveStatus: 'REDRIVABLE_BY_MAP_RUN',
        Status: 'FAILED',
      },
    ]);
  });

  test('writes what was never started, when the run fails', async () => {
    const objects: Objects = {};
    await benchWithObjects(objects).run(
      distributed({ ResultWriter: writer(), MaxConcurrency: 1 }, ECHO),
      [0, 5],
    );
    expect(JSON.parse(written(objects)['PENDING_0.json'] ?? '')).toEqual([
      { Input: '5', InputDetails: { Included: true }, Status: 'PENDING' },
    ]);
  });

  test.each([
    [{ Transformation: 'COMPACT', OutputType: 'JSON' }, 'SUCCEEDED_0.json', '[[1,2],[3]]'],
    [{ Transformation: 'FLATTEN', OutputType: 'JSON' }, 'SUCCEEDED_0.json', '[1,2,3]'],
    [{ Transformation: 'FLATTEN', OutputType: 'JSONL' }, 'SUCCEEDED_0.jsonl', '1\n2\n3\n'],
    [{ Transformation: 'COMPACT', OutputType: 'JSONL' }, 'SUCCEEDED_0.jsonl', '[1,2]\n[3]\n'],
  ])('%j writes %s', async (config, name, text) => {
    const objects: Objects = {};
    await benchWithObjects(objects).run(distributed({ ResultWriter: writer(config) }), [[1, 2], [3]]);
    expect(written(objects)[name]).toBe(text);
  });

  test('without a bucket the transformation shapes the output', async () => {
    const shaped = (Transformation: string) =>
      benchWithObjects({}).run(
        distributed({ ResultWriter: { WriterConfig: { Transformation, OutputType: 'JSON' } } }),
        [[1, 2], [3]],
      );
    expect((await shaped('FLATTEN')).result).toEqual([1, 2, 3]);
    expect((await shaped('COMPACT')).result).toEqual([[1, 2], [3]]);
    expect((await shaped('NONE')).result).toMatchObject([
      { Input: '[1,2]', Output: '[1,2]', Status: 'SUCCEEDED' },
      { Input: '[3]' },
    ]);
  });
});
