/** The clock of the local cloud, moved from outside. */

const WEEK_MS = 7 * 24 * 3600 * 1000;

export class CloudClock {
  private readonly endpoint: string;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** Epoch milliseconds on the cloud's clock. */
  async now(): Promise<number> {
    const response = await fetch(`${this.endpoint}/_cloud/clock`);
    const { now } = (await response.json()) as { now: string };
    return Date.parse(now);
  }

  /** Returns once the clock is there and nothing runs. A time that has passed is no move. */
  async moveTo(epochMs: number): Promise<void> {
    await this.order({ until: new Date(epochMs).toISOString() });
  }

  async advance(seconds: number): Promise<void> {
    await this.order({ advanceSeconds: seconds });
  }

  private async order(body: object): Promise<void> {
    const response = await fetch(`${this.endpoint}/_cloud/clock`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the clock did not move: ${await response.text()}`);
  }
}

/** A calendar of the past played on a clock of today: shifted by whole weeks, so that a Monday stays a Monday. */
export class Calendar {
  readonly shiftMs: number;
  private readonly clock: CloudClock;

  private constructor(clock: CloudClock, shiftMs: number) {
    this.clock = clock;
    this.shiftMs = shiftMs;
  }

  /** @param firstDay ISO date that shall come next: in less than a week from the clock's now. */
  static async startingAt(clock: CloudClock, firstDay: string): Promise<Calendar> {
    const weeks = Math.ceil(((await clock.now()) - Date.parse(`${firstDay}T00:00:00Z`)) / WEEK_MS);
    return new Calendar(clock, weeks * WEEK_MS);
  }

  toClock(calendar: string): string {
    return new Date(Date.parse(calendar) + this.shiftMs).toISOString();
  }

  /** A time of the clock as a day of the calendar. */
  toCalendar(clockTime: string): string {
    return new Date(Date.parse(clockTime) - this.shiftMs).toISOString();
  }

  async moveTo(calendar: string): Promise<void> {
    await this.clock.moveTo(Date.parse(calendar) + this.shiftMs);
  }
}
