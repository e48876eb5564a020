/** The control API under `/_cloud/`: health, clock, recorded calls, faults, and custom resources' answers. No part of AWS. */
import type { ServerResponse } from 'node:http';
import type { LocalCloud } from './cloud.ts';
import { customResourceResponse, RESPONSE_PATH } from './cloudformation/custom-resource-response.ts';
import type { Fault } from './core/faults.ts';
import type { HttpRequest } from './protocols/http-request.ts';

/** What S3 answers to a response URL that is over: that is what CloudFormation hands out on AWS. */
const RESPONSE_REFUSED = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';

interface ClockOrder {
  readonly advanceSeconds?: number;
  readonly until?: string;
  readonly halt?: boolean;
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
      cloud.dispatcher.faults.add(order as Fault);
      return { added: order };
    case 'DELETE /_cloud/faults':
      cloud.dispatcher.faults.clear();
      return { cleared: true };
    default:
      return undefined;
  }
}

/** Returns when the clock is there and nothing is running. */
async function moveClock(cloud: LocalCloud, { advanceSeconds, until, halt }: ClockOrder): Promise<unknown> {
  if (halt) {
    cloud.clock.halt();
    return cloud.clock.status();
  }
  const target =
    until === undefined ? cloud.clock.now() + (advanceSeconds ?? Number.NaN) * 1000 : Date.parse(until);
  if (Number.isNaN(target))
    throw new Error('give {"advanceSeconds": n}, {"until": "ISO time"} or {"halt": true}');
  await cloud.clock.advanceTo(target);
  return cloud.clock.status();
}

/** Calls by `role` (ARN), `service`, `decision`, and `since` (ISO time); all of them without. */
function filterCalls(cloud: LocalCloud, query: URLSearchParams): unknown {
  const [role, service, decision, since] = ['role', 'service', 'decision', 'since'].map((name) =>
    query.get(name),
  );
  return cloud.callLog
    .read()
    .filter(
      (call) =>
        (!role || call.roleArn === role) &&
        (!service || call.service === service) &&
        (!decision || call.decision === decision) &&
        (!since || call.time >= since),
    );
}
