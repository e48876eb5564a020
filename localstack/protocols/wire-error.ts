/** Writes errors in each protocol's format. */
import { cbor } from '@smithy/core/cbor';
import { AwsError } from '../core/errors.ts';
import { mismatchMessage } from './mismatch.ts';
import type { ErrorModel, ServiceModel } from './model.ts';
import type { WireResponse } from './rest-codec.ts';
import { ShapeError } from './shape-error.ts';
import { writeTree } from './tree-codec.ts';
import { element, escapeXml, writeXmlMembers } from './xml-codec.ts';

export type Protocol = 'json-1.0' | 'json-1.1' | 'query' | 'cbor' | 'rest-json' | 'rest-xml';

/** What a thrown value is to a client: an AwsError as it is, a shape error with the service's code, anything else a 500. */
export function toAwsError(error: unknown, model: ServiceModel | undefined): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof ShapeError) {
    const isQuery = model?.wire.xmlNamespace !== undefined;
    const code =
      error.kind === 'serialization' && !isQuery
        ? 'SerializationException'
        : (model?.wire.validationCode ?? 'ValidationException');
    return new AwsError(
      model?.wire.name === 's3' ? s3ShapeCode(error) : code,
      shapeMessage(error, code, model),
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new AwsError('InternalFailure', `the local cloud failed: ${message}`, { status: 500, cause: error });
}

/** JSON services word a wrong type for themselves; the others are told which member it was. */
function shapeMessage(error: ShapeError, code: string, model: ServiceModel | undefined): string {
  if (!error.mismatch || code !== 'SerializationException') return error.message;
  if (model?.wire.name === 'dynamodb') return mismatchMessage(error.mismatch, 'dynamodb');
  return mismatchMessage(error.mismatch, model?.wire.rest ? 'rest' : 'json');
}

/** The HTTP answer for an error in the protocol that the request came in. */
export function writeError(
  error: AwsError,
  protocol: Protocol,
  model: ServiceModel | undefined,
  requestId: string,
): WireResponse {
  const known = model?.errors.get(error.code);
  const status = error.status === 400 ? modelledStatus(known, protocol) : error.status;
  const fault = known?.fault ?? (status < 500 ? 'client' : 'server');
  const shapeName = known?.shapeName ?? model?.wire.errorShapes?.[error.code] ?? error.code;
  const queryCode = known?.queryCode ?? error.code;
  const compatibility = `${queryCode};${fault === 'client' ? 'Sender' : 'Receiver'}`;
  switch (protocol) {
    case 'query':
      return xmlResponse(status, queryErrorBody(error, queryCode, fault, known, model, requestId));
    case 'rest-xml':
      return xmlResponse(status, s3ErrorBody(error, queryCode, requestId));
    case 'cbor': {
      const body = { __type: shapeName, ...errorMembers(error, known, 'cbor') };
      const headers = {
        'content-type': 'application/cbor',
        'smithy-protocol': 'rpc-v2-cbor',
        'x-amzn-query-error': compatibility,
      };
      return { status, headers, body: Buffer.from(cbor.serialize(body)) };
    }
    default: {
      const type = (model?.wire.errorNamespace ?? '') + shapeName;
      const members = errorMembers(error, known, 'json');
      const headers: Record<string, string> = {
        'content-type': protocol === 'rest-json' ? 'application/json' : `application/x-amz-${protocol}`,
        'x-amzn-errortype': shapeName,
      };
      if (queryCode !== shapeName) headers['x-amzn-query-error'] = compatibility;
      return {
        status,
        headers,
        body: JSON.stringify(protocol === 'rest-json' ? members : { __type: type, ...members }),
      };
    }
  }
}

/** JSON-RPC services answer 400 and 500 only, whatever their model says. */
function modelledStatus(known: ErrorModel | undefined, protocol: Protocol): number {
  if (protocol === 'json-1.0' || protocol === 'json-1.1') return known?.fault === 'server' ? 500 : 400;
  return known?.status ?? 400;
}

/** The error's members under the names of its shape: some services say `message`, some `Message`. */
function errorMembers(error: AwsError, known: ErrorModel | undefined, format: 'json' | 'cbor'): object {
  const modelled = known ? [...known.shape.structIterator()].map(([name]) => name) : [];
  const messageName = modelled.includes('Message') ? 'Message' : 'message';
  const fields = known ? (writeTree(known.shape, error.fields, format) as object) : error.fields;
  const type = modelled.includes('Type') && !('Type' in error.fields) ? { Type: 'User' } : {};
  return { ...type, [messageName]: error.message, ...fields };
}

function queryErrorBody(
  error: AwsError,
  code: string,
  fault: 'client' | 'server',
  known: ErrorModel | undefined,
  model: ServiceModel | undefined,
  requestId: string,
): string {
  const namespace = model?.wire.xmlNamespace ? ` xmlns="${model.wire.xmlNamespace}"` : '';
  const content =
    element('Type', fault === 'client' ? 'Sender' : 'Receiver') +
    element('Code', escapeXml(code)) +
    element('Message', escapeXml(error.message)) +
    (known ? writeXmlMembers(known.shape, error.fields) : '');
  return element('ErrorResponse', element('Error', content) + element('RequestId', requestId), namespace);
}

function s3ErrorBody(error: AwsError, code: string, requestId: string): string {
  const fields = Object.entries(error.fields)
    .map(([name, value]) => element(name, escapeXml(String(value))))
    .join('');
  const content =
    element('Code', escapeXml(code)) +
    element('Message', escapeXml(error.message)) +
    fields +
    element('RequestId', requestId);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', `${content}<HostId>local</HostId>`)}`;
}

function xmlResponse(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': status === 304 ? '' : 'text/xml' }, body };
}

function s3ShapeCode(error: ShapeError): string {
  return error.kind === 'serialization' || error.message.startsWith('Unknown')
    ? 'MalformedXML'
    : 'InvalidRequest';
}
