/** The service over HTTP, with the SDK's own client and enforced permissions. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import { createZip } from './zip.ts';

let running: RunningCloud;
let client: LambdaClient;
let roleArn: string;
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:caller';

beforeAll(async () => {
  running = await startCloud({ services: ['kms', 'logs', 'lambda', 'cloudwatch'] });
  client = new LambdaClient(running.clientConfig);
  roleArn = await createRole('caller-role', 'lambda.amazonaws.com');
});
afterAll(() => running.stop());

async function createRole(name: string, service: string, policy?: object): Promise<string> {
  const iam = new IAMClient(running.clientConfig);
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  if (policy) {
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [policy] }),
      }),
    );
  }
  return Role!.Arn!;
}

it('creates and invokes a function whose own calls are made under its role', async () => {
  const { KeyMetadata } = await new KMSClient(running.clientConfig).send(new CreateKeyCommand({}));
  const source = `
    const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
    const { LambdaClient, ListFunctionsCommand } = require('@aws-sdk/client-lambda');
    exports.handler = async (event) => ({
      event,
      identity: (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn,
      listing: await new LambdaClient({}).send(new ListFunctionsCommand({})).then(() => 'allowed', (e) => e.name + ': ' + e.message),
    });`;
  await client.send(
    new CreateFunctionCommand({
      FunctionName: 'caller',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: roleArn,
      Timeout: 20,
      Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } },
      KMSKeyArn: KeyMetadata!.Arn,
      Code: { ZipFile: createZip({ 'index.js': source }) },
    }),
  );
  const { Payload, StatusCode, FunctionError, LogResult } = await client.send(
    new InvokeCommand({ FunctionName: 'caller', Payload: JSON.stringify({ a: 1 }), LogType: 'Tail' }),
  );
  expect(StatusCode).toBe(200);
  expect(FunctionError).toBeUndefined();
  expect(Buffer.from(LogResult!, 'base64').toString()).toContain('REPORT');
  expect(JSON.parse(Payload!.transformToString())).toEqual({
    event: { a: 1 },
    identity: 'arn:aws:sts::000000000000:assumed-role/caller-role/caller',
    listing: expect.stringMatching(
      /^AccessDeniedException: .*not authorized to perform: lambda:ListFunctions/,
    ),
  });
});

it('refuses a role that does not trust Lambda, and one that is not there', async () => {
  const other = await createRole('other-role', 'states.amazonaws.com');
  for (const Role of [other, 'arn:aws:iam::000000000000:role/absent']) {
    await expect(
      client.send(
        new CreateFunctionCommand({
          FunctionName: 'untrusted',
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role,
          Code: { ZipFile: createZip({ 'index.js': '' }) },
        }),
      ),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: /cannot be assumed by Lambda/,
    });
  }
});

it("lets a service invoke only by the function's own policy, for the source that it names", async () => {
  const { cloud } = running;
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/r';
  const invoke = (source: string) =>
    cloud.call(
      'lambda',
      'Invoke',
      { FunctionName: FUNCTION, InvocationType: 'DryRun' },
      cloud.servicePrincipal('events.amazonaws.com', source),
    );
  await expect(invoke(rule)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await client.send(
    new AddPermissionCommand({
      FunctionName: 'caller',
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: rule,
    }),
  );
  await expect(invoke(rule)).resolves.toEqual({ StatusCode: 204 });
  await expect(invoke(`${rule}2`)).rejects.toMatchObject({ code: 'AccessDeniedException' });
});

it('hides variables from who may not decrypt them', async () => {
  const reader = await createRole('reader-role', 'ec2.amazonaws.com', {
    Effect: 'Allow',
    Action: 'lambda:GetFunctionConfiguration',
    Resource: FUNCTION,
  });
  const asReader = new LambdaClient(running.clientConfigAs(reader));
  const { Environment } = await asReader.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'caller' }),
  );
  expect(Environment).toMatchObject({ Error: { ErrorCode: 'AccessDeniedException' } });
  await expect(asReader.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

it('publishes a layer over the wire', async () => {
  const layer = await client.send(
    new PublishLayerVersionCommand({ LayerName: 'l', Content: { ZipFile: createZip({ a: 'b' }) } }),
  );
  expect(layer.LayerVersionArn).toBe('arn:aws:lambda:us-east-1:000000000000:layer:l:1');
});
