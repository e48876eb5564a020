/** AWS Lambda: functions in warm Node.js processes under their own roles. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { createAsyncInvoker } from './async-invoke.ts';
import { createCodeStore } from './code-store.ts';
import { concurrencyOperations } from './concurrency.ts';
import { eventInvokeOperations } from './event-invoke-config.ts';
import { mappingOperations } from './event-source-mappings.ts';
import { createExecutor } from './execute.ts';
import { functionOperations } from './functions.ts';
import { accessRequests } from './iam.ts';
import { invokeOperations } from './invoke.ts';
import { layerOperations } from './layers.ts';
import { policyOperations } from './policies.ts';
import { createPool, type PoolOptions } from './pool.ts';
import { createSqsPoller } from './sqs-poller.ts';
import type { LambdaState } from './state.ts';
import { tagOperations } from './tags.ts';
import { versionOperations } from './versions.ts';

/** The service. `poolOptions` limit its processes. */
export function createLambdaService(cloud: Cloud, poolOptions: PoolOptions = {}): Service {
  const state: LambdaState = {
    cloud,
    functions: cloud.collection('lambda', 'functions'),
    layers: cloud.collection('lambda', 'layers'),
    mappings: cloud.collection('lambda', 'event-source-mappings'),
    queuedEvents: cloud.collection('lambda', 'queued-events'),
    code: createCodeStore(cloud),
    pool: createPool(poolOptions),
  };
  const executor = createExecutor(state);
  const asyncInvoker = createAsyncInvoker(state, executor);
  const poller = createSqsPoller(state, executor);

  return {
    name: 'lambda',
    operations: {
      ...functionOperations(state),
      ...concurrencyOperations(state),
      ...tagOperations(state),
      ...versionOperations(state),
      ...layerOperations(state),
      ...policyOperations(state),
      ...eventInvokeOperations(state),
      ...invokeOperations(state, executor, asyncInvoker),
      ...mappingOperations(state, poller),
    },
    authorize: (operation, input) => accessRequests(state, operation, input),
    async start() {
      const temporary = join(cloud.directory('lambda'), 'tmp');
      rmSync(temporary, { recursive: true, force: true });
      mkdirSync(temporary, { recursive: true });
      asyncInvoker.start();
      poller.refresh();
    },
    async stop() {
      asyncInvoker.stop();
      poller.stop();
      await state.pool.stop();
    },
  };
}
