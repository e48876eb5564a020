/** A deployed stage that tests do things to: what they ask of it, and how they wait for what comes of it. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { requestRun } from '../../console/client/actions.ts';
import { getController, listRuns } from '../../console/client/catalog.ts';
import type { Connection } from '../../console/client/connect.ts';
import type { CloudClock } from '../../console/local/clock.ts';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';

export interface Stage {
  readonly connection: Connection;
  readonly clock: CloudClock;
  /** For files that are uploaded. */
  readonly folder: string;
}

/** Asks for a run and waits until it runs. */
export async function startRun({ connection }: Stage, reason: string): Promise<RunItem> {
  const before = new Set((await listRuns(connection)).map(({ run }) => run));
  await requestRun(connection, reason);
  return eventually(`a run (${reason})`, async () =>
    (await listRuns(connection)).find(({ run }) => !before.has(run)),
  );
}

/** The run once it is finished and the lock is free. */
export async function finishedRun({ connection, clock }: Stage, name: string): Promise<RunItem> {
  return eventually(`the end of ${name}`, async () => {
    await clock.advance(10);
    const run = (await listRuns(connection)).find((each) => each.run === name);
    return run?.status === 'InProgress' || (await getController(connection))?.lock ? undefined : run;
  });
}

/** Nothing runs, and nothing waits but an alarm in the cooldown. */
export async function atRest({ connection, clock }: Stage): Promise<void> {
  await clock.advance(60);
  await eventually('the controller to come to rest', async () => {
    await clock.advance(10);
    const controller = await getController(connection);
    return !controller?.lock && !controller?.pending.some(({ kind }) => kind !== 'alarm');
  });
}

/** Queues an event for a function. */
export async function invokeAsync(functionName: string, event: unknown): Promise<void> {
  await new LambdaClient({}).send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    }),
  );
}

/** Events that failed all attempts and have not been taken from their queue. */
export async function countFailedInvocations({ connection }: Stage): Promise<number> {
  const sqs = new SQSClient({});
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: connection.names.queue('failed-invocations') }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

/** The local cloud's own control: the next calls that match fail. */
export async function addFault(fault: object): Promise<void> {
  await fetch(`${process.env.AWS_ENDPOINT_URL}/_cloud/faults`, {
    method: 'POST',
    body: JSON.stringify(fault),
  });
}

/** No more faults. */
export async function clearFaults(): Promise<void> {
  await fetch(`${process.env.AWS_ENDPOINT_URL}/_cloud/faults`, { method: 'DELETE' });
}

const LOOKS = 600;
const LOOK_EVERY_MS = 50;

/** Looks again and again in real time. @throws Error after half a minute of looking */
export async function eventually<Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
): Promise<Found> {
  for (let looked = 0; looked < LOOKS; looked += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`waited for ${what}, and it did not come`);
}
