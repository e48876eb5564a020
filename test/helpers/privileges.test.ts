import { expect, test } from 'vitest';
import type { CallRecord } from '../../localstack/core/call-log.ts';
import { describePart, findRefused, findUnneeded } from './privileges.ts';

const ROLE = 'arn:aws:iam::1:role/app';

function call(action: string, resource: string, more: Partial<CallRecord> = {}): CallRecord {
  return {
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
    ...more,
  };
}

function role(...statements: object[]) {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return { roleArn: ROLE, policies: [{ name: 'own', document }] };
}

const READ = {
  Sid: 'Read',
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:PutObject'],
  Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'],
};

const unneeded = (calls: CallRecord[], ...statements: object[]) =>
  findUnneeded(calls, [role(...statements)]).map(describePart);

test('names a statement that no call needed, and nothing in it', () => {
  expect(unneeded([], READ)).toEqual(['app: Read']);
});

test('names actions and resources of a needed statement that no call needed', () => {
  expect(unneeded([call('s3:GetObject', 'arn:aws:s3:::a/key')], READ)).toEqual([
    'app: Read: action s3:PutObject',
    'app: Read: resource arn:aws:s3:::b/*',
  ]);
  expect(
    unneeded([call('s3:GetObject', 'arn:aws:s3:::a/key'), call('s3:PutObject', 'arn:aws:s3:::b/key')], READ),
  ).toEqual([]);
});

test('names values of conditions that no call needed', () => {
  const list = {
    Sid: 'List',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: '*',
    Condition: { StringLike: { 's3:prefix': ['in/*', 'out/*'] } },
  };
  const calls = [call('s3:ListBucket', 'bucket', { context: { 's3:prefix': 'in/x' } })];
  expect(unneeded(calls, list)).toEqual(['app: List: condition out/*']);
});

test('names both of two statements that allow the same', () => {
  const one = { Sid: 'One', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  expect(unneeded([call('s3:GetObject', 'arn:aws:s3:::a/key')], one, { ...one, Sid: 'Two' })).toEqual([
    'app: One',
    'app: Two',
  ]);
});

test('a call that was refused, that the resource allowed, or that another role made needs nothing', () => {
  const calls = [
    call('s3:GetObject', 'arn:aws:s3:::a/key', { decision: 'deny' }),
    call('s3:GetObject', 'arn:aws:s3:::a/key', { byResource: true }),
    call('s3:GetObject', 'arn:aws:s3:::a/key', { roleArn: 'arn:aws:iam::1:role/other' }),
  ];
  expect(unneeded(calls, READ)).toEqual(['app: Read']);
});

test('statements that deny are not asked for', () => {
  expect(unneeded([], { Effect: 'Deny', Action: '*', Resource: '*' })).toEqual([]);
});

test('finds calls that were refused, and calls that these policies do not allow', () => {
  const refused = call('s3:GetObject', 'arn:aws:s3:::a/key', { decision: 'deny' });
  const beyond = call('s3:GetObject', 'arn:aws:s3:::c/key');
  const fine = [
    call('s3:GetObject', 'arn:aws:s3:::a/key'),
    call('s3:GetObject', 'arn:aws:s3:::c/key', { byResource: true }),
  ];
  const deleted = call('iam:DeleteRolePolicy', ROLE, { roleArn: 'arn:aws:iam::1:role/deployer' });
  const calls = [refused, beyond, ...fine, deleted, refused];
  expect(findRefused(calls, [role(READ)])).toEqual([refused, beyond]);
});
