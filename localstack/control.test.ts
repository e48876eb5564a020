import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { startCloud } from './testing/start-cloud.ts';

const post = (url: string, body: object) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body) }).then((response) => response.json());

describe('the control API', () => {
  test('moves the clock, and a restart keeps its offset', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'control-'));
    const first = await startCloud({ services: [], dataDirectory });
    const fired: string[] = [];
    first.cloud.clock.after(3_600_000, 'hour', () => void fired.push('hour'));
    const status = (await post(`${first.endpoint}/_cloud/clock`, { advanceSeconds: 86_400 })) as {
      offsetMs: number;
    };
    expect(fired).toEqual(['hour']);
    expect(status.offsetMs).toBeGreaterThan(86_000_000);
    await first.stop();
    const second = await startCloud({ services: [], dataDirectory });
    expect(second.cloud.clock.offsetMs).toBe(status.offsetMs);
    await second.stop();
  });

  test('strikes calls with faults, so many times', async () => {
    const running = await startCloud({ services: ['ssm'] });
    await post(`${running.endpoint}/_cloud/faults`, {
      service: 'ssm',
      code: 'ThrottlingException',
      times: 1,
    });
    const ssm = new SSMClient({ ...running.clientConfig, maxAttempts: 1 });
    const get = () => ssm.send(new GetParameterCommand({ Name: '/none' }));
    await expect(get()).rejects.toMatchObject({ name: 'ThrottlingException' });
    await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await running.stop();
  });

  test('cuts the connection of a call', async () => {
    const running = await startCloud({ services: ['ssm'] });
    const ssm = new SSMClient({ ...running.clientConfig, maxAttempts: 1 });
    await post(`${running.endpoint}/_cloud/faults`, { operation: 'PutParameter', drop: 'answer' });
    const put = ssm.send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
    await expect(put).rejects.toMatchObject({ code: 'ECONNRESET' });
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/a' }));
    expect(Parameter?.Value).toBe('1');
    const [fault] = (await (await fetch(`${running.endpoint}/_cloud/faults`)).json()) as unknown[];
    expect(fault).toEqual({ operation: 'PutParameter', drop: 'answer', struck: 1 });
    await running.stop();
  });

  test('tells which calls were made, with verdict, duration and error', async () => {
    const running = await startCloud({ services: ['ssm'] });
    const ssm = new SSMClient(running.clientConfig);
    await ssm.send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
    await ssm.send(new GetParameterCommand({ Name: '/b' })).catch(() => {});
    await new STSClient(running.clientConfig).send(new GetCallerIdentityCommand({}));
    const calls = (query: string) =>
      fetch(`${running.endpoint}/_cloud/calls?${query}`).then((response) => response.json());
    const principal = 'arn:aws:iam::000000000000:root';
    const resource = 'arn:aws:ssm:us-east-1:000000000000:parameter/b';
    expect(await calls('action=ssm:*&resource=*/b')).toEqual([
      expect.objectContaining({
        ...{ principal, resource, action: 'ssm:GetParameter', decision: 'allow' },
        ...{ error: 'ParameterNotFound', durationMs: expect.any(Number) },
      }),
    ]);
    expect(await calls('service=sts')).toMatchObject([{ action: 'sts:GetCallerIdentity', isFree: true }]);
    expect(await calls('limit=2')).toHaveLength(2);
    expect(await calls('since=2999-01-01T00:00:00Z')).toEqual([]);
    expect(await calls('colour=red')).toMatchObject({ error: expect.stringContaining('no colour') });
    await running.stop();
  });

  test('refuses an order that it does not understand', async () => {
    const running = await startCloud({ services: [] });
    expect(await post(`${running.endpoint}/_cloud/clock`, {})).toHaveProperty('error');
    expect((await fetch(`${running.endpoint}/_cloud/nothing`)).status).toBe(404);
    await running.stop();
  });
});

describe('the process', () => {
  const main = (...args: string[]): ChildProcess =>
    spawn(process.execPath, ['--import', 'tsx', new URL('./main.ts', import.meta.url).pathname, ...args]);

  test('says one line when ready, and ends cleanly on SIGTERM', async () => {
    const child = main('--port', '0', '--data', mkdtempSync(join(tmpdir(), 'main-')));
    const output = text(child.stdout!);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(await output).toMatch(
      /^local cloud ready: AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+ \(data in .+\)\n$/,
    );
    expect(code).toBe(0);
  });

  test('a taken port is named, with what to do', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    );
    const child = main('--port', String(port), '--data', mkdtempSync(join(tmpdir(), 'main-')));
    const [errors, code] = await Promise.all([
      text(child.stderr!),
      new Promise((resolve) => child.once('exit', resolve)),
    ]);
    taken.close();
    expect(code).toBe(1);
    expect(errors).toContain(`port ${port} is taken`);
    expect(errors).toContain('--port');
  });
});
