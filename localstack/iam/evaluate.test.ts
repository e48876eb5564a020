/** Cases from AWS's "Policy evaluation logic" and the policy reference. */
import { describe, expect, test } from 'vitest';
import type { Principal } from '../core/principal.ts';
import { roleSession, rootPrincipal, serviceActor } from '../core/principals.ts';
import { type AccessQuestion, evaluate } from './evaluate.ts';

const ACCOUNT = '111122223333';
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/app`;
const role = roleSession(ROLE_ARN, 'run');
const user: Principal = {
  kind: 'user',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/jane`,
  userName: 'jane',
};
const OBJECT = 'arn:aws:s3:::bucket/folder/key';

const variable = (name: string) => `\${${name}}`;

type RawStatement = Record<string, unknown>;
const allow = (Action: unknown, Resource: unknown = '*', rest: RawStatement = {}): RawStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});
const deny = (Action: unknown, Resource: unknown = '*', rest: RawStatement = {}): RawStatement => ({
  ...allow(Action, Resource, rest),
  Effect: 'Deny',
});
const policy = (name: string, ...Statement: RawStatement[]) => ({
  name,
  document: JSON.stringify({ Version: '2012-10-17', Statement }),
});

function decide(question: Partial<AccessQuestion> & { keys?: Record<string, string | string[]> }) {
  const { keys = {}, ...rest } = question;
  const context = new Map(
    Object.entries(keys).map(([key, value]) => [
      key.toLowerCase(),
      typeof value === 'string' ? [value] : value,
    ]),
  );
  return evaluate({
    principal: role,
    action: 's3:GetObject',
    resource: OBJECT,
    identityPolicies: [],
    ...rest,
    context,
  });
}
const isAllowed = (...args: Parameters<typeof decide>) => decide(...args).isAllowed;
const withIdentity = (...statements: RawStatement[]) => ({ identityPolicies: [policy('p', ...statements)] });
const withResource = (...statements: RawStatement[]) => ({ resourcePolicy: policy('bucket', ...statements) });

