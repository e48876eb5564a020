/** The ingest workflow: from an upload whose files are listed to a dataset version, or to the reasons why not. */
import { Aws, Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { ShardPass } from '../../lambdas/datasets/scan/contract.ts';
import type { PlatformContext } from '../shared/platform-context.ts';
import type { PlatformFunction } from '../shared/platform-function.ts';
import { HANDLER_RETRY, handlerStep, Workflow } from '../shared/workflow.ts';

export interface IngestSteps {
  readonly plan: PlatformFunction;
  readonly scan: PlatformFunction;
  readonly scanShard: PlatformFunction;
  readonly mergeScan: PlatformFunction;
  readonly commit: PlatformFunction;
  readonly fail: PlatformFunction;
}

/** The execution's input, available in every state: `IngestInput`. */
const INPUT = '{% $states.context.Execution.Input %}';
/** Shards that are read at the same time: of an account's 1,000 concurrent functions few enough to leave the rest alone. */
const CONCURRENT_SHARDS = 40;
/** Four waves of the longest passes, several times: what takes longer hangs. */
const LONGEST_INGEST = Duration.days(1);

export function ingestWorkflow(scope: Construct, context: PlatformContext, steps: IngestSteps): Workflow {
  const recordFailure = handlerStep(scope, 'Record the failure', steps.fail, {
    payload:
      '{% $merge([$states.context.Execution.Input, {"error": $states.input, "execution": $states.context.Execution.Id}]) %}',
  }).next(sfn.Fail.jsonata(scope, 'Failed', { error: 'UploadFailed', cause: '{% $states.input.reason %}' }));
  const orFail = (state: sfn.CustomState): sfn.CustomState => {
    state.addCatch(recordFailure, { errors: ['States.ALL'] });
    return state;
  };
  const step = (
    name: string,
    handler: PlatformFunction,
    payload: Record<string, unknown> | string,
    assign?: string,
  ) =>
    orFail(
      handlerStep(scope, name, handler, {
        payload,
        ...(assign && { assign: { [assign]: '{% $states.result.Payload %}' } }),
      }),
    );
  const merge = (name: string, pass: ShardPass, assign?: string) =>
    step(name, steps.mergeScan, { pass, plan: '{% $plan %}' }, assign);
  const overShards = (name: string, map: Omit<ShardMap, 'handler'>) =>
    orFail(shardMap(scope, name, context, { ...map, handler: steps.scanShard }));

  const plan = step('Plan the scan', steps.plan, INPUT, 'plan');
  const scanUpload = step('Scan the upload', steps.scan, '{% $plan %}', 'scan');
  const commit = step('Commit', steps.commit, '{% $scan %}', 'commit');

  const planned = '{% $plan.shardsKey %}';
  const profiled = '{% $merged.shardsKey %}';
  const look = overShards('Look at the shards', { label: 'Look', pass: 'look', shardsKey: planned });
  const read = overShards('Read the shards', { label: 'Read', pass: 'stage', shardsKey: planned });
  const sample = overShards('Sample the shards', { label: 'Sample', pass: 'sample', shardsKey: profiled });
  const count = overShards('Count the shards', { label: 'Count', pass: 'count', shardsKey: profiled });
  const finishScan = merge('Finish the scan', 'count', 'scan').next(commit);
  look
    .next(merge('Settle the schema', 'look'))
    .next(read)
    .next(merge('Join and check', 'stage', 'merged'))
    .next(
      sfn.Choice.jsonata(scope, 'What is to be profiled?')
        .when(
          sfn.Condition.jsonata('{% $merged.next = "sample" %}'),
          sample.next(merge('Choose the edges', 'sample')).next(count),
        )
        .when(sfn.Condition.jsonata('{% $merged.next = "count" %}'), count)
        .otherwise(finishScan),
    );
  count.next(finishScan);

  commit.next(
    sfn.Choice.jsonata(scope, 'What came of it?')
      // another upload was committed meanwhile, and this one was compared with what was the head before
      .when(sfn.Condition.jsonata('{% $commit.outcome = "stale" %}'), plan)
      .when(
        sfn.Condition.jsonata('{% $commit.outcome = "rejected" %}'),
        sfn.Fail.jsonata(scope, 'Rejected by a check', {
          error: 'UploadRejected',
          cause: '{% $commit.reason %}',
        }),
      )
      .otherwise(sfn.Succeed.jsonata(scope, 'Committed')),
  );
  const definition = plan.next(
    sfn.Choice.jsonata(scope, 'How is it read?')
      .when(sfn.Condition.jsonata('{% $plan.route = "distributed" %}'), look)
      .otherwise(scanUpload.next(commit)),
  );

  const workflow = new Workflow(scope, 'ingest', {
    context,
    definition,
    comment: 'Upload to dataset version',
    timeout: LONGEST_INGEST,
    handlers: Object.values(steps),
  });
  grantDistributedMap(workflow, context);
  return workflow;
}

interface ShardMap {
  /** Part of the ARNs of its executions. */
  readonly label: string;
  readonly pass: ShardPass;
  /** Expression of the key of the list of shards. */
  readonly shardsKey: string;
  readonly handler: PlatformFunction;
}

/** One child execution for each line of a list of shards; what a shard comes to is in S3, not in the state. */
function shardMap(
  scope: Construct,
  name: string,
  context: PlatformContext,
  { label, pass, shardsKey, handler }: ShardMap,
): sfn.CustomState {
  return new sfn.CustomState(scope, name, {
    stateJson: {
      Type: 'Map',
      Label: label,
      MaxConcurrency: CONCURRENT_SHARDS,
      ToleratedFailureCount: 0,
      ItemReader: {
        Resource: `arn:${Aws.PARTITION}:states:::s3:getObject`,
        ReaderConfig: { InputType: 'JSONL' },
        Arguments: { Bucket: dataBucketOfInput(context), Key: shardsKey },
      },
      ItemSelector: { pass, plan: '{% $plan %}', shard: '{% $states.context.Map.Item.Value %}' },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: `${label}: one shard`,
        States: {
          [`${label}: one shard`]: {
            Type: 'Task',
            Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke`,
            Arguments: { FunctionName: handler.function.functionArn, Payload: '{% $states.input %}' },
            Output: {},
            Retry: [HANDLER_RETRY],
            End: true,
          },
        },
      },
      Output: {},
    },
  });
}

/** The data bucket of the project that the execution is for, as an expression: its name is made of the project's. */
function dataBucketOfInput({ names }: PlatformContext): string {
  const name = names.dataBucket('" & $states.context.Execution.Input.project & "');
  return `{% "${name}" %}`;
}

/**
 * A distributed Map starts executions of its own state machine, and reads its items as the workflow.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
function grantDistributedMap(workflow: Workflow, { names, key }: PlatformContext): void {
  const machine = names.stateMachine('ingest');
  workflow
    .allow('RunShards', ['states:StartExecution'], [names.arn('states', `stateMachine:${machine}`)])
    .allow(
      'FollowShards',
      ['states:DescribeExecution', 'states:StopExecution'],
      [names.arn('states', `execution:${machine}:*`)],
    )
    .allow('ReadShardLists', ['s3:GetObject'], [names.dataBucketArn('uploads/*')])
    .allow('DecryptShardLists', ['kms:Decrypt'], [key.keyArn]);
}
