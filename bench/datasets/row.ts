/** A line of the table: one figure of the datasets capability. */

export type Unit = 's' | 'MB/s' | 'MB' | 'MiB' | 'ratio' | 'times' | 'counts';

export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  /** At most for times, memory, ratios and wrong counts; at least for rates and for `times` (faster than a peer). */
  readonly budget?: number;
  readonly figure: number;
  /** What the figure consists of, or is compared with. */
  readonly note?: string;
}

export type Tell = (figure: Figure) => void;

/** Rows that are measured together, by name. */
export type Groups = Readonly<Record<string, (tell: Tell) => Promise<void>>>;

export const isMissed = ({ unit, budget, figure }: Figure): boolean => {
  if (budget === undefined) return false;
  return unit === 'MB/s' || unit === 'times' ? !(figure >= budget) : !(figure <= budget);
};
