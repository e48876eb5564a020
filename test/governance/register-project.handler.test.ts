import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteModelPackageCommand,
  DescribeEndpointCommand,
  ListModelPackagesCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../lambdas/governance/register-project.handler.ts';
import { trainingDigest } from '../../lambdas/governance/training-digest.ts';
import { PROJECTS_PK, type ProjectItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { canonicalJson, digestOf, sha256 } from '../../lambdas/shared/digest.ts';
import { loadSettings } from '../../lambdas/shared/project-settings.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET } from '../shared/project-fixture.ts';
import { catalog, context, putCatalog, putVersions, RUN } from '../training/run-fixture.ts';

const sagemaker = mockClient(SageMakerClient);
let aws: FakeAws;
let server: Server;
let responseUrl: string;
const answers: { body: Record<string, unknown>; contentType: string | undefined }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      answers.push({ body: JSON.parse(text), contentType: request.headers['content-type'] });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  responseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`;
});
afterAll(() => server.close());
beforeEach(() => {
  aws = fakeAws();
  answers.length = 0;
  aws.put('assets', 'code.tar.gz', 'archive');
  sagemaker.reset();
  sagemaker.onAnyCommand().rejects(new Error('not faked'));
});
afterEach(() => aws.restore());

const send = (RequestType: string, change: object = {}, settings = aProject()) =>
  handler(
    {
      RequestType,
      ResponseURL: responseUrl,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Project',
      ResourceProperties: {
        ServiceToken: 'arn',
        Project: 'flights',
        DataBucket: BUCKET,
        Settings: JSON.stringify(settings),
        CodeBucket: 'assets',
        CodeKey: 'code.tar.gz',
        RemoveRuntimeResources: 'true',
        ...change,
      },
    },
    context,
  );
const item = () => catalog<ProjectItem>(aws, SK.project);

describe('register-project', () => {
  it('stores settings and code under digests of their content and answers CloudFormation', async () => {
    await send('Create');
    const settingsDigest = sha256(canonicalJson(aProject()));
    const codeDigest = sha256('archive');
    expect(aws.keys(`${BUCKET}/`)).toEqual([
      `${BUCKET}/code/${codeDigest}/sourcedir.tar.gz`,
      `${BUCKET}/settings/${settingsDigest}.json`,
    ]);
    expect(await loadSettings(BUCKET, settingsDigest)).toEqual(aProject());
    expect(item()).toMatchObject({
      project: 'flights',
      dataBucket: BUCKET,
      settingsDigest,
      codeDigest,
      trainingDigest: trainingDigest(aProject(), codeDigest),
    });
    expect(aws.items.get(`${PROJECTS_PK}|flights`)).toMatchObject({ project: 'flights', settingsDigest });
    expect(answers).toEqual([
      {
        contentType: '',
        body: {
          Status: 'SUCCESS',
          PhysicalResourceId: 'flights',
          StackId: 'stack',
          RequestId: 'request',
          LogicalResourceId: 'Project',
          Data: {
            SettingsDigest: settingsDigest,
            CodeDigest: codeDigest,
            TrainingDigest: item().trainingDigest,
          },
        },
      },
    ]);
    expect(aws.events).toEqual([]);
  });

  it('tells of changed code when there is a dataset to train on, once', async () => {
    await send('Create');
    putVersions(aws, 1);
    await send('Update');
    expect(aws.events).toEqual([]);
    aws.put('assets', 'code.tar.gz', 'changed');
    await send('Update');
    await send('Update');
    expect(aws.events).toEqual([
      {
        name: 'CodeChanged',
        detail: expect.objectContaining({
          project: 'flights',
          codeDigest: sha256('changed'),
          trainingDigest: item().trainingDigest,
        }),
      },
    ]);
  });

  it('tells of it with the next deployment when the first one died in between', async () => {
    await send('Create');
    putVersions(aws, 1);
    aws.put('assets', 'code.tar.gz', 'changed');
    aws.before = (operation) => {
      if (operation === 'PutEvents') throw new Error('bus is down');
    };
    await send('Update');
    expect(answers.at(-1)!.body).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('bus is down'),
    });
    aws.before = () => {};
    await send('Update');
    expect(aws.events.map(({ name }) => name)).toEqual(['CodeChanged']);
  });

  it('does not ask for a run when only serving changed', async () => {
    await send('Create');
    putVersions(aws, 1);
    const settings = { ...aProject(), serving: { ...aProject().serving, instanceCount: 2 } };
    await send('Update', {}, settings);
    expect(item().settingsDigest).toBe(digestOf(settings));
    expect(aws.events).toEqual([]);
  });

  it('answers a failure instead of keeping the stack waiting', async () => {
    await send('Create', { CodeKey: 'absent' });
    expect(answers.at(-1)!.body).toMatchObject({
      Status: 'FAILED',
      Reason: expect.any(String),
      PhysicalResourceId: expect.any(String),
    });
  });
});

describe('the removal of a project', () => {
  const order: string[] = [];
  const gone = (message: string) => Object.assign(new Error(message), { name: 'ValidationException' });
  beforeEach(async () => {
    await send('Create');
    putVersions(aws, 1);
    putCatalog(aws, SK.endpointConfig('config-1'), { endpointConfigName: 'config-1', modelName: 'config-1' });
    putCatalog(aws, SK.run(RUN), { run: RUN, modelName: 'challenger' });
    order.length = 0;
    let packages = ['p/1', 'p/2'];
    const note = (what: string) => (input: Record<string, string>) => {
      order.push(`${what} ${Object.values(input)[0]}`);
      return {};
    };
    sagemaker.on(DeleteEndpointCommand).callsFake(note('endpoint'));
    sagemaker.on(DescribeEndpointCommand).rejects(gone('Could not find endpoint "arn".'));
    sagemaker.on(DeleteEndpointConfigCommand).callsFake(note('config'));
    sagemaker.on(DeleteModelCommand).callsFake(note('model'));
    sagemaker.on(ListModelPackagesCommand).callsFake(() => ({
      ModelPackageSummaryList: packages.map((ModelPackageArn) => ({ ModelPackageArn })),
    }));
    sagemaker.on(DeleteModelPackageCommand).callsFake((input) => {
      packages = packages.filter((each) => each !== input.ModelPackageName);
      return note('package')(input);
    });
  });

  it('goes from what is used to what it uses, and forgets the project last', async () => {
    await send('Delete');
    expect(order).toEqual([
      'endpoint endpoint',
      'config config-1',
      'model config-1',
      'model challenger',
      'package p/1',
      'package p/2',
    ]);
    expect([...aws.items.keys()]).toEqual([]);
    expect(answers.at(-1)!.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'flights' });
  });

  it('does not mind what is gone already', async () => {
    sagemaker.on(DeleteEndpointCommand).rejects(gone('Could not find endpoint "arn".'));
    sagemaker.on(DeleteModelCommand).rejects(gone('Could not find model "arn".'));
    await send('Delete');
    expect(answers.at(-1)!.body).toMatchObject({ Status: 'SUCCESS' });
  });

  it('leaves everything where the stage keeps its data', async () => {
    await send('Delete', { RemoveRuntimeResources: 'false' });
    expect(order).toEqual([]);
    expect(item().project).toBe('flights');
  });
});
