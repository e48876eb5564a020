/** What may go wrong around a commit: exactly one version per content, none lost, numbers in the order of commits. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IngestInput } from '../../lambdas/datasets/contract.ts';
import { SK } from '../../lambdas/shared/catalog-items.ts';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';
import { playIngest } from '../shared/ingest-driver.ts';
import { aCsv } from '../shared/project-fixture.ts';
import { Stage } from './upload-fixture.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.restore());

function restart(dataset: Partial<DatasetSettings> = {}): void {
  stage.restore();
  stage = new Stage(dataset);
}
const outcomes = () => stage.uploads().map(({ outcome }) => outcome);

describe('events', () => {
  it('that come twice are one upload and one version', async () => {
    const event = stage.putFolder('u', { 'a.csv': aCsv(20), 'b.csv': aCsv(20, { from: 20 }) });
    await stage.play(event);
    const before = JSON.stringify([...stage.aws.items]);

    expect(await stage.receive(event)).toMatchObject({ outcome: 'versioned' });
    expect(JSON.stringify([...stage.aws.items])).toBe(before);
    expect(stage.states.executions.size).toBe(1);
    expect(stage.events()).toEqual(['DatasetVersioned']);
    stage.expectSound(1);
  });

  it('that come twice at the same instant are one upload and one version', async () => {
    const event = stage.put('a.csv', aCsv(20));
    const received = await Promise.all([stage.receive(event), stage.receive(event), stage.receive(event)]);
    expect(new Set(received.map(({ upload }) => upload)).size).toBe(1);
    expect(stage.states.executions.size).toBe(1);
    const { input } = [...stage.states.executions.values()][0]!;
    await playIngest(input as IngestInput);
    stage.expectSound(1);
  });

  it('that come a second time while the first is committed change nothing', async () => {
    const event = stage.put('a.csv', aCsv(20));
    const result = await stage.play(event, { after: () => stage.receive(event).then(() => {}) });
    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    expect(stage.states.executions.size).toBe(1);
    stage.expectSound(1);
  });

  it('of two executions of one upload become one version', async () => {
    const event = stage.put('a.csv', aCsv(20));
    const { upload } = await stage.receive(event);
    const input = { project: 'flights', upload: upload! };
    const results = await Promise.all([playIngest(input, { tries: 3 }), playIngest(input, { tries: 3 })]);
    expect(results.map(({ version }) => version)).toEqual([1, 1]);
    expect(outcomes()).toEqual(['versioned']);
    stage.expectSound(1);
  });

  it('that come late take what was there at the marker, whatever was written since', async () => {
    const first = aCsv(20);
    const marker = stage.putFolder('u', { 'a.csv': first, 'gone.csv': aCsv(5, { from: 100 }) });
    // S3 counts in seconds, this test in the fake's clock
    const later = new Date(Date.now() + 60_000);
    stage.put('u/a.csv', aCsv(30), later);
    stage.put('u/late.csv', aCsv(20, { from: 200 }), later);
    // within one instant of its clock S3 does not say which came first
    await new Promise((resolve) => setTimeout(resolve, 3));
    stage.aws.remove('data-bucket', 'incoming/u/gone.csv');

    await stage.play(marker);
    expect(stage.manifest(1).files.map(({ path, size }) => [path, size])).toEqual([
      ['a.csv', first.length],
      ['gone.csv', aCsv(5, { from: 100 }).length],
    ]);
    expect(stage.tag('u/a.csv'), 'the newer one was not committed').toBeUndefined();
  });

  it('of a key that come in the other order do not put the older content over the newer', async () => {
    const older = stage.put('a.csv', aCsv(20));
    const newer = stage.put('a.csv', aCsv(30));
    await stage.play(newer);
    expect(await stage.play(older)).toMatchObject({ outcome: 'superseded' });
    expect(stage.manifest(1).rows).toBe(30);
    expect(stage.itemsBelow('DECISION#')).toHaveLength(2);
    stage.expectSound(1);
  });

  it('of a key that come in the other order both append', async () => {
    restart({ uploads: 'append' });
    const older = stage.put('a.csv', aCsv(20));
    const newer = stage.put('a.csv', aCsv(30, { from: 20 }));
    await stage.play(newer);
    expect(await stage.play(older)).toMatchObject({ outcome: 'versioned' });
    expect(stage.manifest(2).rows).toBe(50);
    stage.expectSound(2);
  });

  it('of two markers that come in the other order commit every file once', async () => {
    restart({ uploads: 'append' });
    const first = stage.putFolder('u', { 'a.csv': aCsv(20) });
    const later = new Date(Date.now() + 60_000);
    stage.put('u/b.csv', aCsv(20, { from: 20 }), later);
    const second = stage.put('u/_SUCCESS', '', later);
    await stage.play(second);
    expect(await stage.play(first)).toMatchObject({
      outcome: 'unchanged',
      reason: 'Upload "u" holds nothing that an earlier commit did not take.',
    });
    expect(stage.manifest(1).files.map(({ path }) => path)).toEqual(['a.csv', 'b.csv']);
    stage.expectSound(1);
  });

  it('of a second marker commit what is new, and nothing when nothing is', async () => {
    restart({ uploads: 'append' });
    await stage.play(stage.putFolder('u', { 'a.csv': aCsv(20) }));
    const again = await stage.play(stage.put('u/_SUCCESS'));
    expect(again).toMatchObject({ outcome: 'unchanged' });
    await stage.play(stage.putFolder('u', { 'b.csv': aCsv(20, { from: 20 }) }));
    // the third marker leaves out what the first and the second took
    await stage.play(stage.putFolder('u', { 'c.csv': aCsv(20, { from: 40 }) }));

    expect(stage.manifest(3).files.map(({ path }) => path)).toEqual(['a.csv', 'b.csv', 'c.csv']);
    expect(stage.uploads().map(({ files }) => files)).toEqual(expect.arrayContaining([1, 0, 1, 1]));
    stage.expectSound(3);
  });

  it('are not waited for by a marker alone', async () => {
    expect(await stage.play(stage.putFolder('u', {}))).toMatchObject({
      outcome: 'rejected',
      reason: 'The upload has no file beside its marker.',
    });
  });
});

describe('uploads at the same instant', () => {
  async function bothAtOnce(a: string, b: string) {
    const events = [stage.put('a.csv', a), stage.put('b.csv', b)];
    return Promise.all(events.map((event) => stage.play(event, { tries: 3 })));
  }

  it('of different contents become two versions, numbered as they were committed', async () => {
    const results = await bothAtOnce(aCsv(40), aCsv(41));
    expect(results.map(({ outcome }) => outcome)).toEqual(['versioned', 'versioned']);
    expect(stage.manifest(1).rows + stage.manifest(2).rows).toBe(81);
    expect(stage.item(SK.head)).toMatchObject({ version: 2 });
    stage.expectSound(2);
  });

  it('of the same content under one name become one version', async () => {
    const folders = ['u1', 'u2'].map((name) => stage.putFolder(name, { 'a.csv': aCsv(40) }));
    const results = await Promise.all(folders.map((event) => stage.play(event, { tries: 3 })));
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['unchanged', 'versioned']);
    stage.expectSound(1);
  });

  it('both keep their rows when they append', async () => {
    restart({ uploads: 'append' });
    await bothAtOnce(aCsv(40), aCsv(30, { from: 40 }));
    const { files, rows } = stage.manifest(2);
    expect(files.map(({ path }) => path)).toEqual(['a.csv', 'b.csv']);
    expect(rows).toBe(70);
    expect(stage.document<{ rows: number }>('datasets/2/profile.json').rows).toBe(70);
    stage.expectSound(2);
  });

  it('keep all their rows when many append', async () => {
    restart({ uploads: 'append' });
    const events = Array.from({ length: 5 }, (_, i) => stage.put(`f${i}.csv`, aCsv(10, { from: 10 * i })));
    await Promise.all(events.map((event) => stage.play(event, { tries: 3 })));
    expect(stage.manifest(5).rows).toBe(50);
    stage.expectSound(5);
  });
});

describe('a key that is overwritten while it is committed', () => {
  it.each(['plan', 'scan', 'commit'])('after the step %s becomes two versions, in order', async (step) => {
    const older = stage.put('a.csv', aCsv(20));
    let newer: unknown;
    const result = await stage.play(older, {
      after: (done) => {
        if (done === step) newer ??= stage.put('a.csv', aCsv(30));
      },
    });
    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    expect(await stage.play(newer)).toMatchObject({ outcome: 'versioned', version: 2 });
    expect([stage.manifest(1).rows, stage.manifest(2).rows]).toEqual([20, 30]);
    stage.expectSound(2);
  });

  it('and committed again before it is, is not committed after it', async () => {
    const older = stage.put('a.csv', aCsv(20));
    let isFirst = true;
    const result = await stage.play(older, {
      after: async (step) => {
        if (step !== 'scan' || !isFirst) return;
        isFirst = false;
        await stage.play(stage.put('a.csv', aCsv(30)));
      },
    });
    expect(result).toMatchObject({ outcome: 'superseded' });
    expect(stage.manifest(1).rows).toBe(30);
    stage.expectSound(1);
  });
});

describe('a handler that is killed', () => {
  const accepted = () => stage.putFolder('u', { 'a.csv': aCsv(4), 'b.csv': aCsv(4, { from: 4 }) });
  const refused = () => stage.put('a.csv', aCsv(2));
  const appended = async () => {
    await stage.play(stage.put('a.csv', aCsv(6)));
    stage.aws.events.length = 0;
    return stage.put('b.csv', aCsv(6, { from: 6 }));
  };
  const cases: [string, Partial<DatasetSettings>, () => unknown, string, number][] = [
    ['a folder', {}, accepted, 'DatasetVersioned', 1],
    ['an upload that is refused', {}, refused, 'UploadRejected', 0],
    ['an upload that is appended', { uploads: 'append' }, appended, 'DatasetVersioned', 2],
  ];

  /** State that has to be the same however it came about. */
  const state = () => ({
    keys: stage.keys('').filter((key) => !key.startsWith('uploads/')),
    uploads: stage.uploads().map(({ outcome, version, isTagged }) => ({ outcome, version, isTagged })),
    decisions: stage.itemsBelow('DECISION#').length,
    tags: ['a.csv', 'b.csv', 'u/a.csv', 'u/b.csv', 'u/_SUCCESS'].map((name) => stage.tag(name)),
    head: stage.item(SK.head),
  });
  async function undisturbed(dataset: Partial<DatasetSettings>, put: () => unknown) {
    restart(dataset);
    const event = await put();
    const calls: string[] = [];
    stage.aws.before = (operation) => void calls.push(operation);
    await stage.play(event);
    return { calls, clean: state() };
  }

  it.each(cases)(
    'at any call goes on with %s by a retry of its step',
    async (_name, dataset, put, event, n) => {
      const { calls, clean } = await undisturbed(dataset, put);
      expect(calls.length).toBeGreaterThan(30);
      for (let killedAt = 1; killedAt <= calls.length; killedAt++) {
        restart(dataset);
        const delivered = await put();
        let call = 0;
        stage.aws.before = () => {
          if (++call === killedAt) throw new Error('killed');
        };
        await stage.play(delivered, { tries: 2 });
        expect(state(), `killed at call ${killedAt}`).toEqual(clean);
        expect(stage.events(), `killed at call ${killedAt}`).toContain(event);
        if (n > 0) stage.expectSound(n);
      }
    },
    240_000,
  );

  it.each(cases)(
    'for good at any call leaves %s to a new delivery and the sweep',
    async (_name, dataset, put, event, n) => {
      const { calls, clean } = await undisturbed(dataset, put);
      for (const [index, operation] of calls.entries()) {
        // whoever is killed before a read leaves what he would before the write that follows it
        if (/^(Get|List|Query|Describe|Head)/.test(operation)) continue;
        const killedAt = index + 1;
        restart(dataset);
        const delivered = await put();
        let call = 0;
        stage.aws.before = () => {
          if (++call >= killedAt) throw new Error('killed');
        };
        await stage.play(delivered).catch(() => undefined);
        stage.aws.before = () => {};
        await stage.play(delivered);
        // tags that are missing are nobody's step any more
        await stage.sweep();
        expect(state(), `killed at call ${killedAt}`).toEqual(clean);
        expect(stage.events(), `killed at call ${killedAt}`).toContain(event);
        if (n > 0) stage.expectSound(n);
      }
    },
    240_000,
  );

  it('after its announcement is not overtaken: the next upload finishes it first', async () => {
    const event = stage.put('a.csv', aCsv(20));
    let isAnnounced = false;
    stage.aws.before = (operation, input) => {
      const item = input.Item as { sk?: string; pending?: unknown } | undefined;
      if (isAnnounced) throw new Error('killed');
      if (operation === 'PutItem' && item?.sk === SK.commit && item.pending) isAnnounced = true;
    };
    await stage.play(event).catch(() => undefined);
    stage.aws.before = () => {};
    expect(stage.item(SK.commit)).toHaveProperty('pending');

    await stage.play(stage.put('b.csv', aCsv(30)));
    expect([stage.manifest(1).rows, stage.manifest(2).rows]).toEqual([20, 30]);
    // and the one that was killed does not put its content over the newer one when it is repeated
    expect(await stage.play(event)).toMatchObject({ outcome: 'versioned', version: 1 });
    expect(stage.item(SK.head)).toMatchObject({ version: 2 });
    stage.expectSound(2);
  });
});
