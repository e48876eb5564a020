/** A deployed stage on a local cloud of its own, for uploads that are timed from outside. */
import { createReadStream, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { Upload } from '@aws-sdk/lib-storage';
import { EVENT_SOURCE } from '../../lambdas/events/contract.ts';
import { Names } from '../../lambdas/shared/names.ts';
import type { DriftlessConfig } from '../../lib/config/schema.ts';
import { signedHeaders } from '../../localstack/testing/signed-fetch.ts';
import { type EventTap, tapEvents } from '../../test/helpers/event-tap.ts';
import { LocalStage } from '../../test/helpers/local-stage.ts';
import { clientOf } from '../local-cloud/row.ts';

const STAGE = 'local';
const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
const LOOK_MS = 10;
const SENDERS = 16;
const ENDS = ['DatasetVersioned', 'DatasetUnchanged', 'UploadRejected', 'UploadFailed'];

/** What Lambda reports of one invocation. */
export interface Report {
  readonly durationMs: number;
  /** Of the process, which may have had more for an invocation before. */
  readonly maxMemoryMb: number;
}

export class UploadStage {
  readonly names = new Names(STAGE, { account: ACCOUNT, region: REGION });
  private readonly stage: LocalStage;
  private readonly tap: EventTap;

  private constructor(stage: LocalStage, tap: EventTap) {
    this.stage = stage;
    this.tap = tap;
  }

  /** Deploys with these projects: uploads of different columns belong to different ones. Nothing trains. */
  static async start(projects: readonly string[]): Promise<UploadStage> {
    const stage = await LocalStage.start();
    const config: DriftlessConfig = {
      stages: {
        [STAGE]: { region: REGION, removal: 'destroy', auditRetentionDays: 0, architecture: 'host' },
      },
      projects: Object.fromEntries(
        projects.map((project) => [
          project,
          {
            dataset: { target: 'target', key: 'id', eventTime: 'at' },
            trainer: { source: 'trainer' },
            gates: { primaryMetric: 'auc' as const, minimum: 0.6 },
            retraining: { onDataset: false, onCodeChange: false, onAlarm: false },
          },
        ]),
      ),
    };
    writeFileSync(stage.path('driftless.config.mjs'), `export default ${JSON.stringify(config, null, 2)};\n`);
    try {
      await Promise.all([stage.synth(), stage.bootstrap()]);
      await stage.cdk('deploy', '--all', '--app', stage.path('cdk.out'), '--require-approval', 'never');
      Object.assign(process.env, stage.environment);
      const pattern = { source: [EVENT_SOURCE], 'detail-type': ENDS };
      const bus = new Names(STAGE, { account: ACCOUNT, region: REGION }).bus();
      return new UploadStage(stage, await tapEvents(pattern, bus));
    } catch (error) {
      await stage.stop();
      throw error;
    }
  }

  path(name: string): string {
    return this.stage.path(name);
  }

  /** Puts a local file under `incoming/`. */
  async put(project: string, name: string, file: string): Promise<void> {
    const params = {
      Bucket: this.names.dataBucket(project),
      Key: `incoming/${name}`,
      Body: createReadStream(file),
    };
    await new Upload({ client: new S3Client({}), params, partSize: 16 * 2 ** 20 }).done();
  }

  /** Puts many small texts under `incoming/`, by plain signed requests: an SDK would be the slower part. */
  async putMany(
    project: string,
    count: number,
    text: (index: number) => [name: string, body: string],
  ): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
    const url = new URL(this.stage.endpoint);
    let next = 0;
    const sender = async () => {
      while (next < count) {
        const [name, body] = text(next++);
        const path = `/${this.names.dataBucket(project)}/incoming/${name}`;
        const sent = { service: 's3', method: 'PUT', path, body };
        const headers = await signedHeaders(clientOf({ endpoint: this.stage.endpoint }), sent);
        await new Promise<void>((resolve, reject) => {
          request({ agent, host: url.hostname, port: url.port, method: 'PUT', path, headers }, (response) => {
            const { statusCode = 0 } = response;
            const end = () =>
              statusCode < 300 ? resolve() : reject(new Error(`PUT ${path}: ${statusCode}`));
            response.resume().once('end', end);
          })
            .once('error', reject)
            .end(body);
        });
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    agent.destroy();
  }

  /**
   * Seconds from now until an upload of the project has become a version.
   * @throws Error with the event when it ends otherwise, or does not end in time.
   */
  async versioned(project: string, timeoutSeconds: number): Promise<number> {
    const begun = performance.now();
    while (performance.now() - begun < timeoutSeconds * 1000) {
      for (const text of await this.tap.take()) {
        const event = JSON.parse(text) as { 'detail-type': string; detail: { project: string } };
        if (event.detail.project !== project) continue;
        if (event['detail-type'] === 'DatasetVersioned') return (performance.now() - begun) / 1000;
        throw new Error(`${event['detail-type']}: ${JSON.stringify(event.detail).slice(0, 500)}`);
      }
      await sleep(LOOK_MS);
    }
    throw new Error(`no version of ${project} within ${timeoutSeconds} s`);
  }

  /** What Lambda reported of a handler's invocations so far, oldest first. */
  async reports(handler: string): Promise<Report[]> {
    const logGroupName = `/aws/lambda/${this.names.function(handler)}`;
    const reports: Report[] = [];
    const pages = paginateFilterLogEvents(
      { client: new CloudWatchLogsClient({}) },
      { logGroupName, filterPattern: 'REPORT' },
    );
    for await (const { events = [] } of pages) {
      for (const { message = '' } of events) {
        const found = /Duration: ([\d.]+) ms.*Max Memory Used: (\d+) MB/.exec(message);
        if (found) reports.push({ durationMs: Number(found[1]), maxMemoryMb: Number(found[2]) });
      }
    }
    return reports;
  }

  /** How long each state of the newest execution of the ingest workflow took, once it has ended: name and ms, in order. */
  async states(): Promise<[state: string, ms: number][]> {
    const client = new SFNClient({});
    const stateMachineArn = this.names.arn('states', `stateMachine:${this.names.stateMachine('ingest')}`);
    const { executions = [] } = await client.send(
      new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }),
    );
    const { executionArn } = executions[0]!;
    // the event is told before the workflow's last step ends
    while ((await client.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING') {
      await sleep(LOOK_MS);
    }
    const entered = new Map<string, number>();
    const took: [string, number][] = [];
    for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn })) {
      for (const { stateEnteredEventDetails: start, stateExitedEventDetails: end, timestamp } of events) {
        if (start?.name) entered.set(start.name, timestamp!.getTime());
        if (end?.name) took.push([end.name, timestamp!.getTime() - (entered.get(end.name) ?? 0)]);
      }
    }
    return took;
  }

  async stop(): Promise<void> {
    await this.stage.stop();
  }
}
