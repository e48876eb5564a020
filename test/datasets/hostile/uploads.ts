/** All uploads whose reading is tested here, by their number on the page. */
import { COMPRESSION } from './compression.ts';
import { CSV_LINES } from './csv-lines.ts';
import { CSV_SHAPE } from './csv-shape.ts';
import type { HostileUpload } from './hostile-upload.ts';
import { JSON_LINES } from './json-lines.ts';
import { NOT_DATA } from './not-data.ts';
import { NUMBERS } from './numbers.ts';
import { OTHER_VALUES } from './other-values.ts';
import { PARQUET } from './parquet.ts';
import { NAMES_AS_TEXT, SETS } from './sets.ts';
import { WRONG_TEXT } from './wrong-text.ts';

export const UPLOADS: readonly HostileUpload[] = [
  ...NOT_DATA,
  ...WRONG_TEXT,
  ...CSV_SHAPE,
  ...CSV_LINES,
  ...NUMBERS,
  ...OTHER_VALUES,
  ...JSON_LINES,
  ...PARQUET,
  ...COMPRESSION,
  ...NAMES_AS_TEXT,
  ...SETS,
].toSorted((a, b) => a.row - b.row);
