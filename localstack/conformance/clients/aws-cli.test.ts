/** The AWS CLI (version 1, which PyPI has), unmodified: high-level commands, waiters, what it prints, exit codes. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsClients, INSTALL_MS } from '../../testing/python-venv.ts';
import { type Ended, runCommand } from '../../testing/run-command.ts';
import { type RunningCloud, startCloud } from '../../testing/start-cloud.ts';
import { clientEnvironment } from './client-environment.ts';

const EIGHT_MB = 8 * 1024 * 1024;
const TRUST_LAMBDA = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

describe('the AWS CLI', () => {
  let running: RunningCloud;
  let cli: string;
  let folder: string;
  beforeAll(async () => {
    [running, cli] = await Promise.all([startCloud(), awsClients()]);
    folder = mkdtempSync(join(tmpdir(), 'aws-cli-'));
  }, INSTALL_MS);
  afterAll(async () => {
    await running.stop();
    rmSync(folder, { recursive: true });
  });

  const aws = (...args: readonly string[]): Promise<Ended> =>
    runCommand(join(cli, 'aws'), args, { env: clientEnvironment(running.clientConfig) });
  /** What a command that succeeds prints. */
  const printed = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await aws(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const json = async (...args: readonly string[]) => JSON.parse(await printed(...args, '--output', 'json'));
  const file = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test('s3 mb, cp in parts, ls, sync, mv, rm and rb', async () => {
    expect(await printed('s3', 'mb', 's3://by-cli')).toBe('make_bucket: by-cli\n');
    const large = file('large.bin', Buffer.alloc(EIGHT_MB + 1, 'abc'));
    await printed('s3', 'cp', '--only-show-errors', large, 's3://by-cli/deep/large.bin');
    expect(await printed('s3', 'ls', '--recursive', 's3://by-cli')).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +8388609 deep\/large\.bin\n$/,
    );
    const back = join(folder, 'back');
    mkdirSync(back);
    await printed('s3', 'sync', '--only-show-errors', 's3://by-cli', back);
    expect(readFileSync(join(back, 'deep/large.bin')).equals(readFileSync(large))).toBe(true);
    // what is there already is not copied again
    expect(await printed('s3', 'sync', 's3://by-cli', back)).toBe('');

    await printed('s3', 'mv', '--only-show-errors', 's3://by-cli/deep/large.bin', 's3://by-cli/a b+ü.bin');
    expect(await printed('s3', 'ls', 's3://by-cli')).toMatch(/ 8388609 a b\+ü\.bin\n$/);
    expect(await printed('s3', 'rm', 's3://by-cli', '--recursive')).toBe('delete: s3://by-cli/a b+ü.bin\n');
    expect(await printed('s3', 'rb', 's3://by-cli')).toBe('remove_bucket: by-cli\n');
  });

  test('s3 presign makes a URL that anyone may read until it is over', async () => {
    await printed('s3', 'mb', 's3://by-url');
    await printed('s3', 'cp', '--only-show-errors', file('hello', 'hello'), 's3://by-url/hello');
    const url = (await printed('s3', 'presign', 's3://by-url/hello', '--expires-in', '60')).trim();
    expect(await (await fetch(url)).text()).toBe('hello');
    const tampered = await fetch(url.replace('/hello', '/other'));
    expect(tampered.status).toBe(403);
    expect(await tampered.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  test('s3 tells of a bucket that is not there, and exits with 255', async () => {
    const { code, stderr } = await aws('s3', 'ls', 's3://nowhere-at-all');
    expect(code).toBe(255);
    expect(stderr.trim()).toBe(
      'An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist',
    );
  });

  test('cloudformation deploy makes, updates and leaves a stack as it is; delete-stack with its waiter', async () => {
    const template = (value: string) =>
      file(
        'template.json',
        JSON.stringify({
          Resources: { One: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } } },
          Outputs: { Name: { Value: { Ref: 'One' } } },
        }),
      );
    const deploy = ['cloudformation', 'deploy', '--stack-name', 'by-cli', '--template-file'] as const;
    expect(await printed(...deploy, template('1'))).toContain('Successfully created/updated stack - by-cli');
    // the CLI names a change set by the second, and no deployment on AWS ends within one
    const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
    await nextSecond();
    await printed(...deploy, template('2'));
    const { Stacks } = await json('cloudformation', 'describe-stacks', '--stack-name', 'by-cli');
    expect(Stacks[0].StackStatus).toBe('UPDATE_COMPLETE');
    const name = Stacks[0].Outputs[0].OutputValue;
    expect((await json('ssm', 'get-parameter', '--name', name)).Parameter.Value).toBe('2');

    await nextSecond();
    const again = await aws(...deploy, template('2'));
    expect(again.code).toBe(255);
    expect(again.stderr.trim()).toBe('No changes to deploy. Stack by-cli is up to date');
    await printed('cloudformation', 'delete-stack', '--stack-name', 'by-cli');
    await printed('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', 'by-cli');
    const { code, stderr } = await aws('cloudformation', 'describe-stacks', '--stack-name', 'by-cli');
    expect(code).toBe(255);
    expect(stderr.trim()).toBe(
      'An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id by-cli does not exist',
    );
  });

  test('lambda create-function, wait, invoke and logs filter-log-events', async () => {
    const role = ['--role-name', 'by-cli', '--assume-role-policy-document', TRUST_LAMBDA] as const;
    const { Role } = await json('iam', 'create-role', ...role);
    const policy = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    await printed('iam', 'attach-role-policy', '--role-name', 'by-cli', '--policy-arn', policy);
    file(
      'index.js',
      "exports.handler = async (event) => { console.log('seen', event.n); return event.n + 1; };",
    );
    const archive = join(folder, 'code.zip');
    const zip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').write(sys.argv[2], 'index.js')";
    await runCommand(join(cli, 'python'), ['-c', zip, archive, join(folder, 'index.js')]);
    const settings = ['--runtime', 'nodejs20.x', '--handler', 'index.handler', '--role', Role.Arn] as const;
    const name = ['--function-name', 'by-cli'] as const;
    await printed('lambda', 'create-function', ...name, ...settings, '--zip-file', `fileb://${archive}`);
    await printed('lambda', 'wait', 'function-active-v2', ...name);

    const answer = join(folder, 'answer.json');
    expect(await json('lambda', 'invoke', ...name, '--payload', '{"n":41}', answer)).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
    });
    expect(readFileSync(answer, 'utf8')).toBe('42');
    const group = ['--log-group-name', '/aws/lambda/by-cli', '--filter-pattern', 'seen'] as const;
    const { events } = await json('logs', 'filter-log-events', ...group);
    expect(events).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/\tINFO\tseen 41\n$/) }),
    ]);
  });

  test('cloudwatch put-metric-data and get-metric-statistics', async () => {
    const metric = ['--namespace', 'CLI', '--metric-name', 'Count'] as const;
    await printed('cloudwatch', 'put-metric-data', ...metric, '--value', '3', '--dimensions', 'Color=red');
    const end = new Date(Date.now() + 60_000).toISOString();
    const start = new Date(Date.now() - 600_000).toISOString();
    const times = ['--start-time', start, '--end-time', end] as const;
    const { Datapoints } = await json(
      ...['cloudwatch', 'get-metric-statistics', ...metric, ...times, '--dimensions', 'Name=Color,Value=red'],
      ...['--period', '60', '--statistics', 'Sum', 'Maximum'],
    );
    expect(Datapoints).toEqual([{ Timestamp: expect.anything(), Sum: 3, Maximum: 3, Unit: 'None' }]);
  });

  test('events put-events counts a malformed entry', async () => {
    const entries = JSON.stringify([
      { Source: 'by.cli', DetailType: 'Good', Detail: '{}' },
      { Source: 'by.cli', DetailType: 'Bad', Detail: 'no json' },
    ]);
    const { FailedEntryCount, Entries } = await json('events', 'put-events', '--entries', entries);
    expect(FailedEntryCount).toBe(1);
    expect(Entries[1]).toEqual({ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' });
  });
});
