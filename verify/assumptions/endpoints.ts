/** SageMaker's endpoints: captures, the bake of an update, rolling back by an alarm. */
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  type DescribeEndpointOutput,
  SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Account } from '../account.ts';
import type { Assumption } from '../assumption.ts';
import { assume, assumeMatch } from '../assumption.ts';
import { INSTANCE, makeModel, makeWorkshop, train } from './trained.ts';

const MADE = [
  'bucket',
  'role',
  `training job (${INSTANCE})`,
  'model',
  'endpoint configuration',
  `endpoint (${INSTANCE})`,
];
const CHANGE_SECONDS = 1800;
/** Statuses in which SageMaker deletes nothing. */
const BUSY = /^(Creating|Updating|SystemUpdating|RollingBack)$/;

/** A configuration that captures what share of the requests, in percent. */
async function makeConfig(
  account: Account,
  bucket: string,
  model: string,
  suffix: string,
  percentage: number,
) {
  const sagemaker = account.client(SageMakerClient);
  const EndpointConfigName = `${account.prefix}-${suffix}`;
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: model,
          InitialInstanceCount: 1,
          InstanceType: INSTANCE,
          InitialVariantWeight: 1,
        },
      ],
      DataCaptureConfig: {
        EnableCapture: percentage > 0,
        InitialSamplingPercentage: percentage,
        DestinationS3Uri: `s3://${bucket}/captures`,
        CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] },
      },
    }),
  );
  account.undo(`endpoint configuration ${EndpointConfigName}`, () =>
    sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName })),
  );
  return EndpointConfigName;
}

/** Waits for a description of the endpoint that satisfies; `before` runs before each look. */
function awaitEndpoint(
  account: Account,
  what: string,
  is: (endpoint: DescribeEndpointOutput) => boolean,
  before: () => Promise<unknown> = async () => {},
) {
  const sagemaker = account.client(SageMakerClient);
  return account.eventually(
    what,
    async () => {
      await before();
      const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: account.prefix }));
      return is(endpoint) ? endpoint : undefined;
    },
    CHANGE_SECONDS,
  );
}

/** Trains, and serves under a configuration that captures everything. @returns bucket and model */
async function makeEndpoint(account: Account): Promise<{ readonly bucket: string; readonly model: string }> {
  const workshop = await makeWorkshop(account);
  const { bucket } = workshop;
  const model = await makeModel(account, workshop, await train(account, workshop));
  const EndpointConfigName = await makeConfig(account, bucket, model, 'first', 100);
  const sagemaker = account.client(SageMakerClient);
  const EndpointName = account.prefix;
  await sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }));
  account.undo(`endpoint ${EndpointName}`, async () => {
    await awaitEndpoint(account, 'an endpoint at rest', (endpoint) => !BUSY.test(endpoint.EndpointStatus!));
    await sagemaker.send(new DeleteEndpointCommand({ EndpointName }));
  });
  const { EndpointStatus, FailureReason } = await awaitEndpoint(
    account,
    'the endpoint',
    (endpoint) => endpoint.EndpointStatus !== 'Creating',
  );
  assume(`status of the endpoint, with ${FailureReason}`, EndpointStatus, 'InService');
  return { bucket, model };
}

