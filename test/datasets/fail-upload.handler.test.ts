import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../lambdas/datasets/fail-upload.handler.ts';
import type { Shard, ShardPass } from '../../lambdas/datasets/scan/contract.ts';
import { aCsv, PROJECT } from '../shared/project-fixture.ts';
import type { FakeMapRun } from '../shared/states-fake.ts';
import { Stage } from './upload-fixture.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.restore());

const STATES = 'arn:aws:states:us-east-1:000000000000';
const EXECUTION = `${STATES}:execution:driftless-test-ingest:jan-0123456789ab`;
/** As a distributed Map ends when a child has failed. */
const TOLERANCE = {
  Error: 'States.ExceedToleratedFailureThreshold',
  Cause: 'The specified tolerated failure threshold was exceeded',
};
const BEHIND =
  'The files are still below incoming/: upload them again, or write the marker again, once the cause is mended.';

/** A run of the Map with one shard that went well, one that did not, and one that was stopped. */
function aMapRun(
  pass: ShardPass,
  at: number,
  failure: { readonly error?: string; readonly cause?: string } | undefined,
  shard: Partial<Shard> = {},
): FakeMapRun {
  const id = `${pass}-${at}`;
  const child = (number: number) => ({
    executionArn: `${STATES}:execution:driftless-test-ingest/${pass}:${id}-${number}`,
    input: {
      pass,
      plan: {},
      shard: { shard: number, kind: 'files', firstFile: 30 * number, files: 30, bytes: 1, ...shard },
    },
  });
  return {
    executionArn: EXECUTION,
    mapRunArn: `${STATES}:mapRun:driftless-test-ingest/${pass}:${id}`,
    startDate: new Date(at),
    children: [
      { ...child(0), status: 'SUCCEEDED' },
      { ...child(1), status: failure ? 'FAILED' : 'SUCCEEDED', ...failure },
      { ...child(2), status: failure ? 'ABORTED' : 'SUCCEEDED' },
    ],
  };
}

async function failAfter(mapRuns: readonly FakeMapRun[], error = TOLERANCE): Promise<string> {
  const { upload } = await stage.receive(stage.put('a.csv', aCsv(20)));
  stage.states.mapRuns.push(...mapRuns);
  const { reason } = await handler(
    { project: PROJECT, upload: upload!, error, execution: EXECUTION },
    {} as Context,
  );
  expect(stage.upload(upload!)).toMatchObject({ outcome: 'failed', reason });
  expect(stage.aws.events.map(({ name, detail }) => [name, detail.reason])).toEqual([
    ['UploadFailed', reason],
  ]);
  return reason;
}

describe('an upload that is read in shards and fails', () => {
  it('names the shard and its own error, in the outcome and in the notification', async () => {
    const cause = JSON.stringify({
      errorType: 'NonRetryableError',
      errorMessage: 'the object is gone for good',
    });
    const reason = await failAfter([
      aMapRun('look', 1, undefined),
      aMapRun('stage', 2, { error: 'NonRetryableError', cause }),
    ]);
    expect(reason).toBe(
      `It could not be committed: shard 2 (files 31 to 60 by name) could not be read: NonRetryableError: the object is gone for good. ${BEHIND}`,
    );
  });

  it('names a function that was killed, which could say nothing itself', async () => {
    const cause = 'RequestId: 1 Error: Task timed out after 900.00 seconds';
    const reason = await failAfter([
      // Step Functions promises no order of this list
      aMapRun('count', 3, { error: 'Sandbox.Timedout', cause }, { firstFile: 7, files: 1, kind: 'head' }),
      aMapRun('stage', 2, undefined),
    ]);
    expect(reason).toContain(
      'shard 2 (file 8 of the version that it adds to) could not be counted: Sandbox.Timedout: RequestId: 1 Error: Task timed out after 900.00 seconds.',
    );
  });

  it.each([
    ['there is no run of a Map', []],
    ['no child has failed', [aMapRun('look', 1, undefined)]],
  ])('says what the workflow says when %s', async (_case, mapRuns) => {
    expect(await failAfter(mapRuns)).toBe(
      `It could not be committed: ${TOLERANCE.Error}: ${TOLERANCE.Cause}. ${BEHIND}`,
    );
  });

  it('is recorded although Step Functions does not answer', async () => {
    stage.aws.before = (operation) => {
      if (operation === 'ListMapRuns') throw new Error('throttled');
    };
    expect(await failAfter([aMapRun('look', 1, { error: 'Error' })])).toContain(TOLERANCE.Cause);
  });

  it('by an error of another step says that one', async () => {
    const cause = JSON.stringify({ errorMessage: 'no such luck' });
    const mapRuns = [aMapRun('look', 1, { error: 'Other' })];
    expect(await failAfter(mapRuns, { Error: 'Boom', Cause: cause })).toContain(
      'committed: Boom: no such luck.',
    );
  });
});
