import { expect, test } from 'vitest';
import type { CallRecord } from '../core/call-log.ts';
import { statementsNothingNeeded } from './least-privilege.ts';

const ROLE = 'arn:aws:iam::1:role/app';
const call = (action: string, resource: string, rest: Partial<CallRecord> = {}): CallRecord => ({
  time: '2026-01-01T00:00:00Z',
  region: 'us-east-1',
  principal: 'arn:aws:sts::1:assumed-role/app/run',
  roleArn: ROLE,
  service: 's3',
  operation: 'GetObject',
  action,
  resource,
  decision: 'allow',
  requestId: 'r',
  ...rest,
});
const policies = [
  {
    name: 'own',
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
        { Sid: 'Write', Effect: 'Allow', Action: 's3:PutObject', Resource: '*' },
        { Sid: 'Never', Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' },
      ],
    }),
  },
  {
    name: 'basic',
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'logs:*', Resource: '*' },
    }),
  },
];

test('lists allow statements that no allowed call of the role needed', () => {
  const calls = [
    call('s3:GetObject', 'arn:aws:s3:::b/k'),
    call('logs:PutLogEvents', 'arn:aws:logs:us-east-1:1:log-group:g:*', {
      roleArn: 'arn:aws:iam::1:role/other',
    }),
    call('s3:PutObject', 'arn:aws:s3:::b/k', { decision: 'deny' }),
  ];
  expect(statementsNothingNeeded(calls, ROLE, policies)).toEqual([
    { policy: 'own', index: 1, id: 'Write' },
    { policy: 'basic', index: 0, id: '0' },
  ]);
});

test('a call that the resource allowed needs no statement', () => {
  const calls = [call('s3:GetObject', 'arn:aws:s3:::b/k', { byResource: true })];
  expect(statementsNothingNeeded(calls, ROLE, policies)).toHaveLength(3);
});
