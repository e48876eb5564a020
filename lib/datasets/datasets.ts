/** What turns uploads into dataset versions and label files into label records, and what forgets keys. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LABELS_PREFIX } from '../../lambdas/shared/keys.ts';
import { eventRule, objectsUnder } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';
import { Erasure } from './erasure.ts';
import { Ingest, SCAN_MEMORY_MIB, SCAN_STORAGE } from './ingest.ts';

export class Datasets extends Construct {
  readonly ingest: Ingest;
  readonly assemble: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'datasets');
    this.ingest = new Ingest(this, context);
    new Erasure(this, context);

    const labels = new PlatformFunction(this, 'receive-labels', context, {
      description: 'Checks a file of label records and adds it to the catalog',
      invokedBy: 'event',
      timeout: Duration.minutes(15),
      memorySize: SCAN_MEMORY_MIB,
      duckdb: { storage: SCAN_STORAGE },
    });
    bindCatalog(labels, context, 'get', 'query', 'put');
    bindBus(labels, context);
    allowData(labels, context, {
      read: ['labels/*', 'settings/*'],
      write: ['objects/*', 'rejected/*'],
      list: ['labels/*', 'objects/*', 'rejected/*'],
    });
    eventRule(this, 'labels-arrived', context, {
      description: 'An object arrived under labels/',
      pattern: objectsUnder(LABELS_PREFIX, context),
      target: labels,
    });

    this.assemble = new PlatformFunction(this, 'assemble-dataset', context, {
      description: 'Joins label records with captured requests into a new dataset version',
      invokedBy: 'workflow',
      timeout: Duration.minutes(15),
      memorySize: SCAN_MEMORY_MIB,
      duckdb: { storage: SCAN_STORAGE },
    });
    bindCatalog(this.assemble, context, 'get', 'query', 'put');
    bindBus(this.assemble, context);
    allowData(this.assemble, context, {
      // uploads: documents of an upload's commit that this one finds unfinished
      read: [
        'captures/*',
        'objects/*',
        'datasets/*',
        'runs/*',
        'settings/*',
        'tombstones/*',
        'uploads/*/staged/*',
      ],
      write: ['objects/*', 'datasets/*', 'indexes/*'],
      list: ['captures/*', 'objects/*', 'datasets/*', 'uploads/*'],
    });
  }
}
