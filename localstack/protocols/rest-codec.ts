/** Reads REST requests and writes REST answers by the SDK's HTTP bindings, with JSON or XML bodies. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { type OperationModel, requiredCount, type ServiceModel, type Shape } from './model.ts';
import { formatScalar, parseScalar, TIMESTAMP } from './scalars.ts';
import { missingMembers, ShapeError } from './shape-error.ts';
import { readTree, writeTree } from './tree-codec.ts';
import { element, escapeXml, readXml, writeXmlMembers } from './xml-codec.ts';

/** Operations that answer 204 where the model says 200, as AWS's examples and recorded answers have it. */
const NO_CONTENT = ['s3 PutBucketPolicy', 's3 PutBucketTagging'];

interface HttpTraits {
  readonly httpLabel?: number;
  readonly httpQuery?: string;
  readonly httpQueryParams?: number;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: number;
  readonly httpResponseCode?: number;
  readonly xmlName?: string;
}

export interface RestInput {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The whole body, unless the operation streams it. */
  readonly body: () => Promise<Buffer>;
  /** The decoded body as it arrives, or whole when it is short. */
  readonly stream: () => Readable | Promise<Buffer>;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer | string | Readable | undefined;
}

/** The SDK-typed input of a REST request. @throws ShapeError when it does not fit its shapes */
export async function readRest(
  model: ServiceModel,
  operation: OperationModel,
  request: RestInput,
): Promise<Record<string, unknown>> {
  const shape = operation.input;
  const input: Record<string, unknown> = {};
  if (shape.isUnitSchema()) return input;
  let payload: [string, Shape] | undefined;
  let hasBodyMembers = false;
  for (const [name, member] of shape.structIterator()) {
    const traits = traitsOf(member);
    if (traits.httpPayload) payload = [name, member];
    else if (isBound(traits)) readBinding(input, name, member, traits, request);
    else hasBodyMembers = true;
  }
  if (payload) await readPayload(model, input, payload, request);
  else if (hasBodyMembers) await readBody(model, shape, input, request);
  requireMembers(shape, input);
  return input;
}

function readBinding(
  input: Record<string, unknown>,
  name: string,
  member: Shape,
  traits: HttpTraits,
  request: RestInput,
): void {
  if (traits.httpLabel) {
    const label = request.labels[name];
    if (label !== undefined) input[name] = parseScalar(member, label, name);
  } else if (traits.httpQuery) {
    const values = request.query.getAll(traits.httpQuery);
    if (values.length === 0) return;
    input[name] = member.isListSchema()
      ? values.map((each) => parseScalar(member.getValueSchema(), each, name))
      : parseScalar(member, values[0]!, name);
  } else if (traits.httpQueryParams) {
    input[name] = Object.fromEntries(request.query);
  } else if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase();
    const entries = Object.entries(request.headers).filter(([header]) => header.startsWith(prefix));
    if (entries.length > 0) {
      input[name] = Object.fromEntries(
        entries.map(([header, value]) => [header.slice(prefix.length), String(value)]),
      );
    }
  } else if (traits.httpHeader) {
    const value = request.headers[traits.httpHeader.toLowerCase()];
    if (value === undefined) return;
    const text = Array.isArray(value) ? value.join(',') : value;
    input[name] = member.isListSchema()
      ? text.split(',').map((each) => parseScalar(member.getValueSchema(), each.trim(), name))
      : parseScalar(member, text, name);
  }
}

async function readPayload(
  model: ServiceModel,
  input: Record<string, unknown>,
  [name, member]: [string, Shape],
  request: RestInput,
): Promise<void> {
  if (member.isStreaming()) {
    if (member.isStructSchema()) throw new NotImplementedByLocalCloud('event streams');
    input[name] = await request.stream();
    return;
  }
  const body = await request.body();
  if (member.isBlobSchema()) input[name] = new Uint8Array(body);
  else if (member.isStringSchema()) input[name] = body.toString('utf8');
  else if (body.length > 0) {
    checkMd5(request.headers['content-md5'], body);
    input[name] =
      model.wire.rest === 'xml' ? readXml(member, body.toString('utf8')) : readTree(member, parseJson(body));
  }
}

async function readBody(
  model: ServiceModel,
  shape: Shape,
  input: Record<string, unknown>,
  request: RestInput,
): Promise<void> {
  const body = await request.body();
  if (body.length === 0) return;
  if (model.wire.rest === 'xml') {
    Object.assign(input, readXml(shape, body.toString('utf8')));
    return;
  }
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null)
    throw new ShapeError('serialization', 'the body must be an object');
  // bound members are added so that the required ones among them count as present
  Object.assign(input, readTree(shape, { ...json, ...input }) as object);
}

