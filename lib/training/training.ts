/** What runs a training: the handlers of its steps and the workflow. */
import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { eventRule } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';
import type { Workflow } from '../shared/workflow.ts';
import { trainingPipeline } from './training-pipeline.ts';

export interface TrainingProps {
  /** Steps that other capabilities own. */
  readonly assemble: PlatformFunction;
  readonly evaluate: PlatformFunction;
  readonly register: PlatformFunction;
}

export class Training extends Construct {
  readonly workflow: Workflow;

  constructor(scope: Construct, context: PlatformContext, props: TrainingProps) {
    super(scope, 'training');
    const prepare = new PlatformFunction(this, 'prepare-run', context, {
      description: 'Records a run and names the dataset version that it trains on',
      invokedBy: 'workflow',
    });
    bindCatalog(prepare, context, 'get', 'put');

    const split = new PlatformFunction(this, 'split-dataset', context, {
      description: 'Splits a dataset version by the hash of its keys',
      invokedBy: 'workflow',
      timeout: Duration.minutes(15),
      memorySize: 3008,
      duckdb: { storage: Size.gibibytes(6) },
    });
    allowData(split, context, {
      read: ['objects/*', 'datasets/*', 'settings/*', 'splits/*', 'tombstones/*'],
      write: ['splits/*'],
      list: ['splits/*'],
    });
    bindCatalog(split, context, 'get');

    const plan = new PlatformFunction(this, 'plan-training', context, {
      description: "Writes the requests of a run's jobs",
      invokedBy: 'workflow',
    });
    bindCatalog(plan, context, 'get', 'put');
    // the listing tells whether an artifact to reuse is still there
    allowData(plan, context, { read: ['settings/*', 'datasets/*'], list: ['runs/*'] });

    const nextAttempt = new PlatformFunction(this, 'next-attempt', context, {
      description: 'Decides whether a failed job of a run is tried again, and when',
      invokedBy: 'workflow',
    });
    bindCatalog(nextAttempt, context, 'get', 'put');
    bindBus(nextAttempt, context);

    const finish = new PlatformFunction(this, 'finish-run', context, {
      description: 'Records the end of a run, frees the lock and tells the bus',
      invokedBy: 'workflow',
    });
    bindCatalog(finish, context, 'get', 'put');
    bindBus(finish, context);

    this.workflow = trainingPipeline(this, context, {
      prepare,
      split,
      plan,
      nextAttempt,
      finish,
      ...props,
    });
    this.settleAborted(context);
  }

  /** A run that a person stops, or that lasts too long, ends outside of its own steps: its record and its lock end here. */
  private settleAborted(context: PlatformContext): void {
    const settle = new PlatformFunction(this, 'settle-run', context, {
      description: 'Records the end of a run that was stopped from outside, and frees the lock',
      invokedBy: 'event',
    });
    bindCatalog(settle, context, 'get', 'put');
    bindBus(settle, context);
    eventRule(this, 'run-ended', context, {
      description: 'Executions of the training workflow that ended without success',
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [this.workflow.stateMachine.stateMachineArn],
          status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
        },
      },
      target: settle,
    });
  }
}
