/** SDK-typed inputs and outputs of any operation as plain JSON, for services that call others by name. */
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import { loadModel, type OperationModel } from './model.ts';
import { type ReadOptions, readTree, writeTree } from './tree-codec.ts';

/**
 * The SDK-typed input of an operation, from JSON with the API's member names (dates as ISO text or epoch seconds,
 * bytes as base64). @throws ShapeError on unknown, mistyped or missing members
 */
export async function inputFromJson(
  service: string,
  operation: string,
  json: unknown,
  options: ReadOptions = {},
): Promise<object> {
  const model = await operationModel(service, operation);
  return readTree(model.input, json ?? {}, options) as object;
}

/** The output of an operation as JSON: dates as epoch seconds, bytes as base64. */
export async function outputToJson(
  service: string,
  operation: string,
  output: unknown,
): Promise<Record<string, unknown>> {
  const model = await operationModel(service, operation);
  return (writeTree(model.output, output ?? {}, 'json') ?? {}) as Record<string, unknown>;
}

async function operationModel(service: string, operation: string): Promise<OperationModel> {
  const model = (await loadModel(service)).operations.get(operation);
  if (!model) throw new NotImplementedByLocalCloud(`${service} ${operation}`);
  return model;
}
