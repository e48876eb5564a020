/** Requests that are signed before the clock starts and sent by plain HTTP: an SDK client is slower than either cloud. */
import { Agent, request } from 'node:http';
import { type SignedRequest, signedHeaders } from '../../localstack/testing/signed-fetch.ts';
import type { MeasuredCloud } from './clouds.ts';
import { perSecond } from './measure.ts';
import { clientOf } from './row.ts';

/** Requests a second of `count` different ones, so many under way at once; a fifth more go before to warm up. */
export async function rawPerSecond(
  cloud: MeasuredCloud,
  count: number,
  concurrency: number,
  requestOf: (index: number) => SignedRequest,
): Promise<number> {
  const total = count + Math.ceil(count / 5);
  const requests = Array.from({ length: total + 1 }, (_, index) => requestOf(index));
  const headers = await Promise.all(requests.map((each) => signedHeaders(clientOf(cloud), each)));
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const url = new URL(cloud.endpoint);
  const send = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const { method = 'POST', path = '/', body } = requests[index]!;
      const sent = request(
        { agent, host: url.hostname, port: url.port, method, path, headers: headers[index]! },
        (response) => {
          const { statusCode = 0 } = response;
          response
            .resume()
            .once('end', () =>
              statusCode < 300 ? resolve() : reject(new Error(`${method} ${path} answered ${statusCode}`)),
            );
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  const result = await perSecond(count, concurrency, send);
  agent.destroy();
  return result;
}