function requireMembers(shape: Shape, input: Readonly<Record<string, unknown>>): void {
  const required = [...shape.structIterator()].slice(0, requiredCount(shape));
  const missing = required.filter(
    ([name, member]) => input[name] === undefined && !member.isIdempotencyToken(),
  );
  if (missing.length > 0) throw missingMembers(missing.map(([name]) => name));
}

/** The HTTP answer of an SDK-typed output. */
export function writeRest(
  model: ServiceModel,
  operation: OperationModel,
  output: Readonly<Record<string, unknown>>,
): WireResponse {
  const shape = operation.output;
  const headers: Record<string, string> = {};
  let status = NO_CONTENT.includes(`${model.wire.name} ${operation.name}`)
    ? 204
    : (operation.http?.status ?? 200);
  if (shape.isUnitSchema()) return { status, headers, body: undefined };
  let payload: [string, Shape] | undefined;
  const bodyMembers: string[] = [];
  for (const [name, member] of shape.structIterator()) {
    const traits = traitsOf(member);
    const value = output[name];
    if (traits.httpPayload) payload = [name, member];
    else if (!isBound(traits)) bodyMembers.push(name);
    else if (value === undefined || value === null) continue;
    else if (traits.httpResponseCode) status = Number(value);
    else if (traits.httpHeader) headers[traits.httpHeader.toLowerCase()] = headerText(member, value);
    else if (traits.httpPrefixHeaders !== undefined) {
      for (const [key, each] of Object.entries(value)) headers[traits.httpPrefixHeaders + key] = String(each);
    }
  }
  // the status of a partial answer is modelled nowhere
  if (model.wire.name === 's3' && headers['content-range'] !== undefined) status = 206;
  if (payload) return writePayload(model, payload, output, { status, headers });
  if (bodyMembers.length === 0) return { status, headers, body: undefined };
  return { status, headers, body: writeBody(model, shape, output, bodyMembers, headers) };
}

function writeBody(
  model: ServiceModel,
  shape: Shape,
  output: Readonly<Record<string, unknown>>,
  bodyMembers: readonly string[],
  headers: Record<string, string>,
): string {
  if (model.wire.rest === 'xml') {
    headers['content-type'] = 'application/xml';
    const root = traitsOf(shape).xmlName ?? shape.getName() ?? 'Response';
    // this one answer has its only member as the text of its root
    const content =
      shape.getName() === 'GetBucketLocationOutput'
        ? escapeXml(String(output.LocationConstraint ?? ''))
        : writeXmlMembers(shape, output);
    return xmlDocument(root, content, model.wire.xmlNamespace);
  }
  headers['content-type'] = 'application/json';
  const body = Object.fromEntries(bodyMembers.map((name) => [name, output[name]]));
  return JSON.stringify(writeTree(shape, body, 'json'));
}

function writePayload(
  model: ServiceModel,
  [name, member]: [string, Shape],
  output: Readonly<Record<string, unknown>>,
  response: { status: number; headers: Record<string, string> },
): WireResponse {
  const value = output[name];
  if (value === undefined || value === null) return { ...response, body: undefined };
  if (value instanceof Readable || typeof value === 'string') return { ...response, body: value };
  if (value instanceof Uint8Array)
    return { ...response, body: Buffer.from(value.buffer, value.byteOffset, value.length) };
  if (model.wire.rest === 'xml') {
    response.headers['content-type'] = 'application/xml';
    const root = traitsOf(member).xmlName ?? member.getName() ?? name;
    const content = writeXmlMembers(member, value as Record<string, unknown>);
    return { ...response, body: xmlDocument(root, content, model.wire.xmlNamespace) };
  }
  response.headers['content-type'] = 'application/json';
  return { ...response, body: JSON.stringify(writeTree(member, value, 'json')) };
}

function xmlDocument(root: string, content: string, namespace: string | undefined): string {
  const attributes = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, content, attributes)}`;
}

function headerText(member: Shape, value: unknown): string {
  if (member.isListSchema()) {
    const item = member.getValueSchema();
    return (value as unknown[]).map((each) => formatScalar(item, each, TIMESTAMP.httpDate)).join(',');
  }
  return formatScalar(member, value, TIMESTAMP.httpDate);
}

function isBound(traits: HttpTraits): boolean {
  return (
    traits.httpLabel !== undefined ||
    traits.httpQuery !== undefined ||
    traits.httpQueryParams !== undefined ||
    traits.httpHeader !== undefined ||
    traits.httpPrefixHeaders !== undefined ||
    traits.httpResponseCode !== undefined
  );
}

function traitsOf(shape: Shape): HttpTraits {
  return shape.getMergedTraits() as HttpTraits;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ShapeError('serialization', 'Could not parse request body into json');
  }
}

function checkMd5(header: string | string[] | undefined, body: Buffer): void {
  if (header === undefined) return;
  if (createHash('md5').update(body).digest('base64') !== header) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}
