/** Steps are read from histories of the local Step Functions, not from made-up ones. */
import { describe, expect, it } from 'vitest';
import { stepText } from '../../console/cli/runs-show.ts';
import { stepsOf } from '../../console/client/run-steps.ts';
import { createBench } from '../../localstack/stepfunctions/testing.ts';

const task = (extra: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f' },
  ...extra,
});
const RETRY = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 2 }];

/** A bench whose function fails so many times first. */
function benchFailing(times: number) {
  let calls = 0;
  return createBench({
    'lambda.Invoke': () => {
      calls += 1;
      const fails = calls <= times;
      return {
        StatusCode: 200,
        ...(fails && { FunctionError: 'Unhandled' }),
        Payload: Buffer.from(
          JSON.stringify(fails ? { errorType: 'Oops', errorMessage: `failure ${calls}` } : { ok: true }),
        ),
      };
    },
  });
}

describe('steps of a run', () => {
  it('are what works or waits, in order; a retry that helps is no failure', async () => {
    const { events } = await benchFailing(1).run({
      StartAt: 'Choose',
      States: {
        Choose: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Split' }], Default: 'Split' },
        Split: task({ Retry: RETRY, Next: 'Rest' }),
        Rest: { Type: 'Wait', Seconds: 5, Next: 'Ok' },
        Ok: { Type: 'Succeed' },
      },
    });
    const steps = stepsOf(events);
    expect(steps).toMatchObject([
      { name: 'Split', status: 'done', retries: 1 },
      { name: 'Rest', status: 'done', retries: 0 },
    ]);
    const waitedMs = Date.parse(steps[1]!.endedAt!) - Date.parse(steps[1]!.startedAt);
    // a busy machine takes milliseconds between two entries of the history
    expect(waitedMs).toBeGreaterThanOrEqual(5000);
    expect(waitedMs).toBeLessThan(6000);
  });

  it('fail with the sentence of their last attempt, also where the failure is caught', async () => {
    const { events } = await benchFailing(3).run({
      StartAt: 'Split',
      States: {
        Split: task({ Retry: RETRY, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Record' }], End: true }),
        Record: task({ Next: 'Failed' }),
        Failed: { Type: 'Fail', Error: 'RunFailed' },
      },
    });
    const [split, record] = stepsOf(events);
    expect(split).toMatchObject({ name: 'Split', status: 'failed', retries: 2, failure: 'failure 3' });
    expect(record).toMatchObject({ name: 'Record', status: 'done' });
  });

  it('fail where nobody catches', async () => {
    const { events } = await benchFailing(9).run({
      StartAt: 'Split',
      States: { Split: task({ End: true }) },
    });
    expect(stepsOf(events)).toMatchObject([{ name: 'Split', status: 'failed', failure: 'failure 1' }]);
  });

  it('stand side by side in a parallel state', async () => {
    const wait = (Seconds: number, name: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Wait', Seconds, End: true } },
    });
    const { events } = await createBench().run({
      StartAt: 'Score',
      States: {
        Score: { Type: 'Parallel', Branches: [wait(3, 'A'), wait(1, 'B')], Next: 'After' },
        After: { Type: 'Wait', Seconds: 1, End: true },
      },
    });
    expect(stepsOf(events).map(({ name, status }) => `${name} ${status}`)).toEqual([
      'Score done',
      'A done',
      'B done',
      'After done',
    ]);
  });

  it('are at work until the execution is stopped, which stops them', async () => {
    const bench = createBench();
    const machine = await bench.create({
      StartAt: 'Train',
      States: { Train: { Type: 'Wait', Seconds: 3600, End: true } },
    });
    const executionArn = await bench.start(machine);
    await expect.poll(async () => stepsOf(await bench.history(executionArn))).toHaveLength(1);
    const [running] = stepsOf(await bench.history(executionArn));
    expect(running).toMatchObject({ name: 'Train', status: 'running' });
    expect(running).not.toHaveProperty('endedAt');
    await bench.call('StopExecution', { executionArn, error: 'StoppedByPerson', cause: 'why' });
    await expect
      .poll(async () => stepsOf(await bench.history(executionArn)))
      .toMatchObject([{ name: 'Train', status: 'stopped', endedAt: expect.any(String) }]);
  });
});

describe('the line of a step', () => {
  const step = {
    name: 'Train',
    startedAt: '2026-03-01T10:00:00.000Z',
    endedAt: '2026-03-01T10:03:20.000Z',
    retries: 0,
  };
  it('tells its time', () => {
    expect(stepText({ ...step, status: 'done' })).toBe('✓ Train: done, 3 min 20 s');
  });
  it('tells attempts and why it failed, on one line', () => {
    expect(stepText({ ...step, status: 'failed', retries: 2, failure: 'no\nmemory' })).toBe(
      '✗ Train: failed, 3 min 20 s, tried 3 times: no\\u000amemory',
    );
  });
});
