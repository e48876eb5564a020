import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SK } from '../../lambdas/shared/catalog-items.ts';
import { playIngest } from '../shared/ingest-driver.ts';
import { aCsv, PROJECT } from '../shared/project-fixture.ts';
import { Stage } from './upload-fixture.ts';

const START = new Date('2026-03-01T00:00:00Z');
let stage: Stage;
beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['Date'] });
  stage = new Stage();
});
afterEach(() => {
  stage.restore();
  vi.useRealTimers();
});
const pass = (hours: number) => vi.setSystemTime(Date.now() + hours * 3_600_000);
const nothing = { received: 0, resumed: 0, late: 0, expired: 0 };

describe('an event that never came', () => {
  it('is made up for, with the name that the event would have given', async () => {
    const event = stage.putFolder('u', { 'a.csv': aCsv(20) });
    stage.put('b.csv', aCsv(30));
    pass(1);
    expect(await stage.sweep()).toEqual({ ...nothing, received: 2 });
    expect(stage.states.executions.size).toBe(2);

    const { upload } = await stage.receive(event);
    expect(stage.uploads().map((item) => item.upload)).toContain(upload);
    expect(stage.states.executions.size).toBe(2);
  });

  it('is waited for at first', async () => {
    stage.put('b.csv', aCsv(30));
    stage.putFolder('u', { 'a.csv': aCsv(20) });
    pass(0.2);
    expect(await stage.sweep()).toEqual(nothing);
  });

  it('of each version of a key is made up for, the older first', async () => {
    stage.put('a.csv', aCsv(20));
    stage.put('a.csv', aCsv(30));
    pass(1);
    expect(await stage.sweep()).toMatchObject({ received: 2 });
    for (const { input } of stage.states.executions.values()) await playIngest(input as never);
    expect([stage.manifest(1).rows, stage.manifest(2).rows]).toEqual([20, 30]);
  });
});

describe('a workflow that ended without an outcome', () => {
  it('is started again under another name, and given up after three', async () => {
    const { upload } = await stage.receive(stage.put('a.csv', aCsv(20)));
    const executions = () => [...stage.states.executions.keys()];
    pass(1);
    expect(await stage.sweep(), 'while it runs').toEqual(nothing);
    for (const started of [2, 3]) {
      for (const execution of stage.states.executions.values()) execution.status = 'TIMED_OUT';
      pass(6);
      expect(await stage.sweep()).toEqual({ ...nothing, resumed: 1 });
      expect(executions()).toHaveLength(started);
    }
    expect(executions()[1]).toBe(`${executions()[0]}-2`);

    for (const execution of stage.states.executions.values()) execution.status = 'ABORTED';
    pass(6);
    await stage.sweep();
    expect(executions()).toHaveLength(3);
    expect(stage.upload(upload!)).toMatchObject({ outcome: 'failed', attempt: 3 });
    expect(stage.events()).toEqual(['UploadFailed']);
  });

  it('that was started again commits what was received', async () => {
    await stage.receive(stage.put('a.csv', aCsv(20)));
    for (const execution of stage.states.executions.values()) execution.status = 'FAILED';
    pass(1);
    await stage.sweep();
    await playIngest([...stage.states.executions.values()][1]!.input as never);
    stage.expectSound(1);
  });

  it('is not started for a commit that was announced: that is finished', async () => {
    let isAnnounced = false;
    stage.aws.before = (operation, input) => {
      const item = input.Item as { sk?: string; pending?: unknown } | undefined;
      if (isAnnounced) throw new Error('killed');
      if (operation === 'PutItem' && item?.sk === SK.commit && item.pending) isAnnounced = true;
    };
    await stage.play(stage.put('a.csv', aCsv(20))).catch(() => undefined);
    stage.aws.before = () => {};
    await stage.sweep();
    expect(stage.item(SK.head)).toMatchObject({ version: 1 });
    expect(stage.events()).toEqual(['DatasetVersioned']);
  });
});

