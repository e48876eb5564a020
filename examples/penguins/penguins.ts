/**
 * Penguins of three species at Palmer Station, Antarctica (npm package `vega-datasets`, `penguins.json`; measured by Dr.
 * Kristen Gorman and the Palmer Station LTER, published as `palmerpenguins` under CC0), as rows of this example.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The package exports its code only; the file lies beside it. */
const SOURCE = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '..',
  'data',
  'penguins.json',
);

/** Columns that the model is sent, in order, with their names in the source. */
const MEASURED = {
  island: 'Island',
  beak_length_mm: 'Beak Length (mm)',
  beak_depth_mm: 'Beak Depth (mm)',
  flipper_length_mm: 'Flipper Length (mm)',
  body_mass_g: 'Body Mass (g)',
} as const;

/** Columns of an upload that the model is sent, in order. */
export const FEATURES = Object.keys(MEASURED) as readonly (keyof typeof MEASURED)[];

/** Writes all penguins that were measured as CSV: 342 of 344. @returns rows */
export function writePenguins(file: string): number {
  const penguins = JSON.parse(readFileSync(SOURCE, 'utf8')) as Record<string, string | number | null>[];
  const rows = penguins.flatMap((penguin, index) => {
    const values = Object.values(MEASURED).map((name) => penguin[name]);
    if (values.includes(null)) return [];
    return [[`penguin-${String(index + 1).padStart(3, '0')}`, ...values, penguin.Species].join(',')];
  });
  writeFileSync(file, `${['penguin_id', ...FEATURES, 'species'].join(',')}\n${rows.join('\n')}\n`);
  return rows.length;
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('penguins.ts')) {
  const file = process.argv[2] ?? 'penguins.csv';
  console.log(`${file}: ${writePenguins(file)} rows`);
}
