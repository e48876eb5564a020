/** Systems Manager's Parameter Store: parameters. */
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { DENIED_PAGE, deniedJson, roleWithoutPolicies } from './without-policies.ts';

const API = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference';
const eleven = Array.from({ length: 11 }, (_, index) => `n${index}`);

/** Puts a text parameter. */
export const putText = (client: SSMClient, Name: string, Value = 'v') =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));

const tooMany = {
  name: 'ValidationException',
  message: `1 validation error detected: Value '[${eleven.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10`,
  status: 400,
};

const pageTooLarge = (size: number) => ({
  name: 'ValidationException',
  message: `1 validation error detected: Value '${size + 1}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to ${size}`,
  status: 400,
});

/** SSM's words, quoted by people who met them. */
const TOO_MANY_SOURCE = 'https://github.com/remind101/ssm-env/issues/10';
const PAGE_TOO_LARGE_SOURCE = 'https://github.com/flanksource/config-db/pull/35';

/** ARN of a parameter whose name has no slash. */
export const parameterArn = (name: string) => `arn:aws:ssm:us-east-1:000000000000:parameter/${name}`;

export const ssmCases = serviceCases({
  service: 'ssm',
  folders: ['ssm', 'kms'],
  makeClient: ({ clientConfig }) => new SSMClient(clientConfig),
  operations: {
    PutParameter: {
      source: `${API}/API_PutParameter.html`,
      answers: async ({ client }) => {
        const made = await client.send(
          new PutParameterCommand({ Name: '/put/a', Value: 'secret', Type: 'SecureString' }),
        );
        expect(made).toMatchObject({ Version: 1, Tier: 'Standard' });
      },
      refuses: async ({ client }) => {
        await putText(client, '/put/b');
        return client.send(new PutParameterCommand({ Name: '/put/b', Value: 'w', Type: 'String' }));
      },
      refusal: {
        name: 'ParameterAlreadyExists',
        message:
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        status: 400,
      },
      refusalSource: 'https://github.com/garystafford/emr-demo/issues/1',
    },
    GetParameter: {
      source: `${API}/API_GetParameter.html`,
      answers: async ({ client }) => {
        await putText(client, '/get/a', 'first');
        await putText(client, '/get/a', 'second');
        const { Parameter } = await client.send(new GetParameterCommand({ Name: '/get/a:1' }));
        expect(Parameter).toMatchObject({
          ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/get/a',
          Name: '/get/a',
          Selector: ':1',
          Type: 'String',
          Value: 'first',
          Version: 1,
        });
      },
      refuses: async ({ running }) =>
        new SSMClient(await roleWithoutPolicies(running, 'reader')).send(
          new GetParameterCommand({ Name: 'none' }),
        ),
      refusal: deniedJson('reader', 'ssm:GetParameter', parameterArn('none')),
      refusalSource: 'https://github.com/YumaInaura/YumaInaura/issues/3444',
    },
    GetParameters: {
      source: `${API}/API_GetParameters.html`,
      answers: async ({ client }) => {
        await putText(client, '/several/a');
        const found = await client.send(new GetParametersCommand({ Names: ['/several/a', '/several/b'] }));
        expect(found.Parameters?.map(({ Name }) => Name)).toEqual(['/several/a']);
        expect(found.InvalidParameters).toEqual(['/several/b']);
      },
      refuses: ({ client }) => client.send(new GetParametersCommand({ Names: eleven })),
      refusal: tooMany,
      refusalSource: TOO_MANY_SOURCE,
    },
    GetParametersByPath: {
      source: `${API}/API_GetParametersByPath.html`,
      answers: async ({ client }) => {
        await putText(client, '/path/a');
        await putText(client, '/path/deep/b');
        const { Parameters } = await client.send(new GetParametersByPathCommand({ Path: '/path' }));
        expect(Parameters?.map(({ Name }) => Name)).toEqual(['/path/a']);
      },
      refuses: ({ client }) => client.send(new GetParametersByPathCommand({ Path: 'path' })),
      refusal: {
        name: 'ValidationException',
        message:
          'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with \\"aws\\" or \\"ssm\\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
        status: 400,
      },
      refusalSource: 'https://github.com/aws/copilot-cli/issues/66',
    },
    GetParameterHistory: {
      source: `${API}/API_GetParameterHistory.html`,
      answers: async ({ client }) => {
        await putText(client, '/history', 'old');
        await putText(client, '/history', 'new');
        const { Parameters } = await client.send(new GetParameterHistoryCommand({ Name: '/history' }));
        expect(Parameters?.map(({ Value, Version }) => [Value, Version])).toEqual([
          ['old', 1],
          ['new', 2],
        ]);
      },
      refuses: ({ client }) =>
        client.send(new GetParameterHistoryCommand({ Name: '/history', MaxResults: 51 })),
      refusal: pageTooLarge(50),
      refusalSource: PAGE_TOO_LARGE_SOURCE,
    },
    DescribeParameters: {
      source: `${API}/API_DescribeParameters.html`,
      answers: async ({ client }) => {
        await putText(client, '/described');
        const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: ['/described'] }];
        const { Parameters } = await client.send(new DescribeParametersCommand({ ParameterFilters }));
        expect(Parameters).toMatchObject([{ Name: '/described', Type: 'String', DataType: 'text' }]);
      },
      refuses: ({ client }) => client.send(new DescribeParametersCommand({ MaxResults: 51 })),
      refusal: pageTooLarge(50),
      refusalSource: PAGE_TOO_LARGE_SOURCE,
    },
    DeleteParameter: {
      source: `${API}/API_DeleteParameter.html`,
      answers: async ({ client }) => {
        await putText(client, '/deleted');
        const { $metadata } = await client.send(new DeleteParameterCommand({ Name: '/deleted' }));
        expect($metadata.httpStatusCode).toBe(200);
        await expect(client.send(new GetParameterCommand({ Name: '/deleted' }))).rejects.toThrow();
      },
      refuses: async ({ running }) =>
        new SSMClient(await roleWithoutPolicies(running, 'deleter')).send(
          new DeleteParameterCommand({ Name: 'none' }),
        ),
      refusal: deniedJson('deleter', 'ssm:DeleteParameter', parameterArn('none')),
      refusalSource: DENIED_PAGE,
    },
    DeleteParameters: {
      source: `${API}/API_DeleteParameters.html`,
      answers: async ({ client }) => {
        await putText(client, '/delete/a');
        const answer = await client.send(new DeleteParametersCommand({ Names: ['/delete/a', '/delete/b'] }));
        expect(answer).toMatchObject({ DeletedParameters: ['/delete/a'], InvalidParameters: ['/delete/b'] });
      },
      refuses: ({ client }) => client.send(new DeleteParametersCommand({ Names: eleven })),
      refusal: tooMany,
      refusalSource: TOO_MANY_SOURCE,
    },
  },
});
