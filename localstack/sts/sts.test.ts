import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/role`;

async function cloudWithRole(condition: object = {}, dataDirectory?: string): Promise<RunningCloud> {
  const running = await startCloud({ services: [], ...(dataDirectory ? { dataDirectory } : {}) });
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 'sts:AssumeRole',
    Condition: condition,
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  await new IAMClient(running.clientConfig).send(
    new CreateRoleCommand({ RoleName: 'role', AssumeRolePolicyDocument }),
  );
  return running;
}

async function assume(running: RunningCloud, rest: Partial<AssumeRoleCommandInput> = {}) {
  const { Credentials } = await new STSClient(running.clientConfig).send(
    new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session', ...rest }),
  );
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
}

const whoAmI = (running: RunningCloud, credentials: Awaited<ReturnType<typeof assume>>) =>
  new STSClient({ ...running.clientConfig, credentials }).send(new GetCallerIdentityCommand({}));

test('a session ends with its time on the cloud clock', async () => {
  const running = await cloudWithRole();
  const credentials = await assume(running, { DurationSeconds: 900 });
  expect((await whoAmI(running, credentials)).Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/role/session`);
  await running.cloud.clock.advanceTo(running.cloud.clock.now() + 901_000);
  await expect(whoAmI(running, credentials)).rejects.toMatchObject({ name: 'ExpiredToken' });
  await running.stop();
});

test('a session survives a restart of the cloud', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sts-restart-'));
  const first = await cloudWithRole({}, dataDirectory);
  const credentials = await assume(first);
  await first.stop();
  const second = await startCloud({ services: [], dataDirectory });
  expect((await whoAmI(second, credentials)).Arn).toContain('assumed-role/role/session');
  await second.stop();
});

test('conditions of the trust policy hold, and tags need a permission of their own', async () => {
  const running = await cloudWithRole({ StringEquals: { 'sts:ExternalId': 'secret' } });
  await expect(assume(running)).rejects.toMatchObject({ name: 'AccessDenied' });
  await assume(running, { ExternalId: 'secret' });
  await expect(
    assume(running, { ExternalId: 'secret', Tags: [{ Key: 'a', Value: 'b' }] }),
  ).rejects.toMatchObject({ message: expect.stringContaining('sts:TagSession') });
  await running.stop();
});

test('a role that does not exist is refused like one that may not be assumed', async () => {
  const running = await cloudWithRole();
  await expect(assume(running, { RoleArn: `${ROLE}2` })).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(assume(running, { DurationSeconds: 7200 })).rejects.toMatchObject({ name: 'ValidationError' });
  await running.stop();
});
