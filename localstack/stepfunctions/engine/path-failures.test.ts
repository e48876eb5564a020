import { describe, expect, test } from 'vitest';
import { createBench, only } from '../testing.ts';

// causes as AWS gave them in the recordings of LocalStack's suite (tests/aws/services/stepfunctions/v2)
describe('what paths find wrong fails the execution with States.Runtime', () => {
  const NOW_PLUS = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * 86_400_000).toISOString();
  test.each<[string, object, object, string]>([
    [
      'SecondsPath',
      {},
      { SecondsPath: '$.s' },
      'The SecondsPath parameter does not reference an input value: $.s',
    ],
    [
      'SecondsPath',
      { s: -1 },
      { SecondsPath: '$.s' },
      'The SecondsPath parameter references a negative value: $.s == -1',
    ],
    [
      'SecondsPath',
      { s: 1.5 },
      { SecondsPath: '$.s' },
      'The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5',
    ],
    [
      'TimestampPath',
      { t: '2016-13-05T21:29:29Z' },
      { TimestampPath: '$.t' },
      'The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2016-13-05T21:29:29Z',
    ],
    ['TimestampPath', { t: NOW_PLUS(24_860 * 2) }, { TimestampPath: '$.t' }, 'Wait state delay is too long.'],
  ])('%s of %j', async (_field, input, wait, cause) => {
    const definition = { QueryLanguage: 'JSONPath', ...only({ Type: 'Wait', ...wait }) };
    const run = await createBench().run(definition, input);
    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: `An error occurred while executing the state 'Only' (entered at the event id #2). ${cause}`,
    });
  });

  test.each([
    [{ InputPath: '$.No' }, "Invalid path '$.No' : No results for path: $['No']"],
    [{ OutputPath: '$.No' }, "Invalid path '$.No' : No results for path: $['No']"],
    [{ InputPath: '$.no.such.path' }, "Invalid path '$.no.such.path' : Missing property in path $['no']"],
    [
      { Parameters: { 'v.$': '$.No' } },
      "The JSONPath '$.No' specified for the field 'v.$' could not be found in the input '{\"a\":1}'",
    ],
  ])('%j', async (fields, cause) => {
    const definition = { QueryLanguage: 'JSONPath', ...only({ Type: 'Pass', ...fields }) };
    const run = await createBench().run(definition, { a: 1 });
    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: `An error occurred while executing the state 'Only' (entered at the event id #2). ${cause}`,
    });
  });

  test('a time of JSONata that is none is States.QueryEvaluationError', async () => {
    const run = await createBench().run(only({ Type: 'Wait', Timestamp: '{% $states.input.t %}' }), {
      t: '2016-12-05 21:29:29Z',
    });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(run.cause).toContain(
      'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-12-05 21:29:29Z',
    );
    expect(run.events[2]?.evaluationFailedEventDetails).toMatchObject({
      location: 'Timestamp',
      state: 'Only',
    });
  });
});
