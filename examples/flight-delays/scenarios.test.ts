/**
 * The example as a newcomer plays it, from `npm run local` to its closing summary; then the two scenarios are judged
 * by scikit-learn, every figure of the summary is derived again by a script that shares no code with us, and the calls
 * that were made are held against what the roles may do.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsEnvironment } from '../../console/local/deploy.ts';
import type { Report } from '../../console/local/report.ts';
import { xgboostImage } from '../../lib/config/images.ts';
import { prepareRunner } from '../../localstack/sagemaker/runners/prepare-runner.ts';
import { describeLeastPrivilege } from '../../test/local/least-privilege.suite.ts';
import { EXPECTED } from './scenario.ts';

const PLAY_WITHIN_MS = 9 * 60_000;

let folder: string;
let local: ChildProcess;
let port: number;
let output = '';
let report: Report;
let python: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-example-'));
  port = await freePort();
  // The runners' environment has boto3 and scikit-learn, as the image has.
  ({ python } = await prepareRunner(xgboostImage('us-east-1', '1.7-1')));
  const file = join(folder, 'report.json');
  local = spawn(
    process.execPath,
    ['--import', 'tsx', 'bin/local.ts', '--port', String(port), '--report', file],
    {
      env: { ...process.env, DRIFTLESS_LOCAL_FOLDER: join(folder, 'local'), NO_COLOR: '1' },
    },
  );
  for (const stream of [local.stdout!, local.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await new Promise<void>((resolve, reject) => {
    local.stdout!.on('data', () => output.includes('Ctrl-C ends it.') && resolve());
    local.once('exit', (code) => reject(new Error(`npm run local ended with ${code}:\n${output}`)));
  });
  report = JSON.parse(readFileSync(file, 'utf8')) as Report;
}, PLAY_WITHIN_MS);

afterAll(async () => {
  if (local.exitCode === null) {
    const ended = new Promise((resolve) => local.once('exit', resolve));
    local.kill('SIGINT');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function run(...args: string[]): string {
  return execFileSync(python, args, { env: awsEnvironment(`http://127.0.0.1:${port}`), encoding: 'utf8' });
}

interface Judged {
  readonly rows: number;
  readonly challenger: number;
  readonly champion: number;
}

describe('the flight-delays example', () => {
  test('retrains on the alarm with labelled rows, and the challenger wins by scikit-learn', () => {
    const retrained = report.runs.find(({ askedBy }) => askedBy === 'alarm')!;
    const judged = JSON.parse(run('examples/flight-delays/judge.py', report.bucket, retrained.run)) as Judged;

    expect(EXPECTED.retrained).toBe('wins');
    expect(judged.challenger).toBeGreaterThan(judged.champion);
    expect(retrained.status.value).toBe('Registered');
    expect(retrained.challenger!.auc.value).toBeCloseTo(judged.challenger, 9);
    expect(retrained.champion!.auc.value).toBeCloseTo(judged.champion, 9);
  });

  test('keeps the extract out of production: its challenger loses by scikit-learn', () => {
    const extract = report.runs.at(-1)!;
    const judged = JSON.parse(run('examples/flight-delays/judge.py', report.bucket, extract.run)) as Judged;

    expect(EXPECTED.extract).toBe('loses');
    expect(judged.challenger).toBeLessThan(judged.champion);
    expect(extract.status.value).toBe('RejectedByGate');
    expect(extract.challenger!.auc.value).toBeCloseTo(judged.challenger, 9);
    expect(report.champion!.modelVersion.value).toBe(2);
  });

  test('judges the quiet weeks PASS and the week that the West joins FAIL', () => {
    const verdicts = report.windows
      .filter(({ modelVersion }) => modelVersion === 1)
      .map(({ verdict }) => verdict.value);

    expect(verdicts.slice(0, 6)).toEqual(['PASS', 'PASS', 'PASS', 'PASS', 'PASS', 'FAIL']);
  });

  test('reports figures that a script with boto3 alone derives again', () => {
    const file = join(folder, 'report.json');

    expect(run('test/local/verify-report.py', file)).toMatch(/\d{2,} figures agree, 0 differ/);
  });

  describeLeastPrivilege(() => ({
    endpoint: `http://127.0.0.1:${port}`,
    app: join(folder, 'local', 'cdk.out'),
  }));

  test('leaves nothing running when it is interrupted', async () => {
    const cloud = Number.parseInt(readFileSync(join(folder, 'local', 'cloud.pid'), 'utf8'), 10);
    const ended = new Promise((resolve) => local.once('exit', resolve));
    local.kill('SIGINT');

    expect(await ended).toBe(130);
    expect(() => process.kill(cloud, 0)).toThrow(/ESRCH/);
    expect(existsSync(join(folder, 'local', 'cloud.pid'))).toBe(false);
  }, 60_000);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
