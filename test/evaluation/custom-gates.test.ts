import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CustomGatesOptions, runCustomGates } from '../../lambdas/evaluation/custom-gates.ts';
import { RetryableError } from '../../lambdas/shared/errors.ts';

const lambda = mockClient(LambdaClient);
const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:cost';
const input = { project: 'churn', run: 'run-1', bucket: 'data' } as CustomGatesOptions['input'];
const ask = () => runCustomGates({ gates: [{ name: 'cost', functionArn }], input });
const answer = (body: string, FunctionError?: string) =>
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(body) as never, FunctionError });

beforeEach(() => lambda.reset());

describe('runCustomGates', () => {
  it("takes over a judgement under the gate's name, whatever rule it names", async () => {
    answer('{"rule":"quality","verdict":"WARN","reason":"Dear.","inputs":{"cost":3}}');
    expect(await ask()).toEqual([{ rule: 'cost', verdict: 'WARN', reason: 'Dear.', inputs: { cost: 3 } }]);
    const { FunctionName, Payload } = lambda.commandCalls(InvokeCommand)[0]!.args[0].input;
    expect(FunctionName).toBe(functionArn);
    expect(JSON.parse(Buffer.from(Payload as Uint8Array).toString())).toMatchObject({
      ...{ format: 1, gate: 'cost', project: 'churn', run: 'run-1', bucket: 'data' },
    });
  });

  it.each([
    ['no JSON', 'yes', /not JSON/],
    ['null', 'null', /not an object/],
    ['an unknown verdict', '{"verdict":"OK","reason":"Good."}', /"OK"/],
    ['no reason', '{"verdict":"PASS"}', /reason/],
    ['inputs that are no object', '{"verdict":"PASS","reason":"Good.","inputs":[1]}', /inputs/],
  ])('is a FAIL for %s', async (_case, body, reason) => {
    answer(body);
    expect(await ask()).toMatchObject([
      { rule: 'cost', verdict: 'FAIL', reason: expect.stringMatching(reason) },
    ]);
  });

  it('is a FAIL when the function fails or is not there', async () => {
    answer('{"errorType":"TypeError","errorMessage":"no x"}', 'Unhandled');
    expect(await ask()).toMatchObject([
      { verdict: 'FAIL', reason: expect.stringContaining('TypeError: no x') },
    ]);
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' }));
    expect(await ask()).toMatchObject([{ verdict: 'FAIL', reason: expect.stringContaining('gone') }]);
  });

  it('is tried again when Lambda throttles', async () => {
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('busy'), { name: 'TooManyRequestsException' }));
    await expect(ask()).rejects.toThrow(RetryableError);
  });
});
