/** What the cases of SageMaker's serving and registry are played on: a role, a model that multiplies, endpoints of it. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigInput,
  CreateModelCommand,
  SageMakerClient,
  waitUntilEndpointInService,
} from '@aws-sdk/client-sagemaker';
import { packFiles } from '../../sagemaker/endpoints/testing.ts';
import type { RunningCloud } from '../../testing/start-cloud.ts';

/** AWS's reference of the SageMaker API. */
export const SAGEMAKER_API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';
/** Folders that the cloud of every SageMaker case loads. */
export const SAGEMAKER_FOLDERS = ['s3', 'kms', 'logs', 'cloudwatch', 'events', 'sns', 'sagemaker'];
/** AWS's own operator for Kubernetes matches these sentences of SageMaker. */
export const OPERATOR_SENTENCES =
  'https://github.com/aws/amazon-sagemaker-operator-for-k8s/blob/master/controllers/sdkutil/clientwrapper/sagemaker_client.go';

export const IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
export const EXECUTION_ROLE = 'arn:aws:iam::000000000000:role/sagemaker-cases';
const BUCKET = 'sagemaker-cases';
const SCRIPT = `
def model_fn(model_dir):
    return 2.0
def input_fn(body, content_type):
    return [float(line) for line in body.strip().split('\\n')]
def predict_fn(rows, factor):
    return [factor * row for row in rows]
def output_fn(prediction, accept):
    return ''.join(f'{value}\\n' for value in prediction), 'text/csv'
`;

/** ARN of a resource of SageMaker. */
export const arnOf = (kind: string, name: string): string =>
  `arn:aws:sagemaker:us-east-1:000000000000:${kind}/${name}`;

export const sagemakerClient = ({ clientConfig }: RunningCloud): SageMakerClient =>
  new SageMakerClient(clientConfig);

/** What AWS says of a name that its pattern does not allow. */
export const patternRefusal = (path: string, value: string) => ({
  name: 'ValidationException',
  message:
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must satisfy regular ` +
    'expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}',
  status: 400,
});
/** Where AWS says it. */
export const PATTERN_SOURCE = 'https://github.com/aws/amazon-sagemaker-examples/issues/2236';

/** Where AWS says that a member is too long, large or small; the limit itself is on the operation's page. */
export const SENTENCE_SOURCE = 'https://github.com/zenml-io/zenml/issues/1502';

/** What AWS says of a number that is too large or too small. */
export const rangeRefusal = (path: string, value: number, limit: string) => ({
  name: 'ValidationException',
  message: `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must have value ${limit}`,
  status: 400,
});

/** @see OPERATOR_SENTENCES */
export const notFound = (what: string, arn: string) => ({
  name: 'ValidationException',
  message: `Could not find ${what} "${arn}".`,
  status: 400,
});

/** Puts an object into the cases' bucket and returns its URI. */
export async function putObject(running: RunningCloud, Key: string, Body: string | Buffer): Promise<string> {
  const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  return `s3://${BUCKET}/${Key}`;
}

interface Material {
  readonly source: string;
  readonly model: string;
}

const materials = new WeakMap<RunningCloud, Promise<Material>>();

/** The bucket, the role and the archives, made once in each cloud. */
export function material(running: RunningCloud): Promise<Material> {
  const made = materials.get(running) ?? makeMaterial(running);
  materials.set(running, made);
  return made;
}

async function makeMaterial(running: RunningCloud): Promise<Material> {
  const iam = new IAMClient(running.clientConfig);
  const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'sagemaker.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const RoleName = 'sagemaker-cases';
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy(trust) }));
  const Action = ['s3:*', 'ecr:*', 'logs:*', 'cloudwatch:*', 'sns:*'];
  const PolicyDocument = policy({ Effect: 'Allow', Action, Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }));
  const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const archive = await packFiles({ 'serve.py': SCRIPT });
  const [source, model] = await Promise.all([
    putObject(running, 'sourcedir.tar.gz', archive),
    putObject(running, 'model.tar.gz', archive),
  ]);
  return { source, model };
}

/** The container of a model that doubles each number of a CSV. */
export async function container(running: RunningCloud) {
  const { source, model } = await material(running);
  const Environment = { SAGEMAKER_PROGRAM: 'serve.py', SAGEMAKER_SUBMIT_DIRECTORY: source };
  return { Image: IMAGE, ModelDataUrl: model, Environment };
}

/** Makes a model. */
export async function makeModel(running: RunningCloud, ModelName: string): Promise<void> {
  const PrimaryContainer = await container(running);
  await sagemakerClient(running).send(
    new CreateModelCommand({ ModelName, ExecutionRoleArn: EXECUTION_ROLE, PrimaryContainer }),
  );
}

/** Makes a model and an endpoint configuration of the same name, with one variant `main`. */
export async function makeConfig(
  running: RunningCloud,
  name: string,
  more: Partial<CreateEndpointConfigInput> = {},
): Promise<void> {
  await makeModel(running, name);
  const ProductionVariants = [
    {
      VariantName: 'main',
      ModelName: name,
      InitialInstanceCount: 1,
      InstanceType: 'ml.m5.large' as const,
    },
  ];
  await sagemakerClient(running).send(
    new CreateEndpointConfigCommand({ EndpointConfigName: name, ProductionVariants, ...more }),
  );
}

/** Makes model, configuration and endpoint of the same name, and waits until it serves. */
export async function makeEndpoint(
  running: RunningCloud,
  name: string,
  more: Partial<CreateEndpointConfigInput> = {},
): Promise<void> {
  await makeConfig(running, name, more);
  const client = sagemakerClient(running);
  await client.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  await inService(running, name);
}

/** Waits until an endpoint serves. */
export async function inService(running: RunningCloud, EndpointName: string): Promise<void> {
  const waiter = { client: sagemakerClient(running), maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.1 };
  await waitUntilEndpointInService(waiter, { EndpointName });
}
