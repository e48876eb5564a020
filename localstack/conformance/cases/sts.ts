/** Security Token Service. */
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';

export const stsCases = serviceCases({
  service: 'sts',
  folders: [],
  makeClient: ({ clientConfig }) => new STSClient(clientConfig),
  operations: {
    GetCallerIdentity: {
      source: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html',
      answers: async ({ client }) => {
        const identity = await client.send(new GetCallerIdentityCommand({}));
        expect(identity).toMatchObject({
          Account: '000000000000',
          Arn: 'arn:aws:iam::000000000000:root',
          UserId: '000000000000',
        });
      },
      refuses: ({ running }) =>
        new STSClient({
          ...running.clientConfig,
          credentials: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'x', sessionToken: 'gone' },
        }).send(new GetCallerIdentityCommand({})),
      refusal: {
        name: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
        status: 403,
      },
      refusalSource: 'https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html',
    },
    AssumeRole: {
      source: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html',
      answers: async ({ client, running }) => {
        const { IAMClient, CreateRoleCommand } = await import('@aws-sdk/client-iam');
        await new IAMClient(running.clientConfig).send(
          new CreateRoleCommand({
            RoleName: 'assumed',
            AssumeRolePolicyDocument: JSON.stringify({
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { AWS: 'arn:aws:iam::000000000000:root' },
                  Action: 'sts:AssumeRole',
                },
              ],
            }),
          }),
        );
        const RoleArn = 'arn:aws:iam::000000000000:role/assumed';
        const answer = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }));
        expect(answer.AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/assumed/me');
        expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
      },
      refuses: ({ client }) =>
        client.send(
          new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/none', RoleSessionName: 'me' }),
        ),
      refusal: {
        name: 'AccessDenied',
        message:
          'User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/none',
        status: 403,
      },
      refusalSource: 'https://repost.aws/knowledge-center/iam-assume-role-error',
    },
  },
});
