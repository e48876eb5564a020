/** What turns uploads into dataset versions: the handler that hears of them, and the workflow that reads and commits. */
import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/shared/contract.ts';
import { eventRule, uploadsComplete } from '../shared/event-rule.ts';
import { allowData, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';
import type { Workflow } from '../shared/workflow.ts';
import { allowFinishing } from './allow-finishing.ts';
import { ingestWorkflow } from './ingest-workflow.ts';

/** All that Lambda gives: files, DuckDB's spill and the typed rows of up to about 2 GB. Billed by time of use only. */
export const SCAN_STORAGE = Size.gibibytes(10);
/** The most that an account may have before it asks for more; DuckDB spills what does not fit. */
export const SCAN_MEMORY_MIB = 3008;
/** What a scan compares an upload with, and where it keeps its own documents. */
const SCAN_READS = ['uploads/*', 'objects/*', 'datasets/*', 'tombstones/*', 'settings/*'];

export class Ingest extends Construct {
  readonly workflow: Workflow;
  readonly receive: PlatformFunction;
  readonly sweep: PlatformFunction;
  /** Its calls are failures of uploads that are no rejections. */
  readonly fail: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'ingest');
    this.fail = this.addFailing(context);
    this.workflow = ingestWorkflow(this, context, {
      plan: this.addPlanning(context),
      scan: this.addScan(context),
      scanShard: this.addShardScan(context),
      mergeScan: this.addMerging(context),
      commit: this.addCommit(context),
      fail: this.fail,
    });
    this.receive = this.addReceiving(context);
    this.sweep = this.addSweep(context);
  }

  private addReceiving(context: PlatformContext): PlatformFunction {
    const receive = new PlatformFunction(this, 'receive-upload', context, {
      description: 'Lists what a finished upload consists of and starts its ingest',
      invokedBy: 'event',
      timeout: Duration.minutes(15),
    });
    bindCatalog(receive, context, 'get', 'query', 'put');
    allowData(receive, context, {
      read: ['uploads/*', 'settings/*'],
      write: ['uploads/*'],
      list: ['uploads/*'],
      listVersions: ['incoming/*'],
    });
    this.allowStart(receive, context);
    eventRule(this, 'upload-arrived', context, {
      description: 'A file arrived in incoming/ itself, or the marker that ends a folder there',
      pattern: uploadsComplete(context),
      target: receive,
    });
    return receive;
  }

  private addPlanning(context: PlatformContext): PlatformFunction {
    const plan = new PlatformFunction(this, 'plan-scan', context, {
      description: 'Chooses how an upload is read: by one function or by many',
      invokedBy: 'workflow',
      timeout: Duration.minutes(15),
    });
    allowFinishing(plan, context, {
      // the ends of Parquet files say where their row groups are
      readVersions: ['incoming/*'],
      write: ['uploads/*'],
    });
    return plan;
  }

  private addScan(context: PlatformContext): PlatformFunction {
    const scan = this.scanning('scan-upload', 'Reads an upload: checks it and profiles it', context);
    allowData(scan, context, {
      read: [...SCAN_READS, 'indexes/*'],
      readVersions: ['incoming/*'],
      write: ['uploads/*', 'indexes/*'],
    });
    return scan;
  }

  private addShardScan(context: PlatformContext): PlatformFunction {
    const scan = this.scanning('scan-shard', 'Reads one shard of an upload', context);
    allowData(scan, context, {
      read: SCAN_READS,
      readVersions: ['incoming/*'],
      write: ['uploads/*'],
    });
    return scan;
  }

  private addMerging(context: PlatformContext): PlatformFunction {
    const merge = this.scanning('merge-scan', 'Joins what the shards of an upload came to', context);
    allowData(merge, context, {
      read: [...SCAN_READS, 'indexes/*'],
      write: ['uploads/*', 'indexes/*'],
    });
    return merge;
  }

  private scanning(handler: string, description: string, context: PlatformContext): PlatformFunction {
    const scan = new PlatformFunction(this, handler, context, {
      description,
      invokedBy: 'workflow',
      timeout: Duration.minutes(15),
      memorySize: SCAN_MEMORY_MIB,
      duckdb: { storage: SCAN_STORAGE },
    });
    bindCatalog(scan, context, 'get');
    return scan;
  }

  private addCommit(context: PlatformContext): PlatformFunction {
    const commit = new PlatformFunction(this, 'commit-upload', context, {
      description: 'Keeps what an upload holds and wins it a version number, or keeps it apart',
      invokedBy: 'workflow',
      timeout: Duration.minutes(15),
      memorySize: 1769,
    });
    allowFinishing(commit, context, {
      // of objects that are there already the checksum is looked at
      read: ['objects/*', 'rejected/*'],
      readVersions: ['incoming/*'],
      write: ['objects/*', 'rejected/*'],
      tagVersions: ['incoming/*'],
    });
    return commit;
  }

  private addFailing(context: PlatformContext): PlatformFunction {
    const fail = new PlatformFunction(this, 'fail-upload', context, {
      description: 'Records that an upload could not be read or committed',
      invokedBy: 'workflow',
      timeout: Duration.minutes(15),
    });
    allowFinishing(fail, context, { tagVersions: ['incoming/*'] });
    const { names } = context;
    const ingest = names.stateMachine('ingest');
    fail
      .allow({
        sid: 'LookAtShards',
        actions: ['states:ListMapRuns', 'states:DescribeExecution'],
        // those of shards have the Map's label between the two
        resources: [
          names.arn('states', `execution:${ingest}:*`),
          names.arn('states', `execution:${ingest}/*`),
        ],
        because: 'Executions are named by uploads, those of shards by the service.',
      })
      .allow({
        sid: 'ListShards',
        actions: ['states:ListExecutions'],
        resources: [names.arn('states', `mapRun:${ingest}/*`)],
        because: 'Runs of a Map are named by the service.',
      });
    return fail;
  }

  private addSweep(context: PlatformContext): PlatformFunction {
    const { names } = context;
    const sweep = new PlatformFunction(this, 'sweep-incoming', context, {
      description: 'Finds uploads that nobody finished, files that came too late, and ingests that were lost',
      invokedBy: 'event',
      timeout: Duration.minutes(15),
    });
    allowFinishing(
      sweep,
      context,
      {
        list: ['incoming/*'],
        listVersions: ['incoming/*'],
        tagVersions: ['incoming/*'],
      },
      'query',
    );
    this.allowStart(sweep, context);
    sweep.allow({
      sid: 'LookAtIngests',
      actions: ['states:DescribeExecution'],
      resources: [names.arn('states', `execution:${names.stateMachine('ingest')}:*`)],
      because: 'Executions are named by uploads.',
    });
    return sweep;
  }

  private allowStart(fn: PlatformFunction, { names }: PlatformContext): void {
    const ingest = names.arn('states', `stateMachine:${names.stateMachine('ingest')}`);
    fn.bind(ENV.ingestStateMachine, ingest, {
      sid: 'StartIngests',
      actions: ['states:StartExecution'],
      resources: [ingest],
    });
  }
}
