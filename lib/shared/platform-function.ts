/** A handler as AWS sees it: bundle, role of its own, log group, and what happens when it fails. */
import { Duration, type RemovalPolicy, type Size } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/shared/contract.ts';
import type { Names } from '../../lambdas/shared/names.ts';
import { acknowledgeWildcards } from './nag.ts';

/** What all functions of a stage share. */
export interface FunctionEnvironment {
  readonly names: Names;
  readonly key: IKey;
  /** Where asynchronous invocations go that failed all retries. */
  readonly failedInvocations: IQueue;
  readonly duckdbLayer: lambda.ILayerVersion;
  readonly architecture: lambda.Architecture;
  readonly removal: RemovalPolicy;
  /** Folder of each handler's bundle. */
  readonly bundles: Readonly<Record<string, string>>;
}

export interface PlatformFunctionProps {
  readonly description: string;
  /** @default 1 minute */
  readonly timeout?: Duration;
  /** @default 512 MiB; 1769 MiB is one vCPU. */
  readonly memorySize?: number;
  /** Adds DuckDB's native library, and this much ephemeral storage for the files that it scans. */
  readonly duckdb?: { readonly storage: Size };
  /**
   * `event`: invoked asynchronously by rules or CloudFormation; `workflow`: by Step Functions, which retries itself;
   * `person`: by the command line, which waits for the answer.
   */
  readonly invokedBy: 'event' | 'workflow' | 'person';
}

/** Why a role may use a wildcard is said once, where the statement is. */
export interface Grant {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Record<string, unknown>;
  /** Required by cdk-nag when an action or a resource holds a wildcard. */
  readonly because?: string;
}

export class PlatformFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;
  private readonly shared: FunctionEnvironment;
  private keyStatement?: iam.PolicyStatement;

  constructor(scope: Construct, handler: string, shared: FunctionEnvironment, props: PlatformFunctionProps) {
    super(scope, handler);
    this.shared = shared;
    const functionName = shared.names.function(handler);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logs.RetentionDays.THREE_MONTHS,
      encryptionKey: shared.key,
      removalPolicy: shared.removal,
    });
    // A role of our own: AWS's managed policy for Lambda allows every log group of the account.
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs ${functionName}`,
    });
    this.allow({
      sid: 'WriteItsLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${shared.names.arn('logs', `log-group:/aws/lambda/${functionName}`)}:*`],
      because: 'Log streams are named by Lambda.',
    });
    const bundle = shared.bundles[handler];
    if (!bundle)
      throw new Error(
        `no handler named "${handler}" in lambdas/; there are: ${Object.keys(shared.bundles).join(', ')}`,
      );
    this.function = new lambda.Function(this, 'Function', {
      functionName,
      description: props.description,
      code: lambda.Code.fromAsset(bundle),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: shared.architecture,
      role: this.role,
      logGroup,
      timeout: props.timeout ?? Duration.minutes(1),
      memorySize: props.memorySize ?? 512,
      layers: props.duckdb ? [shared.duckdbLayer] : [],
      ephemeralStorageSize: props.duckdb?.storage,
      environment: { [ENV.stage]: shared.names.stage, NODE_OPTIONS: '--enable-source-maps' },
      environmentEncryption: shared.key,
    });
    if (props.invokedBy === 'event') this.reportFailures();
  }

  /** Two retries, as AWS does by default; said aloud because every handler relies on it. */
  private reportFailures(): void {
    const { failedInvocations } = this.shared;
    new lambda.CfnEventInvokeConfig(this, 'AsyncInvocation', {
      functionName: this.function.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: Duration.hours(6).toSeconds(),
      destinationConfig: { onFailure: { destination: failedInvocations.queueArn } },
    });
    this.allow({
      sid: 'ReportFailedInvocations',
      actions: ['sqs:SendMessage'],
      resources: [failedInvocations.queueArn],
    });
    // The queue is under the stage's key, and Lambda sends as the function's role: what it cannot encrypt is lost.
    this.allowKey('kms:Decrypt', 'kms:GenerateDataKey');
  }

  /** Adds one statement; see `Grant`. */
  allow(grant: Grant): this {
    this.role.addToPolicy(
      new iam.PolicyStatement({
        sid: grant.sid,
        actions: [...grant.actions],
        resources: [...grant.resources],
        conditions: grant.conditions,
      }),
    );
    if (grant.because) acknowledgeWildcards(this.role, grant, grant.because);
    return this;
  }

  /** Sets an environment variable and adds the statement that makes it useful. */
  bind(variable: string, value: string, grant: Grant): this {
    this.function.addEnvironment(variable, value);
    return this.allow(grant);
  }

  /** What reading (`Decrypt`), writing (`GenerateDataKey`) and sending (both) under the stage's key needs; adds up. */
  allowKey(...actions: ('kms:Decrypt' | 'kms:GenerateDataKey')[]): this {
    if (!this.keyStatement) {
      this.keyStatement = new iam.PolicyStatement({
        sid: 'UseTheStagesKey',
        resources: [this.shared.key.keyArn],
      });
      this.role.addToPolicy(this.keyStatement);
    }
    this.keyStatement.addActions(...actions);
    return this;
  }
}
