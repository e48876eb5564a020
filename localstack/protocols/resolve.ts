/** Finds which operation of which service a request asks for, and in which protocol it is to be answered. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { wireOf, wireOfTarget } from './clients.ts';
import type { HttpRequest } from './http-request.ts';
import { loadModel, type OperationModel, type ServiceModel } from './model.ts';
import type { AnySignature } from './signature/read-signature.ts';
import type { Protocol } from './wire-error.ts';

export interface ResolvedRequest {
  readonly model: ServiceModel;
  readonly protocol: Protocol;
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
  /** Parameters of a query request. */
  readonly parameters?: URLSearchParams;
}

/** The service and protocol alone, which is what an error needs to be written. */
export interface ResolvedService {
  readonly model: ServiceModel;
  readonly protocol: Protocol;
}

/** The service by signature, target or, without either, S3. @throws NotImplementedByLocalCloud for an unknown one */
export async function resolveService(
  request: HttpRequest,
  signature: AnySignature | undefined,
): Promise<ResolvedService> {
  const target = request.header('x-amz-target')?.split('.')[0];
  const name =
    signature?.service ?? (target ? wireOfTarget(target)?.name : undefined) ?? guessService(request);
  if (!wireOf(name)) throw new NotImplementedByLocalCloud(`service ${name}`);
  const model = await loadModel(name);
  return { model, protocol: protocolOf(request, model) };
}

/** The operation of a request whose service is known. @throws NotImplementedByLocalCloud when there is none */
export async function resolveOperation(
  request: HttpRequest,
  service: ResolvedService,
): Promise<ResolvedRequest> {
  const { model, protocol } = service;
  switch (protocol) {
    case 'json-1.0':
    case 'json-1.1':
      return named(service, request.header('x-amz-target')!.split('.').at(-1)!);
    case 'cbor':
      return named(service, /\/operation\/([^/?]+)/.exec(request.path)?.[1] ?? '');
    case 'query': {
      const parameters = new URLSearchParams((await request.body()).toString('utf8'));
      for (const [name, value] of request.query)
        if (!name.startsWith('X-Amz-')) parameters.append(name, value);
      const action = parameters.get('Action');
      if (!action) throw new AwsError('MissingAction', 'The request has no Action parameter');
      return { ...named(service, action), parameters };
    }
    default:
      return rest(request, model, protocol);
  }
}

function rest(request: HttpRequest, model: ServiceModel, protocol: Protocol): ResolvedRequest {
  if (model.wire.name === 's3' && !isDecodable(request.path)) {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });
  }
  const bucket = model.wire.name === 's3' ? bucketOf(request) : undefined;
  const match = model.routes.match({
    method: request.method,
    path: bucket?.path ?? request.path,
    query: request.query,
    hasHeader: (name) => request.header(name.toLowerCase()) !== undefined,
    ...(bucket ? { hasBucket: bucket.name !== undefined } : {}),
  });
  if (!match) throw new NotImplementedByLocalCloud(`${model.wire.name} ${request.method} ${request.path}`);
  const labels = bucket?.name === undefined ? match.labels : { ...match.labels, Bucket: bucket.name };
  return { model, protocol, operation: match.operation, labels };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function named(service: ResolvedService, name: string): ResolvedRequest {
  const operation = service.model.operations.get(name);
  if (!operation) throw new NotImplementedByLocalCloud(`${service.model.wire.name} ${name}`);
  return { ...service, operation, labels: {} };
}

function protocolOf(request: HttpRequest, model: ServiceModel): Protocol {
  if (request.header('smithy-protocol') === 'rpc-v2-cbor') return 'cbor';
  if (request.header('x-amz-target')) {
    return request.header('content-type')?.includes('json-1.0') ? 'json-1.0' : 'json-1.1';
  }
  if (model.wire.rest) return model.wire.rest === 'xml' ? 'rest-xml' : 'rest-json';
  return 'query';
}

/** Unsigned requests: form-encoded ones are for STS (web identities), the rest is public S3. */
function guessService(request: HttpRequest): string {
  return request.header('content-type')?.startsWith('application/x-www-form-urlencoded') ? 'sts' : 's3';
}

/** Bucket and remaining path, from the host (`bucket.s3.amazonaws.com`, `bucket.localhost`) or the path. */
function bucketOf(request: HttpRequest): { name: string | undefined; path: string } {
  const host = (request.header('host') ?? '').replace(/:\d+$/, '');
  const virtual = /^(.+)\.(?:s3[.-].*|localhost|127\.0\.0\.1)$/.exec(host);
  if (virtual && !/^s3[.-]|^s3$/.test(virtual[1]!)) return { name: virtual[1]!, path: request.path };
  const [, name = '', rest = ''] = /^\/([^/]*)(\/.*)?$/s.exec(request.path) ?? [];
  return { name: name === '' ? undefined : decodeURIComponent(name), path: rest === '' ? '/' : rest };
}
