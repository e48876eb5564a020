import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveVersion } from './names.ts';
import type { FunctionRecord } from './records.ts';
import { type LambdaHarness, lambdaHarness, ROLE } from './testing.ts';
import { createZip } from './zip.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';
const SOURCE = 'exports.handler = async () => 1';

let lambda: LambdaHarness;
beforeAll(async () => {
  lambda = await lambdaHarness();
});
afterAll(() => lambda.stop());

describe('functions', () => {
  it("are described with AWS's defaults", async () => {
    await lambda.create('plain', SOURCE);
    expect(await lambda.run('GetFunction', { FunctionName: 'plain' })).toMatchObject({
      Configuration: {
        FunctionName: 'plain',
        FunctionArn: `${ARN}plain`,
        Timeout: 3,
        MemorySize: 128,
        Version: '$LATEST',
        State: 'Active',
        LastUpdateStatus: 'Successful',
        EphemeralStorage: { Size: 512 },
        LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/plain' },
        CodeSha256: expect.stringMatching(/^[\w+/]{43}=$/),
      },
    });
  });

  it.each(['plain', `${ARN}plain`, '000000000000:function:plain', 'plain:$LATEST'])(
    'are found as %s',
    async (name) => {
      await expect(lambda.run('GetFunctionConfiguration', { FunctionName: name })).resolves.toMatchObject({
        FunctionName: 'plain',
      });
    },
  );

  it('are not created twice, nor found when absent', async () => {
    await expect(lambda.create('plain', SOURCE)).rejects.toMatchObject({
      code: 'ResourceConflictException',
      status: 409,
      message: 'Function already exist: plain',
    });
    await expect(lambda.invoke('absent')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${ARN}absent`,
    });
  });

  it('need a role that Lambda can assume', async () => {
    const { assumeRole } = lambda.cloud;
    lambda.cloud.assumeRole = () => {
      throw new Error('denied');
    };
    await expect(lambda.create('no-role', SOURCE)).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
    await expect(lambda.invoke('plain')).rejects.toMatchObject({ code: 'AccessDeniedException' });
    lambda.cloud.assumeRole = assumeRole;
  });

  it.each([
    [{ Runtime: 'python3.12' as const }, 'NotImplementedByLocalCloud'],
    [{ PackageType: 'Image' as const }, 'NotImplementedByLocalCloud'],
    [{ VpcConfig: { SubnetIds: ['subnet-1'] } }, 'NotImplementedByLocalCloud'],
    [{ TracingConfig: { Mode: 'Active' as const } }, 'NotImplementedByLocalCloud'],
    [{ FileSystemConfigs: [{ Arn: 'a', LocalMountPath: '/mnt/x' }] }, 'NotImplementedByLocalCloud'],
    [{ Timeout: 901 }, 'ValidationException'],
    [{ MemorySize: 127 }, 'ValidationException'],
    [{ Environment: { Variables: { AWS_REGION: 'x' } } }, 'InvalidParameterValueException'],
    [{ Environment: { Variables: { A: 'x'.repeat(4096) } } }, 'InvalidParameterValueException'],
    [{ Layers: [`${ARN.replace('function', 'layer')}none:1`] }, 'InvalidParameterValueException'],
    [{ Code: { ZipFile: Buffer.from('no zip at all, but long enough') } }, 'InvalidParameterValueException'],
  ])('are refused with %j', async (options, code) => {
    await expect(lambda.create('refused', SOURCE, options)).rejects.toMatchObject({ code });
  });

  it('take code from S3, read as the caller', async () => {
    lambda.cloud.respond('s3', 'GetObject', () => ({ Body: createZip({ 'index.js': SOURCE }) }));
    await lambda.create('from-s3', SOURCE, { Code: { S3Bucket: 'assets', S3Key: 'a.zip' } });
    expect((await lambda.invoke('from-s3')).payload).toBe(1);
    expect(lambda.cloud.calls.find(({ operation }) => operation === 'GetObject')).toMatchObject({
      input: { Bucket: 'assets', Key: 'a.zip' },
      principal: { kind: 'root' },
    });
  });

  it('are listed in pages, tagged, and deleted', async () => {
    await lambda.create('tagged', SOURCE, { Tags: { a: '1' } });
    await lambda.run('TagResource', { Resource: `${ARN}tagged`, Tags: { b: '2' } });
    await lambda.run('UntagResource', { Resource: `${ARN}tagged`, TagKeys: ['a'] });
    expect(await lambda.run('ListTags', { Resource: `${ARN}tagged` })).toEqual({ Tags: { b: '2' } });
    const names: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await lambda.run<{ Functions: { FunctionName: string }[]; NextMarker?: string }>(
        'ListFunctions',
        { MaxItems: 1, Marker },
      );
      names.push(...page.Functions.map(({ FunctionName }) => FunctionName));
      Marker = page.NextMarker;
    } while (Marker);
    expect(names).toEqual(['from-s3', 'plain', 'tagged']);
    await lambda.run('DeleteFunction', { FunctionName: 'tagged' });
    await expect(lambda.run('GetFunction', { FunctionName: 'tagged' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('answer a dry run without running', async () => {
    expect(await lambda.run('Invoke', { FunctionName: 'plain', InvocationType: 'DryRun' })).toEqual({
      StatusCode: 204,
    });
  });

  it('refuse a change based on another revision', async () => {
    await expect(
      lambda.run('UpdateFunctionConfiguration', { FunctionName: 'plain', RevisionId: 'old' }),
    ).rejects.toMatchObject({ code: 'PreconditionFailedException' });
  });
});

describe('versions and aliases', () => {
  it('freeze code, are not published twice unchanged, and are invoked by number and alias', async () => {
    await lambda.create(
      'versioned',
      'exports.handler = async (e, c) => [1, c.functionVersion, c.invokedFunctionArn]',
    );
    expect(await lambda.run('PublishVersion', { FunctionName: 'versioned' })).toMatchObject({
      Version: '1',
      FunctionArn: `${ARN}versioned:1`,
    });
    expect(await lambda.run('PublishVersion', { FunctionName: 'versioned' })).toMatchObject({ Version: '1' });
    await lambda.run('UpdateFunctionCode', {
      FunctionName: 'versioned',
      ZipFile: createZip({ 'index.js': 'exports.handler = async (e, c) => [2, c.functionVersion]' }),
    });
    await lambda.run('CreateAlias', { FunctionName: 'versioned', Name: 'live', FunctionVersion: '1' });
    expect((await lambda.invoke('versioned', null, { Qualifier: 'live' })).payload).toEqual([
      1,
      '1',
      `${ARN}versioned:live`,
    ]);
    expect((await lambda.invoke('versioned')).payload).toEqual([2, '$LATEST']);
    expect(await lambda.run('PublishVersion', { FunctionName: 'versioned' })).toMatchObject({ Version: '2' });
    await lambda.run('UpdateAlias', { FunctionName: 'versioned', Name: 'live', FunctionVersion: '2' });
    expect((await lambda.invoke('versioned:live')).payload).toEqual([2, '2']);
    await expect(
      lambda.run('DeleteFunction', { FunctionName: 'versioned', Qualifier: '2' }),
    ).rejects.toMatchObject({ code: 'ResourceConflictException' });
    await lambda.run('UpdateAlias', {
      FunctionName: 'versioned',
      Name: 'live',
      RoutingConfig: { AdditionalVersionWeights: { 1: 0.25 } },
    });
    const record = lambda.cloud.collection<FunctionRecord>('lambda', 'functions').get('versioned')!;
    expect(resolveVersion(record, 'live', () => 0.24).version).toBe('1');
    expect(resolveVersion(record, 'live', () => 0.25).version).toBe('2');
    await lambda.run('DeleteAlias', { FunctionName: 'versioned', Name: 'live' });
    await expect(lambda.run('GetAlias', { FunctionName: 'versioned', Name: 'live' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('layers', () => {
  it('get a new number each time, also after a deletion', async () => {
    const publishLayer = () =>
      lambda.run('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: createZip({ a: 'b' }) } });
    await publishLayer();
    expect(await publishLayer()).toMatchObject({
      Version: 2,
      LayerVersionArn: 'arn:aws:lambda:us-east-1:000000000000:layer:l:2',
    });
    await lambda.run('DeleteLayerVersion', { LayerName: 'l', VersionNumber: 2 });
    expect(await publishLayer()).toMatchObject({ Version: 3 });
    await expect(lambda.run('GetLayerVersion', { LayerName: 'l', VersionNumber: 2 })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('permissions', () => {
  it('build the resource policy', async () => {
    const statement = {
      FunctionName: 'plain',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
      SourceAccount: '000000000000',
    };
    await lambda.run('AddPermission', statement);
    await expect(lambda.run('AddPermission', statement)).rejects.toMatchObject({
      code: 'ResourceConflictException',
    });
    const { Policy } = await lambda.run<{ Policy: string }>('GetPolicy', { FunctionName: 'plain' });
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        Sid: 's',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: `${ARN}plain`,
        Condition: {
          StringEquals: { 'AWS:SourceAccount': '000000000000' },
          ArnLike: { 'AWS:SourceArn': 'arn:aws:events:us-east-1:000000000000:rule/r' },
        },
      },
    ]);
    expect(
      lambda.service.authorize('Invoke', { FunctionName: 'plain' } as never, lambda.cloud.callAs()),
    ).toEqual([{ action: 'lambda:InvokeFunction', resource: `${ARN}plain`, resourcePolicy: Policy }]);
    await lambda.run('RemovePermission', { FunctionName: 'plain', StatementId: 's' });
    await expect(lambda.run('GetPolicy', { FunctionName: 'plain' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('of CreateFunction include passing the role and reading the layers', () => {
    const layer = 'arn:aws:lambda:us-east-1:000000000000:layer:l:1';
    const input = { FunctionName: 'f', Role: ROLE, Layers: [layer], Tags: { a: 'b' } };
    expect(lambda.service.authorize('CreateFunction', input as never, lambda.cloud.callAs())).toEqual([
      { action: 'lambda:CreateFunction', resource: `${ARN}f` },
      { action: 'iam:PassRole', resource: ROLE, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      { action: 'lambda:GetLayerVersion', resource: layer },
      { action: 'lambda:TagResource', resource: `${ARN}f` },
    ]);
  });
});

describe('settings of asynchronous invocation', () => {
  it('are put, read and deleted', async () => {
    await lambda.run('PutFunctionEventInvokeConfig', {
      FunctionName: 'plain',
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 60,
    });
    expect(await lambda.run('GetFunctionEventInvokeConfig', { FunctionName: 'plain' })).toMatchObject({
      FunctionArn: `${ARN}plain:$LATEST`,
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 60,
    });
    await lambda.run('DeleteFunctionEventInvokeConfig', { FunctionName: 'plain' });
    await expect(lambda.run('GetFunctionEventInvokeConfig', { FunctionName: 'plain' })).rejects.toMatchObject(
      { code: 'ResourceNotFoundException' },
    );
    await expect(
      lambda.run('PutFunctionEventInvokeConfig', { FunctionName: 'plain', MaximumRetryAttempts: 3 }),
    ).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
