/** The Invoke operation: checks the request, then runs the function or queues the event. */
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { Operation } from '../core/service.ts';
import type { AsyncInvoker } from './async-invoke.ts';
import { invalidParameter, invalidRequestContent, requestTooLarge } from './errors.ts';
import type { Executor } from './execute.ts';
import { parseFunctionName, resolveVersion } from './names.ts';
import { type LambdaState, requireFunction } from './state.ts';

const LARGEST_SYNC_BYTES = 6_291_456;
/** Raised by AWS from 256 KB in October 2025. */
const LARGEST_ASYNC_BYTES = 1_048_576;

/** The payload as JSON text; nothing at all becomes an empty object, as on AWS. */
function readPayload(input: InvokeCommandInput, limitBytes: number): string {
  const bytes = Buffer.from((input.Payload ?? '') as Uint8Array);
  if (bytes.length > limitBytes) throw requestTooLarge(limitBytes);
  const text = bytes.length === 0 ? '{}' : bytes.toString('utf8');
  try {
    JSON.parse(text);
  } catch (error) {
    throw invalidRequestContent((error as Error).message);
  }
  return text;
}

function readClientContext(encoded: string | undefined): unknown {
  if (!encoded) return undefined;
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw invalidRequestContent('Client context must be valid Base64-encoded JSON object.');
  }
}

/** Table with the Invoke operation. */
export function invokeOperations(
  state: LambdaState,
  executor: Executor,
  asyncInvoker: AsyncInvoker,
): Record<string, Operation> {
  const Invoke: Operation<InvokeCommandInput, Omit<InvokeCommandOutput, '$metadata'>> = async (
    input,
    call,
  ) => {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = requireFunction(state, name, qualifier);
    const version = resolveVersion(record, qualifier);
    const type = input.InvocationType ?? 'RequestResponse';
    const payload = readPayload(input, type === 'Event' ? LARGEST_ASYNC_BYTES : LARGEST_SYNC_BYTES);
    const clientContext = readClientContext(input.ClientContext);

    if (type === 'DryRun') return { StatusCode: 204 };
    if (type === 'Event') {
      asyncInvoker.accept(call.requestId, { name, qualifier, payload });
      return { StatusCode: 202 };
    }
    if (type !== 'RequestResponse') throw invalidParameter(`Invalid invocation type: ${type}`);

    const execution = await executor.execute({
      record,
      version,
      invokedArn: qualifier === undefined ? record.arn : `${record.arn}:${qualifier}`,
      requestId: call.requestId,
      payload,
      clientContext,
    });
    return {
      StatusCode: 200,
      ExecutedVersion: execution.executedVersion,
      Payload: Buffer.from(execution.payload) as never,
      ...(execution.failed && { FunctionError: 'Unhandled' }),
      ...(input.LogType === 'Tail' && { LogResult: execution.logTail }),
    };
  };
  return { Invoke };
}