describe('identity policies', () => {
  test('nothing allows: denied implicitly, naming the identity policies', () => {
    expect(decide({})).toMatchObject({ isAllowed: false, denial: { isExplicit: false, source: 'identity' } });
  });

  test('an allow allows and is named', () => {
    const decision = decide({
      identityPolicies: [
        policy('other', allow('sqs:*')),
        policy('reads', allow('s3:Put*'), allow('s3:Get*', OBJECT, { Sid: 'Read' })),
      ],
    });
    expect(decision).toMatchObject({
      isAllowed: true,
      isAllowedByResource: false,
      matched: [{ source: 'identity', policy: 'reads', statement: 'Read' }],
    });
  });

  test('an explicit deny overrides any allow', () => {
    const decision = decide(withIdentity(allow('*'), deny('s3:*')));
    expect(decision).toMatchObject({ isAllowed: false, denial: { isExplicit: true, source: 'identity' } });
    expect(decision.matched).toEqual([{ source: 'identity', policy: 'p', statement: '1' }]);
  });

  test.each([
    ['s3:getobject', true],
    ['s3:Get*', true],
    ['s3:?etObject', true],
    ['s3:GetObjectTagging', false],
    ['S3:*', true],
    ['*', true],
    ['ec2:*', false],
  ])('action pattern %s matches s3:GetObject: %s', (pattern, expected) => {
    expect(isAllowed(withIdentity(allow(pattern)))).toBe(expected);
  });

  test.each([
    [OBJECT, true],
    ['arn:aws:s3:::bucket/*', true],
    ['arn:aws:s3:::bucket', false],
    ['arn:aws:s3:::*', true],
    ['arn:*:s3:::bucket/f?lder/*', true],
    ['arn:aws:s3:::Bucket/*', false],
    ['arn:aws:sqs:*', false],
  ])('resource pattern %s matches: %s', (pattern, expected) => {
    expect(isAllowed(withIdentity(allow('s3:*', pattern)))).toBe(expected);
  });

  test('an action without resource needs a statement for every resource', () => {
    const list = { action: 's3:ListAllMyBuckets', resource: '*' };
    expect(isAllowed({ ...list, ...withIdentity(allow('s3:*', 'arn:aws:s3:::*')) })).toBe(false);
    expect(isAllowed({ ...list, ...withIdentity(allow('s3:*', '*')) })).toBe(true);
  });

  test('NotAction and NotResource', () => {
    const notAction = { Effect: 'Allow', NotAction: ['iam:*', 's3:Delete*'], Resource: '*' };
    expect(isAllowed(withIdentity(notAction))).toBe(true);
    expect(isAllowed({ action: 's3:DeleteObject', ...withIdentity(notAction) })).toBe(false);
    const notResource = { Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::bucket/private/*' };
    expect(isAllowed(withIdentity(notResource))).toBe(true);
    expect(isAllowed({ resource: 'arn:aws:s3:::bucket/private/x', ...withIdentity(notResource) })).toBe(
      false,
    );
  });

  test('policy variables, defaults and literal wildcards', () => {
    const home = withIdentity(allow('s3:*', `arn:aws:s3:::bucket/${variable('aws:username')}/*`));
    const key = (name: string) => ({ principal: user, resource: `arn:aws:s3:::bucket/${name}/x`, ...home });
    expect(isAllowed({ ...key('jane'), keys: { 'aws:username': 'jane' } })).toBe(true);
    expect(isAllowed({ ...key('john'), keys: { 'aws:username': 'jane' } })).toBe(false);
    expect(isAllowed(key('jane'))).toBe(false);
    expect(isAllowed({ ...key('john'), keys: { 'aws:username': '*' } })).toBe(false);
    const fallback = withIdentity(
      allow('s3:*', `arn:aws:s3:::bucket/${variable("aws:PrincipalTag/team, 'shared'")}/*`),
    );
    expect(isAllowed({ resource: 'arn:aws:s3:::bucket/shared/x', ...fallback })).toBe(true);
    const star = withIdentity(allow('s3:*', `arn:aws:s3:::bucket/${variable('*')}`));
    expect(isAllowed({ resource: 'arn:aws:s3:::bucket/*', ...star })).toBe(true);
    expect(isAllowed({ resource: 'arn:aws:s3:::bucket/x', ...star })).toBe(false);
  });
});

describe('permissions boundary and session policies', () => {
  const identity = withIdentity(allow('*'));

  test('both the identity policy and the boundary must allow', () => {
    expect(isAllowed({ ...identity, boundary: policy('b', allow('s3:*')) })).toBe(true);
    expect(decide({ ...identity, boundary: policy('b', allow('sqs:*')) })).toMatchObject({
      isAllowed: false,
      denial: { isExplicit: false, source: 'boundary' },
    });
  });

  test('a boundary grants nothing by itself', () => {
    expect(isAllowed({ boundary: policy('b', allow('*')) })).toBe(false);
  });

  test('session policies limit, and their deny is explicit', () => {
    expect(decide({ ...identity, sessionPolicies: [policy('s', allow('sqs:*'))] }).denial?.source).toBe(
      'session',
    );
    expect(decide({ ...identity, sessionPolicies: [policy('s', allow('*'), deny('s3:*'))] }).denial).toEqual({
      isExplicit: true,
      source: 'session',
    });
  });

  test('a resource policy that names the session is not limited by the boundary; one that names the role is', () => {
    const boundary = policy('b', allow('sqs:*'));
    const naming = (arn: string) => withResource(allow('s3:*', '*', { Principal: { AWS: arn } }));
    expect(isAllowed({ boundary, ...naming(role.arn) })).toBe(true);
    expect(isAllowed({ boundary, ...naming(ROLE_ARN) })).toBe(false);
    expect(isAllowed(naming(ROLE_ARN))).toBe(true);
  });
});

describe('resource policies', () => {
  test.each<[string, unknown, boolean]>([
    ['everybody', '*', true],
    ['everybody as AWS', { AWS: '*' }, true],
    ['the role', { AWS: ROLE_ARN }, true],
    ['the session', { AWS: role.arn }, true],
    ['another role', { AWS: `${ROLE_ARN}2` }, false],
    ['the account, which only delegates', { AWS: `arn:aws:iam::${ACCOUNT}:root` }, false],
    ['a service', { Service: 'lambda.amazonaws.com' }, false],
  ])('a statement for %s', (_who, Principal, expected) => {
    const decision = decide(withResource(allow('s3:*', '*', { Principal })));
    expect(decision.isAllowed).toBe(expected);
    expect(decision.isAllowedByResource).toBe(expected);
  });

  test('a deny for everybody or the account overrides an identity policy', () => {
    for (const Principal of ['*', { AWS: ACCOUNT }]) {
      expect(
        isAllowed({ ...withIdentity(allow('*')), ...withResource(deny('s3:*', '*', { Principal })) }),
      ).toBe(false);
    }
  });

  test('NotPrincipal in a deny spares those that it names', () => {
    const spared = withResource(
      deny('s3:*', '*', { NotPrincipal: { AWS: [ROLE_ARN, `arn:aws:iam::${ACCOUNT}:root`] } }),
    );
    expect(isAllowed({ ...withIdentity(allow('*')), ...spared })).toBe(true);
    const others = withResource(deny('s3:*', '*', { NotPrincipal: { AWS: `${ROLE_ARN}2` } }));
    expect(isAllowed({ ...withIdentity(allow('*')), ...others })).toBe(false);
  });

  test('a service is allowed by resource policies only, within their conditions', () => {
    const principal = serviceActor(ACCOUNT, 'events.amazonaws.com', 'arn:aws:events:us-east-1:1:rule/a');
    const statement = allow('lambda:InvokeFunction', '*', {
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:events:us-east-1:1:rule/a' } },
    });
    const invoke = {
      principal,
      action: 'lambda:InvokeFunction',
      resource: 'arn:aws:lambda:us-east-1:1:function:f',
    };
    const keys = { 'aws:SourceArn': 'arn:aws:events:us-east-1:1:rule/a' };
    expect(isAllowed({ ...invoke, keys, ...withResource(statement) })).toBe(true);
    expect(isAllowed({ ...invoke, keys: { 'aws:SourceArn': 'other' }, ...withResource(statement) })).toBe(
      false,
    );
    expect(decide(invoke).denial?.source).toBe('resource');
  });

  test('an anonymous caller needs a statement for everybody', () => {
    const principal: Principal = { kind: 'anonymous', arn: 'anonymous', account: ACCOUNT };
    expect(isAllowed({ principal, ...withResource(allow('s3:*', '*', { Principal: '*' })) })).toBe(true);
    expect(
      isAllowed({ principal, ...withResource(allow('s3:*', '*', { Principal: { AWS: ACCOUNT } })) }),
    ).toBe(false);
  });

  test('the root is allowed without policies but not against a deny', () => {
    const principal = rootPrincipal(ACCOUNT);
    expect(isAllowed({ principal })).toBe(true);
    expect(isAllowed({ principal, ...withResource(deny('s3:*', '*', { Principal: '*' })) })).toBe(false);
  });
});

describe('a decisive resource policy (KMS keys, role trust)', () => {
  const key = {
    action: 'kms:Decrypt',
    resource: 'arn:aws:kms:us-east-1:1:key/1',
    isResourcePolicyDecisive: true,
  };
  const delegating = withResource(
    allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }),
  );

  test('identity policies count only where it delegates to the account', () => {
    const identity = withIdentity(allow('kms:*'));
    expect(isAllowed({ ...key, ...identity, ...delegating })).toBe(true);
    expect(isAllowed({ ...key, ...delegating })).toBe(false);
    const other = withResource(allow('kms:*', '*', { Principal: { AWS: `${ROLE_ARN}2` } }));
    expect(decide({ ...key, ...identity, ...other })).toMatchObject({
      isAllowed: false,
      denial: { isExplicit: false, source: 'resource' },
    });
  });

  test('naming the role allows without an identity policy', () => {
    expect(
      isAllowed({ ...key, ...withResource(allow('kms:Decrypt', '*', { Principal: { AWS: ROLE_ARN } })) }),
    ).toBe(true);
  });

  test('even the root needs it', () => {
    const principal = rootPrincipal(ACCOUNT);
    expect(isAllowed({ ...key, principal, ...delegating })).toBe(true);
    expect(isAllowed({ ...key, principal, ...withResource() })).toBe(false);
  });
});
