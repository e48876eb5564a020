/** The service's collections, and the reads that every operation starts with. */
import { randomUUID } from 'node:crypto';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import type { CodeStore } from './code-store.ts';
import { functionNotFound, preconditionFailed } from './errors.ts';
import { functionArn } from './names.ts';
import type { Pool } from './pool.ts';
import type { FunctionRecord, FunctionVersion, LayerRecord, MappingRecord, QueuedEvent } from './records.ts';

export interface LambdaState {
  readonly cloud: Cloud;
  readonly functions: Collection<FunctionRecord>;
  readonly layers: Collection<LayerRecord>;
  readonly mappings: Collection<MappingRecord>;
  readonly queuedEvents: Collection<QueuedEvent>;
  readonly code: CodeStore;
  readonly pool: Pool;
}

/** @throws AwsError ResourceNotFoundException, naming the ARN with the qualifier that was asked for. */
export function requireFunction(state: LambdaState, name: string, qualifier?: string): FunctionRecord {
  const record = state.functions.get(name);
  if (!record) throw functionNotFound(functionArn(state.cloud, name, qualifier));
  return record;
}

/** @throws AwsError PreconditionFailedException when the caller saw another revision. */
export function checkRevision(
  expected: string | undefined,
  actual: string,
  reader = 'GetFunction/GetAlias',
): void {
  if (expected !== undefined && expected !== actual) throw preconditionFailed(reader);
}

/** Replaces `$LATEST` under a new revision, so that its warm processes are not used again. */
export function putLatest(
  state: LambdaState,
  record: FunctionRecord,
  change: Partial<FunctionVersion>,
): FunctionRecord {
  const latest = {
    ...record.latest,
    ...change,
    revisionId: randomUUID(),
    lastModified: state.cloud.clock.date().toISOString().replace('Z', '+0000'),
  };
  const changed = { ...record, latest };
  state.functions.put(record.name, changed);
  state.pool.retire(record.name);
  return changed;
}