export const ENDPOINTS: readonly Assumption[] = [
  {
    id: 'endpoint-captures',
    statement:
      "Captures are text under PREFIX/ENDPOINT/VARIANT/yyyy/mm/dd/HH/, one record with input, output and the caller's inference id.",
    where: ['lambdas/shared/captures.ts', 'lambdas/deployment/endpoint-config.ts'],
    creates: MADE,
    usd: 0.08,
    minutes: 40,
    async check(account) {
      const { bucket: Bucket } = await makeEndpoint(account);
      const EndpointName = account.prefix;
      const answer = await account.client(SageMakerRuntimeClient).send(
        new InvokeEndpointCommand({
          EndpointName,
          ContentType: 'text/csv',
          Body: '7,a\n8,b',
          InferenceId: 'verify-1',
        }),
      );
      assume('answer', Buffer.from(answer.Body!).toString(), '7\n8\n');
      const s3 = account.client(S3Client);
      const file = await account.eventually(
        'the capture',
        async () => {
          const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'captures/' }));
          return Contents?.[0]?.Key;
        },
        CHANGE_SECONDS,
      );
      assumeMatch(
        'its key',
        file.replace(EndpointName, 'ENDPOINT'),
        /^captures\/ENDPOINT\/AllTraffic\/\d{4}\/\d\d\/\d\d\/\d\d\/[^/]+\.jsonl$/,
      );
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: file }));
      const record = JSON.parse((await Body!.transformToString()).split('\n')[0]!);
      const { endpointInput, endpointOutput } = record.captureData;
      assume('captured input', endpointInput.data, '7,a\n8,b');
      assume('encodings', [endpointInput.encoding, endpointOutput.encoding], ['CSV', 'CSV']);
      assume('captured answer', endpointOutput.data, '7\n8\n');
      assume('inference id', record.eventMetadata.inferenceId, 'verify-1');
    },
  },
  {
    id: 'endpoint-bake-and-rollback',
    statement:
      'UpdateEndpoint takes ALL_AT_ONCE with WaitIntervalInSeconds 0, shows Updating at once and Baking through the bake; an alarm in it brings the old configuration back, InService. A capture share of 0 is taken.',
    where: [
      'lib/deployment/rollout.ts',
      'lambdas/deployment/endpoint-config.ts',
      'lambdas/deployment/judge-rollout.ts',
    ],
    creates: [...MADE, 'second endpoint configuration', 'alarm'],
    usd: 0.15,
    minutes: 70,
    async check(account) {
      const { bucket, model } = await makeEndpoint(account);
      const cloudwatch = account.client(CloudWatchClient);
      const AlarmName = account.prefix;
      await cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName,
          Namespace: 'DriftlessVerify',
          MetricName: 'Nothing',
          Statistic: 'Maximum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 0,
          ComparisonOperator: 'GreaterThanThreshold',
          TreatMissingData: 'notBreaching',
        }),
      );
      account.undo(`alarm ${AlarmName}`, () =>
        cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] })),
      );
      const second = await makeConfig(account, bucket, model, 'second', 0);
      await account.client(SageMakerClient).send(
        new UpdateEndpointCommand({
          EndpointName: account.prefix,
          EndpointConfigName: second,
          RetainAllVariantProperties: false,
          DeploymentConfig: {
            BlueGreenUpdatePolicy: {
              TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
              TerminationWaitInSeconds: 600,
              MaximumExecutionTimeoutInSeconds: 4200,
            },
            AutoRollbackConfiguration: { Alarms: [{ AlarmName }] },
          },
        }),
      );
      const atOnce = await awaitEndpoint(account, 'its description', () => true);
      assume('status at once', atOnce.EndpointStatus, 'Updating');
      await awaitEndpoint(account, 'the bake', ({ PendingDeploymentSummary }) =>
        Boolean(
          PendingDeploymentSummary?.ProductionVariants?.[0]?.VariantStatus?.some(
            ({ Status }) => Status === 'Baking',
          ),
        ),
      );
      // again at each look: a state that is set by hand lasts only until the alarm is evaluated
      const datum = { MetricName: 'Nothing', Value: 1 };
      const ring = new PutMetricDataCommand({ Namespace: 'DriftlessVerify', MetricData: [datum] });
      const after = await awaitEndpoint(
        account,
        'the end of the update',
        ({ EndpointStatus }) => EndpointStatus === 'InService' || EndpointStatus === 'UpdateRollbackFailed',
        () => cloudwatch.send(ring),
      );
      assume('status after it', after.EndpointStatus, 'InService');
      assume('configuration after it', after.EndpointConfigName, `${account.prefix}-first`);
    },
  },
];
