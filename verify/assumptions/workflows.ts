/** Step Functions: what definitions may hold, names of executions and errors. */
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import type { Account } from '../account.ts';
import type { Assumption } from '../assumption.ts';
import { assume, assumeMatch, refusalOf } from '../assumption.ts';
import { makeRole, type PolicyStatement, unlessRole } from './made.ts';

/** @returns the ARN of a new state machine in JSONata */
export async function makeStateMachine(
  account: Account,
  states: object,
  statements: readonly PolicyStatement[] = [],
): Promise<string> {
  const sfn = account.client(SFNClient);
  const roleArn = await makeRole(account, statements, { Service: 'states.amazonaws.com' });
  const definition = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states };
  const create = new CreateStateMachineCommand({
    name: account.prefix,
    roleArn,
    definition: JSON.stringify(definition),
  });
  const { stateMachineArn = '' } = await account.eventually('the role', () =>
    sfn.send(create).catch(unlessRole),
  );
  account.undo(`state machine ${stateMachineArn}`, () =>
    sfn.send(new DeleteStateMachineCommand({ stateMachineArn })),
  );
  return stateMachineArn;
}

/** Runs it to its end. @returns what DescribeExecution says */
export async function run(account: Account, stateMachineArn: string, input: object = {}) {
  const sfn = account.client(SFNClient);
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return account.eventually('the end of the execution', async () => {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
}

const task = (resource: string, Arguments: unknown, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::${resource}`,
  Arguments,
  End: true,
  ...more,
});

export const WORKFLOWS: readonly Assumption[] = [
  {
    id: 'states-whole-request-as-expression',
    statement:
      'SageMaker integrations take their whole request as one JSONata expression: createTrainingJob.sync, createTransformJob.sync, createModel, createEndpointConfig, createEndpoint, aws-sdk updateEndpoint.',
    where: ['lib/training/training-pipeline.ts', 'lib/deployment/rollout.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    async check(account) {
      const sfn = account.client(SFNClient);
      const resources = [
        'sagemaker:createTrainingJob.sync',
        'sagemaker:createTransformJob.sync',
        'sagemaker:createModel',
        'sagemaker:createEndpointConfig',
        'sagemaker:createEndpoint',
        'aws-sdk:sagemaker:updateEndpoint',
      ];
      for (const resource of resources) {
        const States = { Call: task(resource, '{% $states.input.request %}') };
        const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Call', States });
        const { result, diagnostics } = await sfn.send(
          new ValidateStateMachineDefinitionCommand({ definition }),
        );
        assume(`${resource}, with ${JSON.stringify(diagnostics)}`, result, 'OK');
      }
    },
  },
  {
    id: 'states-execution-names',
    statement:
      'A name whose execution has ended is refused as ExecutionAlreadyExists; one that never was is ExecutionDoesNotExist.',
    where: ['lambdas/retraining/controller.ts', 'lambdas/governance/mend.ts'],
    creates: ['role', 'state machine'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const sfn = account.client(SFNClient);
      const stateMachineArn = await makeStateMachine(account, { Done: { Type: 'Succeed' } });
      const start = () => sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'once', input: '{}' }));
      const { executionArn = '' } = await start();
      await account.eventually('its end', async () => {
        const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'SUCCEEDED' || undefined;
      });
      assume('code', (await refusalOf('the same name', start())).name, 'ExecutionAlreadyExists');
      const none = sfn.send(
        new DescribeExecutionCommand({ executionArn: executionArn.replace(/once$/, 'never') }),
      );
      assume('code', (await refusalOf('an absent one', none)).name, 'ExecutionDoesNotExist');
    },
  },
  {
    id: 'states-sdk-error-names',
    statement:
      'aws-sdk:sagemaker:describeEndpoint fails with an error of the SageMaker namespace whose cause holds SageMaker\'s sentence "Could not find endpoint".',
    where: ['lib/deployment/rollout.ts'],
    creates: ['role', 'state machine'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const describe = task('aws-sdk:sagemaker:describeEndpoint', { EndpointName: account.prefix });
      const states = { Describe: describe };
      const allow: PolicyStatement = { Effect: 'Allow', Action: 'sagemaker:DescribeEndpoint', Resource: '*' };
      const stateMachineArn = await makeStateMachine(account, states, [allow]);
      const { status, error, cause } = await run(account, stateMachineArn);
      assume('status', status, 'FAILED');
      assumeMatch('its error', error, /^SageMaker\./);
      assumeMatch('its cause', cause, /Could not find endpoint/);
    },
  },
  {
    id: 'states-catch-in-jsonata',
    statement:
      'A Catch in JSONata gives the next state { Error, Cause } as its input, and a Fail state takes both from expressions.',
    where: ['lib/shared/workflow.ts'],
    creates: ['role', 'state machine'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const stateMachineArn = await makeStateMachine(account, {
        Describe: task(
          'aws-sdk:sagemaker:describeEndpoint',
          { EndpointName: account.prefix },
          { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Told' }] },
        ),
        Told: {
          Type: 'Fail',
          Error: "{% 'Told' & ($exists($states.input.Error) ? '' : 'Nothing') %}",
          Cause: '{% $states.input.Cause %}',
        },
      });
      const { error, cause } = await run(account, stateMachineArn);
      assume('its error', error, 'Told');
      // the role may not ask SageMaker at all
      assumeMatch('its cause', cause, /is not authorized to perform: sagemaker:DescribeEndpoint/);
    },
  },
];
