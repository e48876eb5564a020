/** What a deployed stage used between two moments, by what AWS charges for. */
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { paginateGetExecutionHistory, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import type { CallRecord } from '../../localstack/core/call-log.ts';
import type { Meter } from './prices.ts';

export type Usage = Record<Meter, number>;

/** Half-open span on the cloud's clock, epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** The calls that roles made, told by the local cloud. */
export async function readCalls(endpoint: string): Promise<CallRecord[]> {
  const calls = (await (await fetch(`${endpoint}/_cloud/calls`)).json()) as CallRecord[];
  // a call may be recorded once for each action that it needs; one request is charged once
  const first = new Map(calls.map((call) => [call.requestId, call]));
  return [...first.values()].filter(({ roleArn }) => roleArn !== undefined);
}

const S3_WRITE = /^(Put|Copy|Post|List|CreateMultipart|UploadPart|CompleteMultipart)/;
const TABLE_READ = /^(Get|Query|Scan|BatchGet|TransactGet)/;

/** Meter of a call; undefined for what costs nothing or has its own count. */
function meterOf({ service, operation }: CallRecord): Meter | undefined {
  if (service === 's3') return S3_WRITE.test(operation) ? 's3Writes' : 's3Reads';
  if (service === 'dynamodb') return TABLE_READ.test(operation) ? 'tableReads' : 'tableWrites';
  if (service === 'events' && operation === 'PutEvents') return 'events';
  if (service === 'kms') return 'keyRequests';
  return undefined;
}

const REPORT = /Billed Duration: (\d+) ms\tMemory Size: (\d+) MB/;

/** Lambda's reports of all functions of a stage. */
export async function readReports(
  stage: string,
): Promise<{ readonly at: number; readonly gigabyteSeconds: number }[]> {
  const client = new CloudWatchLogsClient({});
  const reports: { at: number; gigabyteSeconds: number }[] = [];
  const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const { logGroups = [] } = await client.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: `/aws/lambda/driftless-${stage}-` }),
  );
  for (const { logGroupName } of logGroups) {
    for await (const { events = [] } of paginateFilterLogEvents(
      { client },
      { logGroupName, filterPattern: 'REPORT' },
    )) {
      for (const { message = '', timestamp = 0 } of events) {
        const [, billed, memory] = REPORT.exec(message) ?? [];
        if (billed === undefined) continue;
        reports.push({
          at: timestamp,
          gigabyteSeconds: ((Number(billed) / 1000) * Number(memory)) / 1024,
        });
      }
    }
  }
  return reports;
}

/** When each state of each execution was entered. */
export async function readTransitions(stateMachineArns: readonly string[]): Promise<number[]> {
  const client = new SFNClient({});
  const entered: number[] = [];
  for (const stateMachineArn of stateMachineArns) {
    for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
      for (const { executionArn } of executions) {
        for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn })) {
          const states = events.filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails);
          entered.push(...states.map(({ timestamp }) => timestamp!.getTime()));
        }
      }
    }
  }
  return entered;
}

/** Adds up what lies within a span. */
export function usageIn(
  { from, until }: Span,
  found: {
    readonly calls: readonly CallRecord[];
    readonly reports: Awaited<ReturnType<typeof readReports>>;
    readonly transitions: readonly number[];
  },
): Usage {
  const isWithin = (at: number) => at >= from && at < until;
  const reports = found.reports.filter(({ at }) => isWithin(at));
  const count = (meter: Meter) =>
    found.calls.filter((call) => meterOf(call) === meter && isWithin(Date.parse(call.time))).length;
  return {
    transitions: found.transitions.filter(isWithin).length,
    gigabyteSeconds: reports.reduce((sum, { gigabyteSeconds }) => sum + gigabyteSeconds, 0),
    invocations: reports.length,
    s3Writes: count('s3Writes'),
    s3Reads: count('s3Reads'),
    tableWrites: count('tableWrites'),
    tableReads: count('tableReads'),
    events: count('events'),
    keyRequests: count('keyRequests'),
  };
}
