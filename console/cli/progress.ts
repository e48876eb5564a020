/** How far a transfer has come: one line that is drawn again on a terminal, a line now and then anywhere else. */
import type { Transferred } from '../client/versions/transferred.ts';
import { bytesText, durationText } from './output.ts';

/** A terminal is redrawn so often, a log gets a line so often. */
const REDRAW_MS = 100;
const LOG_EVERY_MS = 10_000;
/** A wait changes less than a transfer. */
const LOG_WAIT_EVERY_MS = 60_000;
/** The rate is that of the last so many milliseconds. */
const RATE_WINDOW_MS = 5000;
const BAR_WIDTH = 24;

/** Where lines go: `process.stderr`, or a test's. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Tells of one transfer. Nothing is written for one that ends before the first line is due. */
export class ProgressLine {
  private readonly samples: { readonly at: number; readonly moved: number }[] = [];
  private drawnAt: number;
  private isDrawn = false;

  private readonly screen: Screen;
  private readonly clock: () => number;

  /** @param clock milliseconds, from any start. */
  constructor(screen: Screen, clock: () => number = () => performance.now()) {
    this.screen = screen;
    this.clock = clock;
    this.drawnAt = clock();
  }

  update(transfer: Transferred): void {
    const now = this.clock();
    const last = this.samples.at(-1);
    if (!last || now - last.at >= REDRAW_MS) this.samples.push({ at: now, moved: transfer.movedBytes });
    while (this.samples.length > 2 && now - this.samples[0]!.at > RATE_WINDOW_MS) this.samples.shift();
    const isTerminal = this.screen.isTTY === true;
    if (now - this.drawnAt < (isTerminal ? REDRAW_MS : LOG_EVERY_MS)) return;
    this.drawnAt = now;
    const rate = this.rate(transfer.movedBytes, now);
    const text = progressText(transfer, rate, isTerminal);
    this.draw(text.length < this.width ? text : progressText(transfer, rate, false));
  }

  /** A sentence in place of the bar, for a wait; a log gets one a minute. */
  say(text: string): void {
    const now = this.clock();
    if (!this.screen.isTTY && now - this.drawnAt < LOG_WAIT_EVERY_MS) return;
    this.drawnAt = now;
    this.draw(text);
  }

  /** Takes the line away. */
  end(): void {
    if (this.isDrawn && this.screen.isTTY) this.screen.write('\r\x1b[K');
    this.isDrawn = false;
  }

  private draw(text: string): void {
    this.isDrawn = true;
    // a line that wraps could not be drawn over
    const fitting = text.slice(0, this.width - 1);
    this.screen.write(this.screen.isTTY ? `\r\x1b[K${fitting}` : `${text}\n`);
  }

  /** A terminal that does not know its width says 0. */
  private get width(): number {
    return this.screen.columns || 80;
  }

  private rate(moved: number, now: number): number | undefined {
    const first = this.samples[0];
    if (!first || now - first.at < REDRAW_MS || moved <= first.moved) return undefined;
    return ((moved - first.moved) / (now - first.at)) * 1000;
  }
}

/** @param rate in bytes a second. */
export function progressText(transfer: Transferred, rate: number | undefined, withBar: boolean): string {
  const { files, filesDone, bytes, movedBytes, keptBytes } = transfer;
  const done = Math.min(bytes, movedBytes + keptBytes);
  const share = bytes === 0 ? 1 : done / bytes;
  const filled = Math.floor(share * BAR_WIDTH);
  return [
    ...(withBar ? [`${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`] : []),
    `${String(Math.floor(share * 100)).padStart(3)} %`,
    `${bytesText(done)} of ${bytesText(bytes)}`,
    ...(rate === undefined ? [] : [`${bytesText(rate)}/s`, `${durationText((bytes - done) / rate)} left`]),
    ...(files > 1 ? [`${filesDone} of ${files} files`] : []),
  ].join('  ');
}
