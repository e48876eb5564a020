/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html */
import { describe, expect, it } from 'vitest';
import type { ContainerRequest } from '../models/container-http.ts';
import { recordProcessing } from './data-processing.ts';
import { transformObject } from './transform-object.ts';

const job = (type: string, DataProcessing: object, more: object = {}) => ({
  TransformJobName: 'j',
  TransformJobArn: 'a',
  TransformJobStatus: 'InProgress' as const,
  ModelName: 'm',
  MaxPayloadInMB: 6,
  TransformResources: undefined,
  CreationTime: new Date(0),
  TransformInput: { DataSource: undefined, ContentType: type, SplitType: 'Line' as const },
  TransformOutput: { S3OutputPath: 's3://b', Accept: type, AssembleWith: 'Line' as const },
  DataProcessing,
  ...more,
});

/** A model that answers the first cell, or the member `x`, of each record, and remembers what it was sent. */
function echo(sent: string[], read: (record: string) => string) {
  return async ({ body }: ContainerRequest) => {
    const text = Buffer.from(body).toString('utf8');
    sent.push(text);
    const lines = text.trimEnd().split('\n').map(read);
    return { status: 200, contentType: '', headers: {}, body: Buffer.from(`${lines.join('\n')}\n`) };
  };
}

describe('DataProcessing', () => {
  it('drops the id before the model and keeps it beside the prediction', async () => {
    const sent: string[] = [];
    const processing = { InputFilter: '$[1:]', JoinSource: 'Input', OutputFilter: '$[0,-1]' };
    const model = echo(sent, (row) => row.split(',')[0]!);
    const output = await transformObject(job('text/csv', processing), Buffer.from('a,1,2\nb,3,4'), model);
    expect(sent).toEqual(['1,2\n3,4\n']);
    expect(output.toString()).toBe('a,1\nb,3\n');
  });

  it('puts predictions of JSON lines under SageMakerOutput', async () => {
    const sent: string[] = [];
    const model = echo(sent, (record) => record);
    const lines = job('application/jsonlines', { InputFilter: '$.x', JoinSource: 'Input' });
    const output = await transformObject(lines, Buffer.from('{"x":1}\n{"x":[2]}\n'), model);
    expect(sent).toEqual(['1\n[2]\n']);
    expect(output.toString()).toBe('{"x":1,"SageMakerOutput":1}\n{"x":[2],"SageMakerOutput":[2]}\n');
  });

  it('keeps what is no object under SageMakerInput', async () => {
    const model = echo([], () => '0.5');
    const output = await transformObject(
      job('application/jsonlines', { JoinSource: 'Input' }),
      Buffer.from('3\n'),
      model,
    );
    expect(output.toString()).toBe('{"SageMakerInput":3,"SageMakerOutput":0.5}\n');
  });

  it('keeps the order of requests that run at the same time', async () => {
    const late = async ({ body }: ContainerRequest) => {
      const text = Buffer.from(body).toString('utf8');
      await new Promise((resolve) => setTimeout(resolve, text.startsWith('1') ? 20 : 1));
      return { status: 200, contentType: '', headers: {}, body: Buffer.from(text) };
    };
    const single = job('text/csv', {}, { BatchStrategy: 'SingleRecord', MaxConcurrentTransforms: 3 });
    expect((await transformObject(single, Buffer.from('1\n2\n3\n'), late)).toString()).toBe('1\n2\n3\n');
  });

  it('refuses formats that have no records', () => {
    expect(() => recordProcessing(job('image/png', { JoinSource: 'Input' }))).toThrow(
      /^DataProcessing needs ContentType and Accept of one format/,
    );
  });
});
