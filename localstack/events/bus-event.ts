/** An event as targets get it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 with whole seconds, for example `2026-03-04T05:06:07Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: object;
  /** Only on replayed events. */
  readonly 'replay-name'?: string;
}

/** Whole seconds, as EventBridge writes times. */
export function eventTime(date: Date): string {
  const second = Math.floor(date.getTime() / 1000);
  // many events share their second, and dates are slow to write
  if (second !== lastSecond) {
    lastText = `${date.toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

let lastSecond = Number.NaN;
let lastText = '';
