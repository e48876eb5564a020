/** What turns uploads into dataset versions and label files into label records. */
import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { INCOMING_PREFIX, LABELS_PREFIX } from '../../lambdas/shared/keys.ts';
import { eventRule, objectsUnder } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';

/** Up to about 2 GB are read by one function: the file, DuckDB's spill, and room. */
const SCAN_STORAGE = Size.gibibytes(6);
const SCAN_MEMORY_MIB = 3008;

export class Datasets extends Construct {
  readonly assemble: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'datasets');
    const commit = new PlatformFunction(this, 'commit-upload', context, {
      description: 'Commits an upload: checks it, profiles it, and wins it a version number',
      invokedBy: 'event',
      timeout: Duration.minutes(15),
      memorySize: SCAN_MEMORY_MIB,
      duckdb: { storage: SCAN_STORAGE },
    });
    bindCatalog(commit, context, 'get', 'query', 'put');
    bindBus(commit, context);
    allowData(commit, context, {
      read: ['incoming/*', 'objects/*', 'datasets/*', 'settings/*'],
      write: ['objects/*', 'datasets/*', 'rejected/*'],
      // pending: documents of a commit that lost its race
      delete: ['incoming/*', 'datasets/pending/*'],
      list: ['incoming/*', 'objects/*', 'datasets/*', 'rejected/*'],
    });
    eventRule(this, 'upload-arrived', context, {
      description: 'An object arrived under incoming/',
      pattern: objectsUnder(INCOMING_PREFIX, context),
      target: commit,
    });

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
      read: ['captures/*', 'objects/*', 'datasets/*', 'runs/*', 'settings/*'],
      write: ['objects/*', 'datasets/*'],
      delete: ['datasets/pending/*'],
      list: ['captures/*', 'objects/*', 'datasets/*'],
    });
  }
}
