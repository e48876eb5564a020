/** A stage of Driftless as a person or a script sees it, by the usual AWS settings of the environment. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { PROJECTS_PK } from '../../lambdas/shared/catalog-items.ts';
import { Names } from '../../lambdas/shared/names.ts';
import { loadConfig } from '../../lib/config/load.ts';

/** Where the local cloud listens unless told otherwise. */
export const LOCAL_ENDPOINT = 'http://127.0.0.1:4566';

export interface Connection {
  readonly stage: string;
  readonly project: string;
  readonly names: Names;
  /** The project's data bucket. */
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
  readonly identity: string;
  readonly s3: S3Client;
  readonly documents: DynamoDBDocumentClient;
  readonly events: EventBridgeClient;
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly stepFunctions: SFNClient;
  /** Of `patientLambda`. */
  readonly lambda: LambdaClient;
}

export interface ConnectOptions {
  readonly stage: string;
  /** @default - the stage's only project */
  readonly project?: string;
}

/** What a person can mend, said in one sentence: printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * What the stage says where the environment says nothing: its region; for stage `local` also the local cloud on its usual
 * port, with its usual keys. Nobody should have to export four variables to look at what runs on their own machine.
 */
export async function useStageDefaults(stage: string): Promise<void> {
  // The SDK's notice of Node versions to come is for us, not for who asks for a status.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  if (stage === 'local' && !process.env.AWS_ENDPOINT_URL) {
    process.env.AWS_ENDPOINT_URL = LOCAL_ENDPOINT;
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    delete process.env.AWS_SESSION_TOKEN;
  }
  if (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION) return;
  const { config } = await loadConfig();
  const settings = config.stages[stage];
  if (!settings) {
    throw new UsageError(
      `stage: got "${stage}"; allowed: ${Object.keys(config.stages).join(', ')}; pass --stage NAME`,
    );
  }
  process.env.AWS_REGION = settings.region;
}

/** A little more than a function may last. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
const LONGEST_ANSWER_MS = 16 * 60_000;

/**
 * For direct calls of functions that work for minutes before they answer: the connection is kept alive and given up later
 * than the function itself, and a call is never repeated behind the caller's back while the first one still runs.
 */
export const patientLambda = (config: LambdaClientConfig = {}): LambdaClient =>
  new LambdaClient({ ...config, maxAttempts: 1, requestHandler: { socketTimeout: LONGEST_ANSWER_MS } });

/** @throws UsageError when the stage is not there, or the project is not clear. */
export async function connect({ stage, project }: ConnectOptions): Promise<Connection> {
  await useStageDefaults(stage);
  const sts = new STSClient({});
  const region = await sts.config.region();
  const { Account: account = '', Arn: identity = '' } = await sts
    .send(new GetCallerIdentityCommand({}))
    .catch((cause) => {
      throw new UsageError(
        `cannot reach ${process.env.AWS_ENDPOINT_URL ?? `AWS in ${region}`}: ${cause.message || cause.code || cause.name}; ` +
          (stage === 'local'
            ? 'start it with: npm run local'
            : 'check credentials and region, or run: driftless doctor'),
        { cause },
      );
    });
  const names = new Names(stage, { account, region });
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const chosen = await chooseProject(documents, names, project);
  return {
    stage,
    project: chosen,
    names,
    bucket: names.dataBucket(chosen),
    account,
    region,
    identity,
    documents,
    s3: new S3Client({}),
    events: new EventBridgeClient({}),
    cloudWatch: new CloudWatchClient({}),
    logs: new CloudWatchLogsClient({}),
    sagemaker: new SageMakerClient({}),
    runtime: new SageMakerRuntimeClient({}),
    stepFunctions: new SFNClient({}),
    lambda: patientLambda(),
  };
}

async function chooseProject(
  documents: DynamoDBDocumentClient,
  names: Names,
  wanted?: string,
): Promise<string> {
  const { Items = [] } = await documents
    .send(
      new QueryCommand({
        TableName: names.catalog(),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': PROJECTS_PK },
      }),
    )
    .catch((cause) => {
      if (cause.name !== 'ResourceNotFoundException') throw cause;
      throw new UsageError(
        `stage "${names.stage}" is not deployed here: no table ${names.catalog()}; deploy it first`,
        { cause },
      );
    });
  const projects = Items.map((item) => String(item.sk));
  if (wanted && projects.includes(wanted)) return wanted;
  if (!wanted && projects.length === 1) return projects[0]!;
  throw new UsageError(
    `project: got ${wanted ? `"${wanted}"` : 'none'}; allowed: ${projects.join(', ') || 'none is deployed'}; pass --project NAME`,
  );
}
