/**
 * What the example plays, committed before the first run: stretches by calendar, subsets by a stated rule.
 *
 * An airline of the East grows into the West: until `WEST_JOINS` it serves no western airport, and the model has never
 * seen one. Dates are the flights' own, of 2001, in UTC as the file has them.
 */

/** Airports that the airline does not serve at first: west of the Rockies and beyond, with Denver. */
export const WESTERN_AIRPORTS = (
  'LAX PHX LAS SFO SEA SAN SLC SJC OAK PDX DEN SMF ONT SNA BUR RNO TUS ABQ ANC HNL COS ELP GEG BOI OGG KOA LIH FAI ' +
  'JNU PSP SBA FAT'
).split(' ');

/** The first upload: two months of the eastern network; every fifth flight, by the hash of its id. */
export const HISTORY = { from: '2001-01-01', to: '2001-03-01', sharePercent: 20 } as const;

/** The stream that is served: whole weeks, Monday to Sunday, another 8 of 100 flights by the same hash. */
export const STREAM = { firstMonday: '2001-03-05', weeks: 7, fromPercent: 92, toPercent: 100 } as const;

/** From this Monday on the whole network is served. */
export const WEST_JOINS = '2001-04-09';

/** The upload that must not reach production: one flight in ten of the history, as if it were the whole. */
export const EXTRACT = { keepOneIn: 10 } as const;

/** Rows of a request, in turn: the endpoint has to answer one flight as well as many. */
export const REQUEST_ROWS = [1, 150, 150, 1, 150, 150] as const;

/** How the two challengers have to fare against the champion on the same holdout rows. */
export const EXPECTED = { retrained: 'wins', extract: 'loses' } as const;

/** Monday of a week of the stream, counted from 0, as `YYYY-MM-DD`. */
export function mondayOf(week: number): string {
  const day = new Date(`${STREAM.firstMonday}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 7 * week);
  return day.toISOString().slice(0, 10);
}
