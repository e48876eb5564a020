/** A stage of its own for tests: the local cloud in a process of its own, a small project, and the unmodified CDK CLI. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Connection, connect } from '../../console/client/connect.ts';
import { CloudClock } from '../../console/local/clock.ts';
import { awsEnvironment } from '../../console/local/deploy.ts';
import type { DriftlessConfig } from '../../lib/config/schema.ts';
import { type Ended, runCommand, runScript, runSuccessfully } from '../../localstack/testing/run-command.ts';

export const PROJECT = 'regions';
const READY = /AWS_ENDPOINT_URL=(http:\/\/\S+)/;
const DEPLOY_MS = 180_000;

export class LocalStage {
  /** Holds the cloud's data, the config, the trainer and files to upload; gone at the end. */
  readonly folder: string;
  readonly endpoint: string;
  readonly clock: CloudClock;
  private readonly cloud: ChildProcess;
  private connected: Connection | undefined;

  private constructor(folder: string, endpoint: string, cloud: ChildProcess) {
    this.folder = folder;
    this.endpoint = endpoint;
    this.cloud = cloud;
    this.clock = new CloudClock(endpoint);
  }

  /** Starts an empty cloud and writes the config; nothing is deployed yet. */
  static async start(): Promise<LocalStage> {
    const folder = mkdtempSync(join(tmpdir(), 'driftless-stage-'));
    const cloud = spawn(
      process.execPath,
      ['localstack/start.mjs', '--port', '0', '--data', join(folder, 'cloud')],
      // the channel ends with this process, and the cloud with the channel
      { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    const endpoint = await announced(cloud);
    const stage = new LocalStage(folder, endpoint, cloud);
    cpSync('test/fixtures/regions-trainer', stage.trainer, { recursive: true });
    stage.writeConfig();
    return stage;
  }

  get trainer(): string {
    return join(this.folder, 'trainer');
  }

  /** While a file of this name is there, training jobs wait. */
  get hold(): string {
    return join(this.folder, 'hold');
  }

  /** Environment for anything that speaks to this cloud as its account's root. */
  get environment(): NodeJS.ProcessEnv {
    return awsEnvironment(this.endpoint);
  }

  get connection(): Connection {
    if (!this.connected) throw new Error('deploy the stage first');
    return this.connected;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  private writeConfig(): void {
    const config: DriftlessConfig = {
      stages: {
        local: {
          region: 'us-east-1',
          approval: 'automatic',
          removal: 'destroy',
          auditRetentionDays: 0,
          architecture: 'host',
        },
      },
      projects: {
        [PROJECT]: {
          dataset: { target: 'target', key: 'id', eventTime: 'at' },
          trainer: { source: 'trainer', hyperparameters: { 'hold-while': this.hold } },
          // what a challenger is judged by has tests of its own: here any newer model may win
          gates: { primaryMetric: 'auc', minimum: 0.6, minimumHoldoutRows: 100, champion: { margin: 0.4 } },
          serving: { bakeMinutes: 3, smokeTest: { rows: 20 } },
          monitors: { minimumSamples: 20, quality: { minimumLabels: 20 } },
          retraining: { maximumRunsPerDay: 100 },
        },
      },
    };
    writeFileSync(this.path('driftless.config.mjs'), `export default ${JSON.stringify(config, null, 2)};\n`);
  }

  /** Runs `cdk` on this stage's config. @throws Error with its output when it fails. */
  cdk(...args: readonly string[]): Promise<Ended> {
    const context = ['-c', 'stage=local', '-c', `config=${this.path('driftless.config.mjs')}`];
    return runSuccessfully(
      process.execPath,
      [resolve('node_modules/aws-cdk/bin/cdk'), ...args, ...context, '--no-notices', '--ci'],
      { env: this.environment, timeoutMs: DEPLOY_MS },
    );
  }

  synth(): Promise<Ended> {
    return this.cdk('synth', '--quiet', '--output', this.path('cdk.out'));
  }

  bootstrap(): Promise<Ended> {
    return this.cdk('bootstrap', 'aws://000000000000/us-east-1');
  }

  /** Deploys what was synthesized last. */
  async deploy(): Promise<Ended> {
    const app = ['--app', this.path('cdk.out')];
    const ended = await this.cdk('deploy', '--all', ...app, '--require-approval', 'never');
    Object.assign(process.env, this.environment);
    this.connected ??= await connect({ stage: 'local', project: PROJECT });
    return ended;
  }

  /** What deploying the last synthesis would change. */
  diff(): Promise<Ended> {
    return this.cdk('diff', '--all', '--app', this.path('cdk.out'));
  }

  destroy(): Promise<Ended> {
    return this.cdk('destroy', '--all', '--force', '--app', this.path('cdk.out'));
  }

  /** Runs `driftless` as a person would, in a process of its own. */
  driftless(...args: readonly string[]): Promise<Ended> {
    return runScript('bin/driftless.ts', args, { env: this.environment });
  }

  /** Any other command in the stage's environment. */
  run(command: string, ...args: readonly string[]): Promise<Ended> {
    return runCommand(command, args, { env: this.environment });
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.cloud.once('exit', done));
    if (this.cloud.exitCode === null && this.cloud.kill('SIGTERM')) await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function announced(cloud: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let output = '';
    for (const stream of [cloud.stdout!, cloud.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = `${output}${text}`.slice(-10_000);
        const endpoint = READY.exec(output)?.[1];
        if (endpoint) done(endpoint);
      });
    }
    cloud.once('exit', (code) => fail(new Error(`the local cloud ended with ${code}:\n${output}`)));
  });
}
