import { describe, expect, it } from 'vitest';
import { nextAttempt } from '../../lambdas/training/next-attempt.ts';

const job = (FailureReason: string, more: object = {}) => ({
  Error: 'States.TaskFailed',
  Cause: JSON.stringify({ TrainingJobName: 'j-a1', TrainingJobStatus: 'Failed', FailureReason, ...more }),
});
const call = (name: string, cause: string) => ({ Error: name, Cause: cause });
const decide = (error: { Error: string; Cause: string }, attempt = 1, repeats = attempt - 1) =>
  nextAttempt({ step: 'training', attempt, repeats, error });
const quota = (limit: number, used: number, delta: number) =>
  call(
    'SageMaker.ResourceLimitExceededException',
    `The account-level service limit 'ml.m5.xlarge for training job usage' is ${limit} Instances, with current utilization of ${used} Instances and a request delta of ${delta} Instances. Please contact AWS support to request an increase for this limit. (Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceLimitExceeded)`,
  );

describe('a job that failed', () => {
  it.each([
    ['an internal error', job('InternalServerError: We encountered an internal error. Please try again.')],
    [
      'a throttled call',
      call(
        'SageMaker.AmazonSageMakerException',
        'Rate exceeded (Service: AmazonSageMaker; Status Code: 400; Error Code: ThrottlingException)',
      ),
    ],
    [
      'a service that is down',
      call(
        'SageMaker.AmazonSageMakerException',
        'null (Service: AmazonSageMaker; Status Code: 503; Error Code: ServiceUnavailable)',
      ),
    ],
    [
      'an interrupted spot instance',
      job('', { TrainingJobStatus: 'Stopped', SecondaryStatus: 'Interrupted' }),
    ],
    ['a name that is taken', call('SageMaker.ResourceInUseException', 'Training job names must be unique')],
  ])('by %s is tried again under the next name, a few times, later and later', (_name, error) => {
    expect(decide(error)).toMatchObject({ again: true, attempt: 2, seconds: 10 });
    expect(decide(error, 5)).toMatchObject({ again: true, attempt: 6, seconds: 160 });
    expect(decide(error, 6)).toMatchObject({ again: false });
  });

  it('for want of capacity waits longer and longer, for about a day', () => {
    const error = job('CapacityError: Unable to provision requested ML compute capacity. Please retry.');
    const waits = Array.from({ length: 27 }, (_, index) => decide(error, index + 1, 0));
    expect(waits.every(({ again }) => again)).toBe(true);
    const seconds = waits.map((wait) => (wait.again ? wait.seconds : 0));
    expect(seconds.slice(0, 6)).toEqual([300, 600, 1200, 2400, 3600, 3600]);
    const hours = seconds.reduce((sum, one) => sum + one, 0) / 3600;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThan(26);
    expect(waits[0]).toMatchObject({ cause: 'capacity', reason: expect.stringContaining('CapacityError') });
    expect(decide(error, 28, 0)).toMatchObject({ again: false });
  });

  it('for want of capacity does not use up the attempts for other reasons, nor the other way round', () => {
    const capacity = job('CapacityError: none');
    const internal = job('InternalServerError: again');
    expect(decide(internal, 20, 0)).toMatchObject({ again: true, attempt: 21, repeats: 1, seconds: 10 });
    expect(decide(capacity, 6, 5)).toMatchObject({ again: true, attempt: 7, repeats: 5, seconds: 300 });
    expect(decide(capacity, 7, 5)).toMatchObject({ again: true, repeats: 5, seconds: 600 });
    expect(decide(internal, 7, 5)).toMatchObject({ again: false });
  });

  it('by a quota below the request fails at once, and says which quota to raise', () => {
    const next = decide(quota(0, 0, 1));
    expect(next).toMatchObject({ again: false, error: { Error: 'QuotaTooLow' } });
    expect(next.again || next.error.Cause).toBe(
      'SageMaker\'s quota "ml.m5.xlarge for training job usage" is 0, and the run needs 1: raise it in Service Quotas ' +
        '(https://console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas) or choose another instance type.',
    );
  });

  it('by a quota that others use up waits for them', () => {
    expect(decide(quota(2, 2, 1))).toMatchObject({ again: true, cause: 'capacity', seconds: 300 });
  });

  it.each([
    ['the script', job('AlgorithmError: ExecuteUserScriptError: ValueError: no rows')],
    [
      'a script that speaks of throttling',
      job('AlgorithmError: ClientError: Rate exceeded, ThrottlingException'),
    ],
    ['the request', job('ClientError: Please use an instance type with more memory')],
    [
      'a wrong request',
      call(
        'SageMaker.AmazonSageMakerException',
        "1 validation error detected: Value 'a_b' at 'trainingJobName' (Service: AmazonSageMaker; Status Code: 400; Error Code: ValidationException)",
      ),
    ],
    [
      'a permission',
      call(
        'SageMaker.AmazonSageMakerException',
        'not authorized to perform: iam:PassRole (Status Code: 400; Error Code: AccessDeniedException)',
      ),
    ],
    ['a person who stopped it', job('', { TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' })],
    [
      'the longest wait for spot instances',
      job('', { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' }),
    ],
    ['time', call('States.Timeout', '')],
  ])('by %s is not tried again', (_name, error) => {
    expect(decide(error)).toMatchObject({ again: false, error: { Error: error.Error } });
  });

  it('keeps the reason that SageMaker gives', () => {
    const next = decide(job('AlgorithmError: ValueError: no rows'));
    expect(next.again || next.error.Cause).toBe('AlgorithmError: ValueError: no rows');
    const stopped = decide(job('', { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' }));
    expect(stopped.again || stopped.error.Cause).toContain('MaxWaitTimeExceeded');
  });
});
