/** The HTTP server of the local cloud: one port for every service, and the control API under `/_cloud/`. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LocalCloud } from './cloud.ts';
import { handleControl } from './control.ts';
import { NotImplementedByLocalCloud } from './core/errors.ts';
import { ConnectionCut } from './core/faults.ts';
import type { Principal } from './core/principal.ts';
import { readInput, writeOutput } from './protocols/exchange.ts';
import { type HttpRequest, httpRequest } from './protocols/http-request.ts';
import { type ResolvedService, resolveOperation, resolveService } from './protocols/resolve.ts';
import type { WireResponse } from './protocols/rest-codec.ts';
import { type AnySignature, readSignature } from './protocols/signature/read-signature.ts';
import { missingToken } from './protocols/signature/refusals.ts';
import { verifySignature } from './protocols/signature/verify.ts';
import { type Protocol, toAwsError, writeError } from './protocols/wire-error.ts';

const HOST = '127.0.0.1';
/** Longer than the SDKs keep idle sockets, so that the server never closes one that a client is about to use. */
const KEEP_ALIVE_MS = 120_000;

export interface ServerOptions {
  readonly cloud: LocalCloud;
  /** 0 for any free port. */
  readonly port: number;
  /** Prints one line per request. */
  readonly isVerbose?: boolean;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Listens, then starts the cloud's services. @throws the listen error, for example with code EADDRINUSE */
export async function startServer({ cloud, port, isVerbose = false }: ServerOptions): Promise<RunningServer> {
  const server = createServer((message, response) => {
    serve(cloud, message, response, isVerbose).catch((error) => {
      console.error('local cloud: a request failed:', error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  // an upload may take as long as it likes
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  const endpoint = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  await cloud.start(endpoint);
  return {
    endpoint,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      await cloud.stop();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  cloud: LocalCloud,
  message: IncomingMessage,
  response: ServerResponse,
  isVerbose: boolean,
): Promise<void> {
  const request = httpRequest(message);
  agreeOnTime(cloud, request, response);
  if (request.path.startsWith('/_cloud/')) {
    await handleControl(cloud, request, response);
    return;
  }
  const startedAt = performance.now();
  await cloud.clock.busy(`${request.method} ${request.path}`, async () => {
    const requestId = randomUUID();
    const { answer, name } = await exchange(cloud, request, requestId);
    if (!answer) {
      message.socket.destroy();
      return;
    }
    await send(response, request, answer, requestId, name);
    if (isVerbose) {
      const took = (performance.now() - startedAt).toFixed(1);
      console.log(`${answer.status} ${name ?? request.method} ${request.path} ${took} ms`);
    }
  });
  // what the operation did not read, so that the connection can be used again
  message.resume();
}

/** As far as AWS lets a client's clock be off. */
const SAME_CLOCK_MS = 15 * 60_000;

/**
 * Answers with the time of the clock that the client is on: functions live on the cloud's, other clients on the
 * machine's. An SDK that sees another time in an error takes its own for wrong and tries again, whatever the error was.
 * It is that clock's time, not the one that was signed: SDKs set their clock by every answer, and one that is told of
 * the second in which it asked is slower by what the answer took, each time.
 */
function agreeOnTime(cloud: LocalCloud, request: HttpRequest, response: ServerResponse): void {
  const signed = request.header('x-amz-date') ?? request.query.get('X-Amz-Date') ?? '';
  const time = Date.parse(signed.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time)) return;
  const clocks = [Date.now(), cloud.clock.date().getTime()];
  const own = clocks.find((now) => Math.abs(now - time) <= SAME_CLOCK_MS) ?? time;
  response.setHeader('date', new Date(own).toUTCString());
}

async function exchange(
  cloud: LocalCloud,
  request: HttpRequest,
  requestId: string,
): Promise<{ answer?: WireResponse; name?: string }> {
  let service: ResolvedService | undefined;
  let name: string | undefined;
  try {
    const signature = readSignature(request);
    service = await resolveService(request, signature);
    const principal = await authenticate(cloud, request, signature, service);
    const resolved = await resolveOperation(request, service);
    name = `${resolved.model.wire.name} ${resolved.operation.name}`;
    cloud.dispatcher.requireOperation(resolved.model.wire.name, resolved.operation.name);
    const input = await readInput(request, resolved);
    const { method, path, query, headers, sourceIp } = request;
    const output = await cloud.dispatcher.dispatch(resolved.model.wire.name, resolved.operation.name, input, {
      principal,
      account: cloud.account,
      region: cloud.region,
      requestId,
      now: cloud.clock.date(),
      http: { method, path, query, headers, sourceIp },
    });
    return { answer: writeOutput(resolved, output, requestId), name };
  } catch (thrown) {
    if (thrown instanceof ConnectionCut) return {};
    const error = toAwsError(thrown, service?.model);
    if (error.status >= 500 && !(error instanceof NotImplementedByLocalCloud)) {
      console.error(`local cloud: ${name ?? request.path}:`, error.cause ?? error);
    }
    const protocol = service?.protocol ?? guessProtocol(request);
    const answer = writeError(error, protocol, service?.model, requestId);
    return name === undefined ? { answer } : { answer, name };
  }
}

/** Who makes the request. @throws AwsError when the signature is not good, or missing where AWS demands one */
async function authenticate(
  cloud: LocalCloud,
  request: HttpRequest,
  signature: AnySignature | undefined,
  { model, protocol }: ResolvedService,
): Promise<Principal> {
  const service = { wire: model.wire, protocol };
  if (!signature) {
    if (model.wire.name !== 's3') throw missingToken(service);
    return { kind: 'anonymous', arn: 'anonymous', account: cloud.account };
  }
  if (signature.version === 4 && signature.region !== cloud.region) {
    throw new NotImplementedByLocalCloud(`region ${signature.region}; this cloud is ${cloud.region}`);
  }
  const { clock, identities } = cloud;
  await verifySignature({ clock, keyOwner: identities.keyOwner }, request, signature, service);
  return identities.principalOf(signature.accessKeyId);
}

/** The protocol to answer a request in whose service is not known here. */
function guessProtocol(request: HttpRequest): Protocol {
  if (request.header('smithy-protocol') === 'rpc-v2-cbor') return 'cbor';
  if (request.header('x-amz-target')) return 'json-1.1';
  return request.header('content-type')?.startsWith('application/x-www-form') ? 'query' : 'rest-xml';
}

async function send(
  response: ServerResponse,
  request: HttpRequest,
  answer: WireResponse,
  requestId: string,
  name: string | undefined,
): Promise<void> {
  const { status, headers, body } = answer;
  response.statusCode = status;
  response.setHeader(name?.startsWith('s3 ') ? 'x-amz-request-id' : 'x-amzn-requestid', requestId);
  for (const [header, value] of Object.entries(headers))
    if (value !== '') response.setHeader(header, headerValue(value));
  const hasNoBody = request.method === 'HEAD' || status === 204 || status === 304;
  if (body instanceof Readable) {
    if (hasNoBody) body.destroy();
    else {
      // a reader that goes away ends the pipeline; there is nobody left to tell
      await pipeline(body, response).catch(() => response.destroy());
      return;
    }
  }
  if (hasNoBody || body === undefined || body instanceof Readable) {
    if (request.method !== 'HEAD' && status !== 204 && status !== 304)
      response.setHeader('content-length', 0);
    response.end();
    return;
  }
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}

/** Header values are Latin-1 on the wire; user metadata beyond it is sent as UTF-8 bytes, as S3 takes it. */
function headerValue(value: string): string {
  return /[^\t\x20-\x7e]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}
