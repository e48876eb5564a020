/** Cloud Control API: the SDK's client of it is no part of this project, so requests are written out. */
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateStateMachineCommand, DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { signedFetch } from '../../testing/signed-fetch.ts';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';

interface Answer {
  readonly ProgressEvent?: object;
  /** The following in errors only. */
  readonly __type?: string;
  readonly Message?: string;
  readonly message?: string;
}

interface CloudControlClient {
  /** @throws Error with the name, message and status that an SDK would show */
  updateResource(input: object): Promise<Answer>;
}

function makeClient(running: RunningCloud): CloudControlClient {
  return {
    async updateResource(input) {
      const response = await signedFetch(running, {
        service: 'cloudcontrolapi',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'CloudApiService.UpdateResource',
        },
        body: JSON.stringify(input),
      });
      const answer = (await response.json()) as Answer;
      if (response.ok) return answer;
      throw Object.assign(new Error(answer.Message ?? answer.message), {
        name: answer.__type?.split('#').at(-1),
        $metadata: { httpStatusCode: response.status },
      });
    },
  };
}

const definition = (Result: string) =>
  JSON.stringify({ StartAt: 'Say', States: { Say: { Type: 'Pass', Result, End: true } } });

/** A state machine that says "before". @returns its ARN */
async function makeStateMachine({ clientConfig }: RunningCloud, name: string): Promise<string> {
  const trust = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const { Role } = await new IAMClient(clientConfig).send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    }),
  );
  const order = { name, roleArn: Role?.Arn, definition: definition('before') };
  const { stateMachineArn = '' } = await new SFNClient(clientConfig).send(
    new CreateStateMachineCommand(order),
  );
  return stateMachineArn;
}

const update = (Identifier: string, path: string, value: string) => ({
  TypeName: 'AWS::StepFunctions::StateMachine',
  Identifier,
  PatchDocument: JSON.stringify([{ op: 'replace', path, value }]),
});

export const cloudControlCases = serviceCases({
  service: 'cloudcontrolapi',
  folders: ['cloudcontrol', 'stepfunctions', 'logs', 'kms'],
  makeClient,
  operations: {
    UpdateResource: {
      source: 'https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_UpdateResource.html',
      answers: async ({ client, running }) => {
        const stateMachineArn = await makeStateMachine(running, 'patched');
        const { ProgressEvent } = await client.updateResource(
          update(stateMachineArn, '/DefinitionString', definition('after')),
        );
        expect(ProgressEvent).toMatchObject({ Operation: 'UPDATE', Identifier: stateMachineArn });
        const sfn = new SFNClient(running.clientConfig);
        const found = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
        expect(found.definition).toBe(definition('after'));
      },
      refuses: async ({ client, running }) => {
        const stateMachineArn = await makeStateMachine(running, 'fixed');
        return client.updateResource(update(stateMachineArn, '/StateMachineName', 'other'));
      },
      refusal: {
        name: 'NotUpdatableException',
        message:
          'Invalid patch update: createOnlyProperties [/properties/StateMachineName] cannot be updated',
        status: 400,
      },
      refusalSource: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2205',
    },
  },
});
