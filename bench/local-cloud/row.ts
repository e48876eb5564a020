/** A line of the table: one figure of a cloud. */
import type { MeasuredCloud } from './clouds.ts';

export interface Row {
  readonly name: string;
  readonly unit: 'ms' | 's' | 'per s' | 'MiB';
  /** What ours must keep, in the unit: at most for times and memory, at least for rates. */
  readonly budget?: number;
  /** Only ours: the peer has no such thing. */
  readonly isOurs?: boolean;
  readonly measure: (cloud: MeasuredCloud) => Promise<number>;
}

/** Of times and memory, less is better. */
export const lessIsBetter = ({ unit }: Row): boolean => unit !== 'per s';

/** Configuration of any SDK v3 client. */
export const clientOf = ({ endpoint }: Pick<MeasuredCloud, 'endpoint'>) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
