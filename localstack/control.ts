/** The control API under `/_cloud/`: health, clock, recorded calls, faults, and custom resources' answers. No part of AWS. */
import type { ServerResponse } from 'node:http';
import type { LocalCloud } from './cloud.ts';
import { customResourceResponse, RESPONSE_PATH } from './cloudformation/custom-resource-response.ts';
import { parseClockMode } from './core/clock-mode.ts';
import type { Fault } from './core/fault.ts';
import { matchesWildcard } from './core/wildcard.ts';
import type { HttpRequest } from './protocols/http-request.ts';

/** What S3 answers to a response URL that is over: that is what CloudFormation hands out on AWS. */
const RESPONSE_REFUSED = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';

interface ClockOrder {
  readonly advanceSeconds?: number;
  readonly until?: string;
  readonly halt?: boolean;
  /** `real`, `stepping` or `scaled:RATE`. */
  readonly mode?: string;
}

/** Answers one control request with JSON. */
export async function handleControl(
  cloud: LocalCloud,
  request: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  if (request.path.startsWith(RESPONSE_PATH)) {
    const isTaken = customResourceResponse(
      request.path.slice(RESPONSE_PATH.length),
      (await request.body()).toString(),
    );
    response.writeHead(isTaken ? 200 : 403, { 'content-type': 'application/xml' });
    response.end(isTaken ? '' : RESPONSE_REFUSED);
    return;
  }
  let status = 200;
  let body: unknown;
  try {
    body = await answer(cloud, request);
    if (body === undefined) status = 404;
  } catch (error) {
    status = 400;
    body = { error: error instanceof Error ? error.message : String(error) };
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { error: `no control ${request.method} ${request.path}` }));
}

async function answer(cloud: LocalCloud, request: HttpRequest): Promise<unknown> {
  const order =
    request.method === 'POST' ? (JSON.parse((await request.body()).toString() || '{}') as object) : {};
  switch (`${request.method} ${request.path}`) {
    case 'GET /_cloud/health':
      return {
        status: 'ok',
        account: cloud.account,
        region: cloud.region,
        services: [...cloud.services.keys()],
      };
    case 'GET /_cloud/clock':
      return cloud.clock.status();
    case 'POST /_cloud/clock':
      return moveClock(cloud, order as ClockOrder);
    case 'GET /_cloud/calls':
      return filterCalls(cloud, request.query);
    case 'POST /_cloud/faults':
      for (const fault of [order].flat()) cloud.faults.add(fault as Fault);
      return { added: order };
    case 'GET /_cloud/faults':
      return cloud.faults.list();
    case 'DELETE /_cloud/faults':
      cloud.faults.clear();
      return { cleared: true };
    default:
      return request.method === 'POST' ? serviceOrder(cloud, request.path, order) : undefined;
  }
}

/** `POST /_cloud/SERVICE/NAME`: an order for one service. */
function serviceOrder(cloud: LocalCloud, path: string, order: object): unknown {
  const [, service = '', name = ''] = /^\/_cloud\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return cloud.services.get(service)?.control?.(name, order as Record<string, unknown>);
}

/** Returns when the clock is there and nothing is running. */
async function moveClock(cloud: LocalCloud, order: ClockOrder): Promise<unknown> {
  const { advanceSeconds, until, halt, mode } = order;
  if (mode !== undefined) {
    cloud.clock.setMode(parseClockMode(String(mode)));
    return cloud.clock.status();
  }
  if (halt) {
    cloud.clock.halt();
    return cloud.clock.status();
  }
  const target =
    until === undefined ? cloud.clock.now() + (advanceSeconds ?? Number.NaN) * 1000 : Date.parse(until);
  if (Number.isNaN(target))
    throw new Error(
      'give {"advanceSeconds": n}, {"until": "ISO time"}, {"halt": true} or {"mode": "real|stepping|scaled:RATE"}',
    );
  await cloud.clock.advanceTo(target);
  return cloud.clock.status();
}

/** The members by which calls are found; `*` and `?` stand for any characters. */
const FILTERS = {
  role: 'roleArn',
  principal: 'principal',
  service: 'service',
  operation: 'operation',
  action: 'action',
  resource: 'resource',
  decision: 'decision',
  error: 'error',
  requestId: 'requestId',
} as const;

/** Calls by FILTERS, `since` and `until` (ISO times) and `limit` (the last ones); all of them without. */
function filterCalls(cloud: LocalCloud, query: URLSearchParams): unknown {
  const unknown = [...query.keys()].find(
    (name) => !Object.hasOwn(FILTERS, name) && !['since', 'until', 'limit'].includes(name),
  );
  if (unknown !== undefined) {
    throw new Error(
      `calls have no ${unknown}; filter by ${Object.keys(FILTERS).join(', ')}, since, until, limit`,
    );
  }
  const wanted = Object.entries(FILTERS).flatMap(([name, member]) => {
    const pattern = query.get(name);
    return pattern ? [{ pattern, member }] : [];
  });
  const [since = '', until = '\uffff'] = ['since', 'until'].map((name) => query.get(name) ?? undefined);
  const calls = cloud.callLog
    .read()
    .filter(
      (call) =>
        call.time >= since &&
        call.time <= until &&
        wanted.every(({ pattern, member }) => matchesWildcard(pattern, call[member] ?? '')),
    );
  const limit = Number(query.get('limit') ?? calls.length);
  return limit > 0 ? calls.slice(-limit) : [];
}
