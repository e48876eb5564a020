/** What runs a training: the handlers of its steps and the workflow. */
import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
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
    allowData(plan, context, { read: ['settings/*', 'datasets/*'] });

    const finish = new PlatformFunction(this, 'finish-run', context, {
      description: 'Records the end of a run, frees the lock and tells the bus',
      invokedBy: 'workflow',
    });
    bindCatalog(finish, context, 'get', 'put');
    bindBus(finish, context);

    this.workflow = trainingPipeline(this, context, { prepare, split, plan, finish, ...props });
  }
}
