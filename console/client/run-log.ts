/** The log of a run's training, as SageMaker writes it to CloudWatch Logs. */
import {
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  type LogStream,
} from '@aws-sdk/client-cloudwatch-logs';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import { trainingJobName, tuningJobName } from '../../lambdas/training/job-names.ts';
import type { Connection } from './connect.ts';

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html */
export const TRAINING_LOG_GROUP = '/aws/sagemaker/TrainingJobs';

export interface LogLine {
  readonly at: string;
  readonly message: string;
}

export interface TrainingLog {
  /** Training job, then its instance; the newest job of the run. */
  readonly stream: string;
  readonly lines: readonly LogLine[];
  /** Where to go on reading. */
  readonly next?: string;
}

/** Names of a run's training jobs: its own attempts, those of its tuning job, or the job whose model it took over. */
export function isJobOfRun(stage: string, run: RunItem, job: string): boolean {
  const bases = new Set([trainingJobName(stage, run.run), run.trainingJobName ?? '']);
  const own = [...bases].some(
    (base) => base !== '' && job.startsWith(base) && /^(-a\d{1,2})?$/.test(job.slice(base.length)),
  );
  const tuning = tuningJobName(stage, run.run);
  return own || (job.startsWith(tuning) && /^(-a\d{1,2})?-\d{3}-[0-9a-f]+$/.test(job.slice(tuning.length)));
}

/** Streams of the run's training, newest first; none before the first job has written. */
async function streamsOf({ logs, stage }: Connection, run: RunItem): Promise<LogStream[]> {
  const prefixes = new Set(
    [trainingJobName(stage, run.run), tuningJobName(stage, run.run), run.trainingJobName].filter(
      (prefix) => prefix !== undefined,
    ),
  );
  const found = new Map<string, LogStream>();
  for (const logStreamNamePrefix of prefixes) {
    let nextToken: string | undefined;
    do {
      const page = await logs
        .send(
          new DescribeLogStreamsCommand({ logGroupName: TRAINING_LOG_GROUP, logStreamNamePrefix, nextToken }),
        )
        .catch((error) => {
          // SageMaker makes the group with the account's first job
          if (error.name === 'ResourceNotFoundException') return undefined;
          throw error;
        });
      for (const stream of page?.logStreams ?? []) {
        const [job = ''] = stream.logStreamName!.split('/');
        if (isJobOfRun(stage, run, job)) found.set(stream.logStreamName!, stream);
      }
      nextToken = page?.nextToken;
    } while (nextToken !== undefined);
  }
  return [...found.values()].sort(
    (a, b) =>
      (b.creationTime ?? 0) - (a.creationTime ?? 0) || a.logStreamName!.localeCompare(b.logStreamName!),
  );
}

/**
 * The last lines of the run's newest training job, or undefined while there is none.
 * @param count at most 10,000, CloudWatch's limit for one answer.
 */
export async function tailLog(
  connection: Connection,
  run: RunItem,
  count: number,
): Promise<TrainingLog | undefined> {
  const [stream] = await streamsOf(connection, run);
  if (!stream) return undefined;
  return read(connection, stream.logStreamName!, { limit: count, startFromHead: false });
}

/** Lines that came since, of the same stream, or the whole of a newer attempt's. */
export async function goOn(
  connection: Connection,
  run: RunItem,
  before: TrainingLog | undefined,
): Promise<TrainingLog | undefined> {
  const [newest] = await streamsOf(connection, run);
  if (!newest) return undefined;
  const isSame = before?.stream === newest.logStreamName;
  return read(connection, newest.logStreamName!, {
    startFromHead: true,
    ...(isSame && { nextToken: before!.next }),
  });
}

async function read(
  { logs }: Connection,
  stream: string,
  options: {
    readonly limit?: number;
    readonly startFromHead: boolean;
    readonly nextToken?: string | undefined;
  },
): Promise<TrainingLog> {
  const { events = [], nextForwardToken } = await logs.send(
    new GetLogEventsCommand({ logGroupName: TRAINING_LOG_GROUP, logStreamName: stream, ...options }),
  );
  return {
    stream,
    lines: events.map(({ timestamp, message }) => ({
      at: new Date(timestamp!).toISOString(),
      message: message!,
    })),
    ...(nextForwardToken !== undefined && { next: nextForwardToken }),
  };
}
