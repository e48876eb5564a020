/** The Invoke operation: checks the request, then runs the function or queues the event. */
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Operation } from '../core/service.ts';
import type { AsyncInvoker } from './async-invoke.ts';
import { invalidRequestContent, LARGEST_ASYNC_BYTES, LARGEST_SYNC_BYTES, requestTooLarge } from './errors.ts';
import type { Executor } from './execute.ts';
import { parseFunctionName, resolveVersion } from './names.ts';
import { type LambdaState, requireFunction } from './state.ts';
import { checkEnum, INVOKED_NAME_PATTERN } from './validation.ts';

/** The payload as JSON text; nothing at all becomes an empty object, as on AWS. */
function readPayload(input: InvokeCommandInput, isAsync: boolean): string {
  const bytes = Buffer.from((input.Payload ?? '') as Uint8Array);
  if (bytes.length > (isAsync ? LARGEST_ASYNC_BYTES : LARGEST_SYNC_BYTES)) {
    throw requestTooLarge(bytes.length, isAsync);
  }
  if (bytes.length === 0) return '{}';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    JSON.parse(text);
    return text;
  } catch (error) {
    throw invalidRequestContent(
      `Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`,
    );
  }
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
    refuseMembers('lambda Invoke', input, ['DurableExecutionName', 'TenantId']);
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier, INVOKED_NAME_PATTERN);
    const record = requireFunction(state, name, qualifier);
    const version = resolveVersion(record, qualifier);
    const type = input.InvocationType ?? 'RequestResponse';
    checkEnum('invocationType', type, ['Event', 'RequestResponse', 'DryRun']);
    const payload = readPayload(input, type === 'Event');
    const clientContext = readClientContext(input.ClientContext);

    if (type === 'DryRun') return { StatusCode: 204 };
    if (type === 'Event') {
      asyncInvoker.accept(call.requestId, { name, qualifier, payload });
      return { StatusCode: 202 };
    }

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
      ...(input.LogType === 'Tail' && { LogResult: execution.logTail() }),
    };
  };
  return { Invoke };
}
