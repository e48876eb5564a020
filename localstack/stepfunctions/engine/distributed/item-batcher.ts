/** ItemBatcher: several items in the input of one child execution. */
import type { ItemBatcher } from '../../definition/asl.ts';
import { type Json, type JsonObject, PAYLOAD_LIMIT_BYTES } from '../../json.ts';
import type { ChildInput } from '../../map-run-model.ts';
import { integerOption, type Visit } from '../visit.ts';

/** A batcher whose fields have been evaluated. */
export interface PreparedBatcher {
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly batchInput: Json | undefined;
}

/** Evaluates a batcher's fields. @throws StateFailure as for the state's own fields */
export async function prepareBatcher(visit: Visit, batcher: ItemBatcher): Promise<PreparedBatcher> {
  const fields = batcher as JsonObject;
  const { BatchInput } = batcher;
  return {
    maxItems: (await integerOption(visit, 'MaxItemsPerBatch', fields)) ?? Number.POSITIVE_INFINITY,
    maxBytes: (await integerOption(visit, 'MaxInputBytesPerBatch', fields)) ?? PAYLOAD_LIMIT_BYTES,
    batchInput: BatchInput && (await visit.io.itemTemplate(BatchInput, 'ItemBatcher/BatchInput')),
  };
}

/** One input for each item. */
export function singly(items: readonly Json[]): ChildInput[] {
  return items.map((item) => ({ input: JSON.stringify(item), itemCount: 1 }));
}

/** Inputs of as many items as the limits allow, at least one each, in the order of the items. */
export function inBatches(items: readonly Json[], batcher: PreparedBatcher): ChildInput[] {
  const { maxItems, maxBytes, batchInput } = batcher;
  const head = batchInput === undefined ? '{' : `{"BatchInput":${JSON.stringify(batchInput)},`;
  const overhead = Buffer.byteLength(`${head}"Items":[]}`);
  const batches: ChildInput[] = [];
  let texts: string[] = [];
  let bytes = overhead;

  function close(): void {
    if (texts.length === 0) return;
    batches.push({ input: `${head}"Items":[${texts.join(',')}]}`, itemCount: texts.length });
    texts = [];
    bytes = overhead;
  }

  for (const item of items) {
    const text = JSON.stringify(item);
    const size = Buffer.byteLength(text) + (texts.length > 0 ? 1 : 0);
    if (texts.length >= maxItems || bytes + size > maxBytes) close();
    texts.push(text);
    bytes += Buffer.byteLength(text) + (texts.length > 1 ? 1 : 0);
  }
  close();
  return batches;
}
