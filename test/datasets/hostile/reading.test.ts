/** Every upload of docs/hostile-uploads.md that is about reading: what the reader says and which values come out. */
import { describe, expect, it } from 'vitest';
import { readUpload, settingsOf, titleOf } from './read-upload.ts';
import { UPLOADS } from './uploads.ts';

/** Checks whose findings the reader makes; the others are rules about facts. */
const OF_THE_READER = [
  'files-readable',
  'header-names',
  'blank-lines',
  'columns-unread',
  'columns-inferred',
  'values-rounded',
];

describe.each(UPLOADS)('$row: $upload', ({ files, readings }) => {
  it.each(readings.map((reading) => [titleOf(reading), reading] as const))('%s', async (_title, reading) => {
    const read = await readUpload(files(), settingsOf(reading));
    const said = (reading.says ?? []).filter(([check]) => OF_THE_READER.includes(check));
    expect(read.says.map(([check]) => check)).toEqual(said.map(([check]) => check));
    for (const [at, [, sentence]] of said.entries()) {
      if (sentence.endsWith('...')) expect(read.says[at]![1]).toContain(sentence.slice(0, -3));
      else expect(read.says[at]![1]).toBe(sentence);
    }
    const { values = {}, bad = {}, rows, types = {} } = reading;
    for (const [name, expected] of Object.entries(values))
      expect.soft(read.values[name], name).toEqual(expected);
    for (const [name, expected] of Object.entries(bad)) expect.soft(read.bad[name], name).toEqual(expected);
    for (const [name, type] of Object.entries(types)) {
      expect
        .soft(
          read.schema.columns.find((column) => column.name === name),
          name,
        )
        .toMatchObject({ type });
    }
    if (rows !== undefined) expect(read.rows).toBe(rows);
  });
});
