/** What judges a run: metrics with intervals, and the gates. */
import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { allowData, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';

export class Evaluation extends Construct {
  readonly evaluate: PlatformFunction;

  /** @param customGates ARNs of the functions that projects judge their runs by. */
  constructor(scope: Construct, context: PlatformContext, customGates: readonly string[]) {
    super(scope, 'evaluation');
    this.evaluate = new PlatformFunction(this, 'evaluate-run', context, {
      description: 'Scores challenger and champion on the same holdout and judges the gates',
      invokedBy: 'workflow',
      timeout: Duration.minutes(15),
      memorySize: 3008,
      duckdb: { storage: Size.gibibytes(6) },
    });
    bindCatalog(this.evaluate, context, 'get', 'put');
    allowData(this.evaluate, context, {
      read: ['runs/*', 'splits/*', 'datasets/*', 'settings/*'],
      write: ['runs/*'],
      list: ['runs/*'],
    });
    if (customGates.length > 0) {
      this.evaluate.allow({
        sid: 'AskCustomGates',
        actions: ['lambda:InvokeFunction'],
        resources: [...new Set(customGates)],
      });
    }
  }
}
