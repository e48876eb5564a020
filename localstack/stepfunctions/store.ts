/** The durable state of the service. */
import { join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { MapRunStore } from './engine/distributed/map-runs.ts';
import { type HistoryStore, openHistoryStore } from './engine/history.ts';
import type { MapRunRecord } from './map-run-model.ts';
import type { Checkpoint, ExecutionRecord, MachineRevision, Place, StateMachineRecord } from './model.ts';

/** Everything that is kept. */
export interface Store {
  readonly machines: Collection<StateMachineRecord>;
  /** By `revisionKey`; executions run the revision with which they started. */
  readonly revisions: Collection<MachineRevision>;
  readonly executions: Collection<ExecutionRecord>;
  /** Of running executions, by ARN. */
  readonly checkpoints: Collection<Checkpoint>;
  /** Where executions stood that ended without success, by ARN. */
  readonly places: Collection<Place>;
  readonly mapRuns: MapRunStore;
  readonly histories: HistoryStore;
}

/** Opens the state kept in the cloud's data directory. */
export function openStore(cloud: Cloud): Store {
  return {
    machines: cloud.collection('states', 'state-machines'),
    revisions: cloud.collection('states', 'revisions'),
    executions: cloud.collection('states', 'executions'),
    checkpoints: cloud.collection('states', 'checkpoints'),
    places: cloud.collection('states', 'places'),
    mapRuns: {
      runs: cloud.collection('states', 'map-runs'),
      inputs: cloud.collection('states', 'map-run-inputs'),
    },
    histories: openHistoryStore(join(cloud.directory('states'), 'histories')),
  };
}

/** @throws AwsError StateMachineDoesNotExist, InvalidArn; NotImplementedByLocalCloud for a version or an alias */
export function requireMachine(store: Store, arn: string): StateMachineRecord {
  const machine = store.machines.get(arn);
  if (machine) return machine;
  const parts = arn.split(':');
  if (parts[5] !== 'stateMachine' || parts.length < 7) {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
  if (parts.length > 7) throw new NotImplementedByLocalCloud('versions and aliases of state machines');
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** @throws AwsError ResourceNotFound, InvalidArn */
export function requireMapRun(store: Store, arn: string): MapRunRecord {
  const run = store.mapRuns.runs.get(arn);
  if (run) return run;
  if (arn.split(':')[5] !== 'mapRun') {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
  throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
}

/** @throws AwsError ExecutionDoesNotExist, InvalidArn */
export function requireExecution(store: Store, arn: string): ExecutionRecord {
  const execution = store.executions.get(arn);
  if (execution) return execution;
  if (!['execution', 'express'].includes(arn.split(':')[5] ?? '')) {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}
