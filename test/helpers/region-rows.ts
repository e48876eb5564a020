/** Rows for the trainer of `test/fixtures/regions-trainer`: made from a seed, with a signal that can be learnt. */
import { writeFileSync } from 'node:fs';

export interface RegionRowsOptions {
  readonly seed: number;
  /** @default 1500 */
  readonly rows?: number;
  /** Every tenth row is of this region: `RAISES` and `DRIFTS` make the trainer misbehave. */
  readonly marker?: 'RAISES' | 'DRIFTS';
}

export interface RegionRow {
  readonly id: string;
  readonly at: string;
  readonly region: string;
  /** 0..1 */
  readonly signal: number;
  readonly target: 0 | 1;
}

export const HEADER = 'id,at,region,signal,target';
const REGIONS = ['north', 'east', 'south'] as const;

/** The same rows for the same options. */
export function regionRows({ seed, rows = 1500, marker }: RegionRowsOptions): RegionRow[] {
  const random = lehmer(seed);
  return Array.from({ length: rows }, (_, index) => {
    const signal = Math.round(random() * 1e6) / 1e6;
    return {
      id: `${seed}-${index}`,
      at: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
      region: marker && index % 10 === 0 ? marker : REGIONS[Math.floor(random() * REGIONS.length)]!,
      signal,
      target: random() < 0.1 + 0.8 * signal ? 1 : 0,
    };
  });
}

/** A request line: features in schema order. */
export const featuresOf = ({ region, signal }: RegionRow) => `${region},${signal}`;

/** CSV with a header. */
export function toCsv(rows: readonly RegionRow[]): string {
  return [HEADER, ...rows.map((row) => Object.values(row).join(',')), ''].join('\n');
}

/** Writes a file to upload. @returns its path. */
export function writeRegionCsv(path: string, options: RegionRowsOptions): string {
  writeFileSync(path, toCsv(regionRows(options)));
  return path;
}

/** Park and Miller's generator: 0 < value < 1, the same everywhere. */
function lehmer(seed: number): () => number {
  const MODULUS = 2_147_483_647;
  let state = (seed * 7919) % MODULUS || 1;
  return () => {
    state = (state * 48_271) % MODULUS;
    return state / MODULUS;
  };
}
