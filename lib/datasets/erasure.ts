/** What lets a person have keys forgotten. */
import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';
import { allowFinishing } from './allow-finishing.ts';

/** Files without an index are read one after the other. */
const STORAGE = Size.gibibytes(6);
const MEMORY_MIB = 3008;

export class Erasure extends Construct {
  /** Called directly: who may call it decides what is forgotten, so no role here is given that right. */
  readonly forget: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'erasure');
    this.forget = new PlatformFunction(this, 'forget-keys', context, {
      description: 'Puts keys on the list of those to forget, and finds what still holds their rows',
      invokedBy: 'person',
      timeout: Duration.minutes(15),
      memorySize: MEMORY_MIB,
      duckdb: { storage: STORAGE },
    });
    // a version whose commit is under way may hold the keys, and is looked at, too
    allowFinishing(
      this.forget,
      context,
      {
        read: ['objects/*', 'indexes/*', 'tombstones/*'],
        write: ['tombstones/*'],
        // to tell what an earlier erasure removed from what must not be read
        list: ['indexes/*', 'objects/*'],
      },
      'query',
    );
  }
}