describe('files after the marker', () => {
  beforeEach(async () => {
    await stage.play(stage.putFolder('u', { 'a.csv': aCsv(20) }));
    stage.aws.events.length = 0;
  });

  it('are reported once, and again when more come', async () => {
    pass(1);
    stage.put('u/late.csv', aCsv(5));
    expect(await stage.sweep(), 'while somebody may be at it').toEqual(nothing);
    pass(1);
    expect(await stage.sweep()).toEqual({ ...nothing, late: 1 });
    expect(stage.aws.events).toEqual([
      {
        name: 'LateFiles',
        detail: {
          project: PROJECT,
          upload: stage.uploads()[0]!.upload,
          folder: 'u',
          files: 1,
          examples: ['late.csv'],
          reason:
            '1 file arrived in "u" after its _SUCCESS and belongs to no version: "late.csv"; write _SUCCESS again to commit it.',
        },
      },
    ]);
    expect(await stage.sweep()).toEqual(nothing);

    stage.put('u/later.csv', aCsv(5));
    pass(1);
    expect(await stage.sweep()).toEqual({ ...nothing, late: 1 });
    expect(stage.aws.events.at(-1)!.detail.reason).toBe(
      '2 files arrived in "u" after its _SUCCESS and belong to no version; write _SUCCESS again to commit them.',
    );
    expect(stage.itemsBelow('DECISION#')).toHaveLength(3);
  });

  it('are a newer version of a committed one, too', async () => {
    pass(1);
    stage.put('u/a.csv', aCsv(25));
    pass(1);
    await stage.sweep();
    expect(stage.aws.events[0]).toMatchObject({ name: 'LateFiles', detail: { examples: ['a.csv'] } });
  });

  it('are no longer late once a second marker took them', async () => {
    pass(1);
    stage.put('u/late.csv', aCsv(25));
    await stage.play(stage.put('u/_SUCCESS'));
    pass(1);
    expect(await stage.sweep()).toEqual(nothing);
  });

  it('expire after seven days', async () => {
    pass(1);
    stage.put('u/late.csv', aCsv(5));
    pass(24 * 7 + 1);
    expect(await stage.sweep()).toEqual({ ...nothing, expired: 1 });
    expect(stage.tag('u/late.csv')).toBe('expired');
    expect(stage.tag('u/a.csv')).toBe('committed');
  });
});

describe('a folder without a marker', () => {
  it('expires after the days that the project sets, with a notification', async () => {
    stage.restore();
    stage = new Stage({ incoming: { expireAfterDays: 2 } });
    stage.put('u/a.csv', 'x'.repeat(3_000_000));
    stage.put('u/b.csv', 'x'.repeat(1_200_000));
    pass(24 * 2 - 1);
    expect(await stage.sweep()).toEqual(nothing);
    pass(2);
    expect(await stage.sweep()).toEqual({ ...nothing, expired: 1 });

    expect(stage.aws.events).toMatchObject([
      {
        name: 'UploadExpired',
        detail: {
          folder: 'u',
          files: 2,
          reason:
            'Upload "u" has had no _SUCCESS for 2 days (2 files, 4.2 MB): it has expired. Write incoming/u/_SUCCESS after the last file.',
        },
      },
    ]);
    expect([stage.tag('u/a.csv'), stage.tag('u/b.csv')]).toEqual(['expired', 'expired']);
    expect(stage.uploads()).toMatchObject([{ outcome: 'expired', files: 2 }]);
    expect(await stage.sweep()).toEqual(nothing);
    expect(stage.itemsBelow('DECISION#')).toHaveLength(1);
  });

  it('is expired by the next sweep when one is killed at any call', async () => {
    stage.put('u/a.csv', 'x');
    pass(24 * 8);
    let calls = 0;
    stage.aws.before = () => void calls++;
    await stage.sweep();
    expect(calls).toBeGreaterThan(8);
    for (let killedAt = 1; killedAt <= calls; killedAt++) {
      stage.restore();
      stage = new Stage();
      stage.put('u/a.csv', 'x', START);
      let call = 0;
      stage.aws.before = () => {
        if (++call === killedAt) throw new Error('killed');
      };
      await stage.sweep().catch(() => undefined);
      await stage.sweep();
      expect(stage.tag('u/a.csv'), `killed at call ${killedAt}`).toBe('expired');
      expect(stage.events(), `killed at call ${killedAt}`).toContain('UploadExpired');
      expect(stage.uploads()).toHaveLength(1);
    }
  });
});

describe('an upload that failed', () => {
  it('expires like one that was never committed', async () => {
    stage.aws.before = (operation, { Key }) => {
      if (operation === 'GetObject' && Key === 'incoming/a.csv') throw new Error('broken');
    };
    await stage.play(stage.put('a.csv', aCsv(20)));
    stage.aws.before = () => {};
    pass(24 * 6);
    await stage.sweep();
    expect(stage.tag('a.csv')).toBeUndefined();
    pass(24 * 2);
    await stage.sweep();
    expect(stage.tag('a.csv')).toBe('expired');
    expect(stage.events()).toEqual(['UploadFailed', 'UploadExpired']);
  });
});
