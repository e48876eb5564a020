/** All uploads of the page that are files, by their number on it. */
import { COMPRESSION } from './compression.ts';
import { CSV_LINES } from './csv-lines.ts';
import { CSV_SHAPE } from './csv-shape.ts';
import { FIFTY_FILES } from './fifty-files.ts';
import type { HostileUpload } from './hostile-upload.ts';
import { JSON_LINES } from './json-lines.ts';
import { NAMES_AS_TEXT, NAMES_OF_KEYS } from './names.ts';
import { NOT_DATA } from './not-data.ts';
import { NUMBERS } from './numbers.ts';
import { OTHER_VALUES } from './other-values.ts';
import { PARQUET } from './parquet.ts';
import { SETS } from './sets.ts';
import { WRONG_TEXT } from './wrong-text.ts';

const byRow = (a: HostileUpload, b: HostileUpload) => a.row - b.row;

/** Those that are about reading. */
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
  ...FIFTY_FILES,
  ...SETS,
].toSorted(byRow);

/** Also those that are about names alone. */
export const ALL_UPLOADS: readonly HostileUpload[] = [...UPLOADS, ...NAMES_OF_KEYS].toSorted(byRow);
