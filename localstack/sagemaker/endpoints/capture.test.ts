import { describe, expect, it } from 'vitest';
import { captureRecord, captureUri, type Invocation } from './capture.ts';

const invocation: Invocation = {
  endpoint: 'shop',
  variant: 'main',
  role: { kind: 'root', arn: 'arn:aws:iam::000000000000:root', account: '000000000000' },
  capture: {
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: 's3://data/captures/',
    CaptureOptions: [{ CaptureMode: 'Output' }],
    CaptureContentTypeHeader: { JsonContentTypes: ['application/json'] },
  },
  input: { contentType: 'text/csv', body: Buffer.from('1,2') },
  output: { contentType: 'application/json; charset=utf-8', body: Buffer.from('{"p":1}') },
  customAttributes: 'x=1',
  at: new Date('2026-04-18T00:20:48.871Z'),
};

describe('a captured record', () => {
  it('has only the side that was asked for, and no inference id when the caller sent none', () => {
    expect(captureRecord(invocation, 'id-1')).toEqual({
      captureData: {
        endpointOutput: {
          observedContentType: 'application/json; charset=utf-8',
          mode: 'OUTPUT',
          data: '{"p":1}',
          encoding: 'JSON',
        },
      },
      eventMetadata: { eventId: 'id-1', customAttributes: ['x=1'], inferenceTime: '2026-04-18T00:20:48Z' },
      eventVersion: '0',
    });
  });

  it('is base64 when its content type is in no list', () => {
    const capture = { ...invocation.capture, CaptureOptions: [{ CaptureMode: 'Input' as const }] };
    expect(captureRecord({ ...invocation, capture }, 'id-1')).toMatchObject({
      captureData: { endpointInput: { data: 'MSwy', encoding: 'BASE64' } },
    });
  });

  it('lies under the hour of its time', () => {
    expect(captureUri(invocation, 'u')).toBe('s3://data/captures/shop/main/2026/04/18/00/20-48-871-u.jsonl');
  });
});
