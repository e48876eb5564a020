/** How far a transfer has come. */
export interface Transferred {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  /** Moved by this command. */
  readonly movedBytes: number;
  /** There already: done, but no part of the rate. */
  readonly keptBytes: number;
}
