/** Sends flights to the endpoint in time order and keeps what a label record needs to refer to an answer. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { invoke } from '../../console/client/actions.ts';
import type { Connection } from '../../console/client/connect.ts';
import type { Flight } from './flights.ts';
import { REQUEST_ROWS } from './scenario.ts';

export interface ServedRow {
  readonly inferenceId: string;
  readonly row: number;
  readonly flight: Flight;
  readonly probability: number;
}

/** Time as the cloud has it: the example moves it and never goes back. */
export interface Timeline {
  /** Moves the clock to a time of 2001; earlier than now leaves it where it is. */
  moveTo(calendar: string): Promise<void>;
  /** A time of 2001 on the cloud's clock. */
  toClock(calendar: string): string;
}

/** Invokes the endpoint once the last flight of each request has departed. */
export async function serve(
  connection: Connection,
  timeline: Timeline,
  name: string,
  flights: readonly Flight[],
): Promise<ServedRow[]> {
  const served: ServedRow[] = [];
  for (const [number, request] of requests(flights).entries()) {
    await timeline.moveTo(request.at(-1)!.departedAt);
    const inferenceId = `${name}-${String(number).padStart(4, '0')}`;
    const { probabilities } = await invoke(
      connection,
      request.map(({ row }) => `${row}\n`).join(''),
      inferenceId,
    );
    if (probabilities.length !== request.length) {
      throw new Error(
        `request ${inferenceId} has ${request.length} rows and got ${probabilities.length} answers`,
      );
    }
    served.push(
      ...request.map((flight, row) => ({ inferenceId, row, flight, probability: probabilities[row]! })),
    );
  }
  return served;
}

/** Cuts the stream into requests of one and of many rows; a request does not reach over midnight. */
export function requests(flights: readonly Flight[]): Flight[][] {
  const result: Flight[][] = [];
  let current: Flight[] = [];
  for (const flight of flights) {
    const size = REQUEST_ROWS[result.length % REQUEST_ROWS.length]!;
    const isAnotherDay = current[0] && current[0].departedAt.slice(0, 10) !== flight.departedAt.slice(0, 10);
    if (current.length >= size || isAnotherDay) {
      result.push(current);
      current = [];
    }
    current.push(flight);
  }
  if (current.length > 0) result.push(current);
  return result;
}

/** Writes the outcomes of served rows as label records, in parts so that no string grows with them. */
export function writeLabels(
  path: string,
  served: readonly ServedRow[],
  timeline: Timeline,
  labelledAt: string,
): void {
  writeFileSync(path, '');
  for (let start = 0; start < served.length; start += 1000) {
    const lines = served.slice(start, start + 1000).map(({ inferenceId, row, flight }) =>
      JSON.stringify({
        inferenceId,
        row,
        key: flight.id,
        eventTime: flight.departedAt,
        sensitive: {},
        label: flight.late,
        labelledAt: timeline.toClock(labelledAt),
      }),
    );
    appendFileSync(path, `${lines.join('\n')}\n`);
  }
}
