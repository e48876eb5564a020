/** The HTTP side of a serving container: health check and invocations. */
import { Agent, request } from 'node:http';

/** SageMaker gives a container 60 seconds for an invocation. */
const INVOCATION_MS = 60_000;
/** Keep-alive connections of one container; each has a thread there. */
const CONNECTIONS = 16;

export interface ContainerAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface ContainerRequest {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ContainerHttp {
  /** @throws Error when the container does not answer, with the message `timed out` when not in time. */
  invoke(request: ContainerRequest): Promise<ContainerAnswer>;
  close(): void;
}

/** Connections to the container that listens on `port`, kept open between invocations. */
export function containerHttp(port: number): ContainerHttp {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  return { invoke: (each) => post({ port, agent }, each), close: () => agent.destroy() };
}

/** Status of `GET /ping`. */
export async function ping(port: number): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/ping`)).status;
}

function post(
  { port, agent }: { port: number; agent: Agent },
  { body, headers, timeoutMs = INVOCATION_MS }: ContainerRequest,
): Promise<ContainerAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, agent, method: 'POST', path: '/invocations' };
    const outgoing = request(
      { ...options, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 500,
            contentType: response.headers['content-type'] ?? 'application/octet-stream',
            body: Buffer.concat(chunks),
            headers: response.headers,
          }),
        );
      },
    );
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('timed out')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
