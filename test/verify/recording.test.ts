import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { differences, normalise, type RecordedCall, recordCalls } from '../../verify/recording.ts';

const OWN = { accountId: '123456789012', region: 'eu-west-1', prefix: 'driftless-verify-0a1b2c3d' };

describe('recordings', () => {
  it('hold what AWS answered and what it refused, in order', async () => {
    const calls: RecordedCall[] = [];
    const s3 = new S3Client({ region: 'eu-west-1' });
    const refusal = Object.assign(new Error('no'), { name: 'Refused', $metadata: { httpStatusCode: 403 } });
    recordCalls(s3, calls);
    // answers without a network: a middleware below the recorder's
    s3.middlewareStack.add(
      () => async (args) => {
        if ((args.input as { Key: string }).Key === 'bad') throw refusal;
        return { response: {}, output: { ETag: '"1"', $metadata: {} } };
      },
      { step: 'initialize', priority: 'low' },
    );
    await s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'good' }));
    await expect(s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'bad' }))).rejects.toThrow('no');
    expect(calls).toEqual([
      { call: 'S3Client.PutObjectCommand', answer: { ETag: '"1"' } },
      { call: 'S3Client.PutObjectCommand', refusal: { name: 'Refused', message: 'no', status: 403 } },
    ]);
  });

  it('tell nothing of the account, its secrets or the time', () => {
    const answer = {
      Arn: 'arn:aws:sqs:eu-west-1:123456789012:driftless-verify-0a1b2c3d',
      SecretAccessKey: 'secret',
      NextToken: 'opaque',
      MessageId: 'f7c3c1a0-5b1c-4f4e-9b57-3c6f2a0f4b11',
      CreationTime: new Date(),
      Text: 'started 2026-11-23T10:00:00.123Z as f7c3c1a0-5b1c-4f4e-9b57-3c6f2a0f4b11',
      Body: new Uint8Array([1]),
    };
    expect(normalise([{ call: 'One', answer }], OWN)).toEqual([
      {
        call: 'One',
        answer: {
          Arn: 'arn:aws:sqs:us-east-1:000000000000:driftless-verify-00000000',
          SecretAccessKey: '<own>',
          NextToken: '<own>',
          MessageId: '<own>',
          CreationTime: '<time>',
          Text: 'started <time> as <id>',
          Body: '<bytes>',
        },
      },
    ]);
  });

  it('keep a look that is repeated without change once', () => {
    const look = { call: 'Describe', answer: { Status: 'Creating' } };
    const ready = { call: 'Describe', answer: { Status: 'InService' } };
    expect(normalise([look, look, ready, look], OWN)).toEqual([look, ready, look]);
  });

  it('differ by a member that one of them lacks and by the letter of a refusal', () => {
    const aws: RecordedCall[] = [
      { call: 'Describe', answer: { Name: 'a', Tags: [{ Key: 'k' }] } },
      {
        call: 'Delete',
        refusal: { name: 'ValidationException', message: 'Could not find "a".', status: 400 },
      },
    ];
    expect(differences(aws, structuredClone(aws))).toEqual([]);
    // other values of the same members are no difference
    expect(
      differences(aws, [
        { call: 'Describe', answer: { Name: 'b', Tags: [{ Key: 'x' }, { Key: 'y' }] } },
        aws[1]!,
      ]),
    ).toEqual([]);
    const other: RecordedCall[] = [
      { call: 'Describe', answer: { Name: 'a', Tags: [] } },
      { call: 'Delete', refusal: { name: 'ValidationException', message: 'Could not find a.', status: 400 } },
    ];
    expect(differences(aws, other)).toEqual([
      'only AWS: Describe answered: Name Tags[].Key',
      'only AWS: Delete refused: 400 ValidationException: Could not find "a".',
      'never by AWS: Describe answered: Name',
      'never by AWS: Delete refused: 400 ValidationException: Could not find a.',
    ]);
  });
});
