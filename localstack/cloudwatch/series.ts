/** One metric over time: samples by second, minute and hour. */
import { mergeSamples, type Sample } from './sample.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** CloudWatch keeps seconds for 3 hours, minutes for 15 days, and hours for 15 months. */
const SECONDS_KEPT_MS = 3 * HOUR_MS;
const MINUTES_KEPT_MS = 15 * 24 * HOUR_MS;
const HOURS_KEPT_MS = 455 * 24 * HOUR_MS;
/** How many buckets a series may hold before what is old is folded: 17 days of minutes. */
const MOST_BUCKETS = 25_000;

type Buckets = Map<number, Sample>;

export class Series {
  readonly #seconds: Buckets = new Map();
  readonly #minutes: Buckets = new Map();
  readonly #hours: Buckets = new Map();

  add(epochMs: number, isHighResolution: boolean, sample: Sample): void {
    const [buckets, width] = isHighResolution ? [this.#seconds, SECOND_MS] : [this.#minutes, MINUTE_MS];
    const start = Math.floor(epochMs / width) * width;
    buckets.set(start, mergeSamples(buckets.get(start), sample));
    if (this.#seconds.size + this.#minutes.size > MOST_BUCKETS) this.#fold(epochMs);
  }

  /** Everything from `from` up to, not including, `until`. */
  read(from: number, until: number): Sample | undefined {
    let total: Sample | undefined;
    for (const [, sample] of this.buckets(from, until)) total = mergeSamples(total, sample);
    return total;
  }

  /** Buckets that begin in the range, with the epoch milliseconds at which each ends; in no order. */
  *buckets(from: number, until: number): Generator<readonly [endEpochMs: number, Sample]> {
    yield* within(this.#seconds, SECOND_MS, from, until);
    yield* within(this.#minutes, MINUTE_MS, from, until);
    yield* within(this.#hours, HOUR_MS, from, until);
  }

  /** Every bucket for the journal: start, width in milliseconds, sample. */
  *all(): Generator<readonly [startEpochMs: number, widthMs: number, Sample]> {
    for (const [start, sample] of this.#seconds) yield [start, SECOND_MS, sample];
    for (const [start, sample] of this.#minutes) yield [start, MINUTE_MS, sample];
    for (const [start, sample] of this.#hours) yield [start, HOUR_MS, sample];
  }

  /** Puts back a bucket that `all` gave. */
  restore(startEpochMs: number, widthMs: number, sample: Sample): void {
    const buckets =
      widthMs === SECOND_MS ? this.#seconds : widthMs === MINUTE_MS ? this.#minutes : this.#hours;
    buckets.set(startEpochMs, mergeSamples(buckets.get(startEpochMs), sample));
  }

  /** Start of the newest bucket. */
  get newest(): number {
    let newest = 0;
    for (const [start] of this.all()) newest = Math.max(newest, start);
    return newest;
  }

  #fold(nowEpochMs: number): void {
    moveOld(this.#seconds, nowEpochMs - SECONDS_KEPT_MS, this.#minutes, MINUTE_MS);
    moveOld(this.#minutes, nowEpochMs - MINUTES_KEPT_MS, this.#hours, HOUR_MS);
    for (const start of this.#hours.keys()) if (start < nowEpochMs - HOURS_KEPT_MS) this.#hours.delete(start);
  }
}

function* within(
  buckets: Buckets,
  width: number,
  from: number,
  until: number,
): Generator<readonly [number, Sample]> {
  if (buckets.size === 0) return;
  const first = Math.ceil(from / width) * width;
  // a narrow range is looked up, a wide one is filtered
  if ((until - first) / width <= buckets.size) {
    for (let start = first; start < until; start += width) {
      const sample = buckets.get(start);
      if (sample) yield [start + width, sample];
    }
  } else {
    for (const [start, sample] of buckets) if (start >= from && start < until) yield [start + width, sample];
  }
}

function moveOld(from: Buckets, olderThan: number, to: Buckets, width: number): void {
  for (const [start, sample] of from) {
    if (start >= olderThan) continue;
    from.delete(start);
    const target = Math.floor(start / width) * width;
    to.set(target, mergeSamples(to.get(target), sample));
  }
}
