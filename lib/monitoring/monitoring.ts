/** What judges windows of captured predictions. */
import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { publishMetrics } from '../deployment/deployment.ts';
import { domainEvents, eventRule } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';

export class Monitoring extends Construct {
  readonly run: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'monitoring');
    this.run = new PlatformFunction(this, 'run-monitor', context, {
      description: 'Judges windows of captured predictions against the baseline of the model that answered',
      invokedBy: 'event',
      timeout: Duration.minutes(15),
      memorySize: 3008,
      duckdb: { storage: Size.gibibytes(6) },
    });
    bindCatalog(this.run, context, 'get', 'query', 'put');
    bindBus(this.run, context);
    allowData(this.run, context, {
      read: ['captures/*', 'objects/*', 'runs/*', 'settings/*', 'tombstones/*'],
      write: ['monitors/*'],
      list: ['captures/*'],
    });
    this.run.allow(publishMetrics()).allow({
      sid: 'ReadTraffic',
      actions: ['cloudwatch:GetMetricData'],
      resources: ['*'],
      because: 'GetMetricData has no resource type and no condition that narrows it.',
    });
    eventRule(this, 'monitor-requested', context, {
      description: 'A person asked for a judgement',
      eventBus: context.bus,
      pattern: domainEvents('MonitorRequested'),
      target: this.run,
    });
  }
}
