/** Numbers of schemas: one number names one schema, over all versions of a project. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCsv } from '../shared/project-fixture.ts';
import { Stage } from './upload-fixture.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage({ columns: [], evolution: { dropped: 'allow' } });
});
afterEach(() => stage.restore());

/** The fixture's rows with a further column. */
function withColumn(name: string, rows = 20): string {
  const [header, ...lines] = aCsv(rows).trimEnd().split('\n');
  return `${[`${header},${name}`, ...lines.map((line, at) => `${line},${at}`)].join('\n')}\n`;
}
const schemas = (versions: number) =>
  Array.from({ length: versions }, (_, at) => {
    const { schemaVersion, schema } = stage.manifest(at + 1);
    return [schemaVersion, schema.columns.at(-1)!.name] as const;
  });

describe('the number of a schema', () => {
  it('is not given again when the head moved back before it', async () => {
    await stage.play(stage.put('a.csv', aCsv(20)));
    await stage.play(stage.put('b.csv', withColumn('x')));
    expect(await stage.play(stage.put('a.csv', aCsv(20)))).toMatchObject({
      outcome: 'moved-back',
      version: 1,
    });
    await stage.play(stage.put('c.csv', withColumn('y')));
    // rows of their own, so that it is another version with the same schema
    await stage.play(stage.put('d.csv', withColumn('y', 21)));

    expect(schemas(4)).toEqual([
      [1, 'late'],
      [2, 'x'],
      [3, 'y'],
      [3, 'y'],
    ]);
    expect(stage.document('datasets/3/schema.json')).toMatchObject({ version: 3 });
    stage.expectSound(4);
  });

  it('is not given twice to uploads that are read at the same time', async () => {
    await stage.play(stage.put('a.csv', aCsv(20)));
    const names = ['x', 'y', 'z'];
    const events = names.map((name) => stage.put(`${name}.csv`, withColumn(name)));
    await Promise.all(events.map((event) => stage.play(event, { tries: 3 })));

    const given = schemas(4).slice(1);
    expect(given.map(([number]) => number)).toEqual([2, 3, 4]);
    expect(given.map(([, name]) => name).sort()).toEqual(names);
    stage.expectSound(4);
  });

  it('is not given twice when the head is where it was at the plan, but was elsewhere meanwhile', async () => {
    await stage.play(stage.put('a.csv', aCsv(20)));
    let isFirst = true;
    await stage.play(stage.put('slow.csv', withColumn('slow')), {
      after: async (step) => {
        if (step !== 'scan' || !isFirst) return;
        isFirst = false;
        await stage.play(stage.put('quick.csv', withColumn('quick')));
        await stage.play(stage.put('a.csv', aCsv(20)));
      },
    });

    expect(schemas(3)).toEqual([
      [1, 'late'],
      [2, 'quick'],
      [3, 'slow'],
    ]);
    stage.expectSound(3);
  });
});
