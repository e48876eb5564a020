/** Reads an operation's input from a request and writes its output as an answer, in the request's protocol. */
import { cbor } from '@smithy/core/cbor';
import type { HttpRequest } from './http-request.ts';
import type { Shape } from './model.ts';
import { readQuery } from './query-codec.ts';
import type { ResolvedRequest } from './resolve.ts';
import { readRest, type WireResponse, writeRest } from './rest-codec.ts';
import { ShapeError } from './shape-error.ts';
import { readTree, writeTree } from './tree-codec.ts';
import { element, writeXmlMembers } from './xml-codec.ts';

/** The SDK-typed input. @throws ShapeError, AwsError */
export async function readInput(request: HttpRequest, resolved: ResolvedRequest): Promise<object> {
  const { operation, protocol, model } = resolved;
  switch (protocol) {
    case 'json-1.0':
    case 'json-1.1':
      return readTree(operation.input, parseJson(await request.body())) as object;
    case 'cbor': {
      const body = await request.body();
      return readTree(operation.input, parseCbor(body)) as object;
    }
    case 'query':
      return readQuery(operation.input, resolved.parameters ?? new URLSearchParams());
    default: {
      let input: Record<string, unknown> = {};
      const stream = () =>
        request.shortBody() ?? request.stream((trailers) => addTrailers(operation.input, input, trailers));
      const { query, headers } = request;
      input = await readRest(model, operation, {
        labels: resolved.labels,
        query,
        headers,
        body: request.body,
        stream,
      });
      return input;
    }
  }
}

/** The answer for an output. */
export function writeOutput(resolved: ResolvedRequest, output: unknown, requestId: string): WireResponse {
  const { operation, protocol, model } = resolved;
  const value = (output ?? {}) as Record<string, unknown>;
  switch (protocol) {
    case 'json-1.0':
    case 'json-1.1': {
      const body = JSON.stringify(writeTree(operation.output, value, 'json') ?? {});
      return { status: 200, headers: { 'content-type': `application/x-amz-${protocol}` }, body };
    }
    case 'cbor': {
      const body = Buffer.from(cbor.serialize(writeTree(operation.output, value, 'cbor') ?? {}));
      return {
        status: 200,
        headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
        body,
      };
    }
    case 'query':
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: queryBody(resolved, value, requestId),
      };
    default:
      return writeRest(model, operation, value);
  }
}

function queryBody(
  { operation, model }: ResolvedRequest,
  value: Record<string, unknown>,
  requestId: string,
): string {
  const { name, output } = operation;
  const result = output.isUnitSchema() ? '' : element(`${name}Result`, writeXmlMembers(output, value));
  const metadata = element('ResponseMetadata', element('RequestId', requestId));
  return element(`${name}Response`, result + metadata, ` xmlns="${model.wire.xmlNamespace}"`);
}

/** Sets the members whose headers came as trailers, for example `ChecksumCRC32`, once the body has been read. */
function addTrailers(
  shape: Shape,
  input: Record<string, unknown>,
  trailers: ReadonlyMap<string, string>,
): void {
  for (const [name, member] of shape.structIterator()) {
    const header = (member.getMergedTraits() as { httpHeader?: string }).httpHeader?.toLowerCase();
    const value = header === undefined ? undefined : trailers.get(header);
    if (value !== undefined) input[name] = value;
  }
}

function parseCbor(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return cbor.deserialize(body);
  } catch {
    throw new ShapeError('serialization', 'The request body is not valid CBOR');
  }
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ShapeError('serialization', 'The request body is not valid JSON');
  }
}
