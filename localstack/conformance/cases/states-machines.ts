/** Step Functions: state machines and their tags. */
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  apiPage,
  createMachine,
  createRole,
  PASS,
  RECORDED_API,
  RECORDED_RUNS,
  statesArn,
  statesClient,
} from './states-material.ts';

const TAGS_RECORDED = RECORDED_API.replace('test_sfn_api.', 'test_sfn_api_tagging.');

export const statesMachineCases = serviceCases({
  service: 'states',
  folders: ['stepfunctions', 'cloudwatch'],
  makeClient: statesClient,
  operations: {
    CreateStateMachine: {
      source: apiPage('CreateStateMachine'),
      answers: async ({ client, running }) => {
        const roleArn = await createRole(running, 'created');
        const definition = JSON.stringify(PASS);
        const answer = await client.send(
          new CreateStateMachineCommand({ name: 'created', roleArn, definition }),
        );
        expect(answer.stateMachineArn).toBe(statesArn('stateMachine:created'));
        expect(answer.creationDate).toBeInstanceOf(Date);
      },
      refuses: async ({ client, running }) => {
        const roleArn = await createRole(running, 'refused');
        const definition = '{"StartAt": "P"}';
        return client.send(new CreateStateMachineCommand({ name: 'refused', roleArn, definition }));
      },
      refusal: {
        name: 'InvalidDefinition',
        message:
          "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
        status: 400,
      },
      refusalSource: RECORDED_API,
    },
    UpdateStateMachine: {
      source: apiPage('UpdateStateMachine'),
      answers: async ({ client, running }) => {
        const stateMachineArn = await createMachine(running, 'updated');
        const { revisionId } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
        expect(revisionId).toBeUndefined();
        const definition = JSON.stringify({ ...PASS, Comment: 'second' });
        const answer = await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
        expect(answer.revisionId).toMatch(/^[0-9a-f-]{36}$/);
        expect(answer.updateDate).toBeInstanceOf(Date);
      },
      refuses: async ({ client, running }) =>
        client.send(
          new UpdateStateMachineCommand({ stateMachineArn: await createMachine(running, 'unchanged') }),
        ),
      refusal: {
        name: 'MissingRequiredParameter',
        message:
          'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
        status: 400,
      },
      refusalSource: RECORDED_API,
    },
    DescribeStateMachine: {
      source: apiPage('DescribeStateMachine'),
      answers: async ({ client, running }) => {
        const stateMachineArn = await createMachine(running, 'described');
        expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
          name: 'described',
          status: 'ACTIVE',
          type: 'STANDARD',
          definition: JSON.stringify(PASS),
          loggingConfiguration: { includeExecutionData: false, level: 'OFF' },
          tracingConfiguration: { enabled: false },
          encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
        });
      },
      refuses: ({ client }) =>
        client.send(new DescribeStateMachineCommand({ stateMachineArn: 'not_a_valid_arn' })),
      refusal: {
        name: 'InvalidArn',
        message: "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'",
        status: 400,
      },
      refusalSource: RECORDED_API,
    },
    DeleteStateMachine: {
      source: apiPage('DeleteStateMachine'),
      answers: async ({ client, running }) => {
        const stateMachineArn = await createMachine(running, 'deleted');
        await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
        const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
        expect(stateMachines.map(({ name }) => name)).not.toContain('deleted');
      },
      refuses: ({ client }) =>
        client.send(new DeleteStateMachineCommand({ stateMachineArn: 'not_a_valid_arn' })),
      refusal: {
        name: 'InvalidArn',
        message: "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'",
        status: 400,
      },
      refusalSource: RECORDED_API,
    },
    ListStateMachines: {
      source: apiPage('ListStateMachines'),
      answers: async ({ client, running }) => {
        const stateMachineArn = await createMachine(running, 'listed');
        const { stateMachines } = await client.send(new ListStateMachinesCommand({ maxResults: 1_000 }));
        const own = stateMachines?.find(({ name }) => name === 'listed');
        expect(own).toMatchObject({ stateMachineArn, type: 'STANDARD' });
      },
      refuses: ({ client }) => client.send(new ListStateMachinesCommand({ maxResults: 1_001 })),
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
        status: 400,
      },
      refusalSource: RECORDED_API,
    },
    ValidateStateMachineDefinition: {
      source: `${RECORDED_RUNS}/control_lifecycle.json`,
      answers: async ({ client }) => {
        const definition =
          '{"StartAt":"Missing","States":{"A":{"Type":"Pass","Next":"Unknown"},"B":{"Type":"Wait","Seconds":-1,"End":true}}}';
        const { result, diagnostics } = await client.send(
          new ValidateStateMachineDefinitionCommand({ definition }),
        );
        expect(result).toBe('FAIL');
        const missing = { code: 'MISSING_TRANSITION_TARGET', severity: 'ERROR' };
        expect(diagnostics).toEqual([
          {
            code: 'SCHEMA_VALIDATION_FAILED',
            location: '/States/B/Seconds',
            message: 'Minimum value is 0',
            severity: 'ERROR',
          },
          { ...missing, location: '/StartAt', message: "Missing 'Next' target: Missing" },
          { ...missing, location: '/States/A/Next', message: "Missing 'Next' target: Unknown" },
          { ...missing, location: '/States/A', message: 'State "A" is not reachable.' },
          { ...missing, location: '/States/B', message: 'State "B" is not reachable.' },
        ]);
      },
      refuses: ({ client }) =>
        client.send(
          new ValidateStateMachineDefinitionCommand({
            definition: JSON.stringify(PASS),
            severity: 'INFO' as 'ERROR',
          }),
        ),
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value 'INFO' at 'severity' failed to satisfy constraint: Member must satisfy enum value set: [ERROR, WARNING]",
        status: 400,
      },
    },
    TagResource: {
      source: apiPage('TagResource'),
      answers: async ({ client, running }) => {
        const resourceArn = await createMachine(running, 'tagged');
        await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'k', value: 'v' }] }));
        const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        expect(tags).toEqual([{ key: 'k', value: 'v' }]);
      },
      refuses: ({ client }) =>
        client.send(
          new TagResourceCommand({ resourceArn: statesArn('stateMachine:tagged:1'), tags: [{ key: 'k' }] }),
        ),
      refusal: {
        name: 'ResourceNotFound',
        message: `Resource not found: '${statesArn('stateMachine:tagged:1')}'`,
        status: 400,
      },
      refusalSource: TAGS_RECORDED,
    },
    UntagResource: {
      source: apiPage('UntagResource'),
      answers: async ({ client, running }) => {
        const resourceArn = await createMachine(running, 'untagged');
        const tags = [{ key: 'kept' }, { key: 'gone' }];
        await client.send(new TagResourceCommand({ resourceArn, tags }));
        await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['gone', 'absent'] }));
        const listed = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        expect(listed.tags?.map(({ key }) => key)).toEqual(['kept']);
      },
      refuses: ({ client }) =>
        client.send(
          new UntagResourceCommand({ resourceArn: statesArn('stateMachine:none'), tagKeys: ['k'] }),
        ),
      refusal: {
        name: 'ResourceNotFound',
        message: `Resource not found: '${statesArn('stateMachine:none')}'`,
        status: 400,
      },
      refusalSource: TAGS_RECORDED,
    },
    ListTagsForResource: {
      source: apiPage('ListTagsForResource'),
      answers: async ({ client, running }) => {
        const resourceArn = await createMachine(running, 'without-tags');
        expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([]);
      },
      refuses: ({ client }) =>
        client.send(new ListTagsForResourceCommand({ resourceArn: statesArn('stateMachine:none') })),
      refusal: {
        name: 'ResourceNotFound',
        message: `Resource not found: '${statesArn('stateMachine:none')}'`,
        status: 400,
      },
      refusalSource: TAGS_RECORDED,
    },
  },
});
