/** What a scan was planned with counts to its end: settings that were deployed and keys that were forgotten meanwhile do not mix in. */
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChecksDocument } from '../../lambdas/datasets/contract.ts';
import { handler as forgetKeys } from '../../lambdas/datasets/forget-keys.handler.ts';
import { SK, type TombstonesItem } from '../../lambdas/shared/catalog-items.ts';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';
import { aCsv, aProject, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { Stage } from './upload-fixture.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.restore());

const LIMITS = {
  bytes: 4_000,
  files: 1,
  hash: { treeAbove: 1e9, chunkSize: 1e9 },
  hashedBytes: 1e9,
};
const ROUTES = ['one-function', 'distributed'] as const;
const files = { 'a.csv': aCsv(20), 'b.csv': aCsv(20, { from: 20 }), 'c.csv': aCsv(20, { from: 40 }) };

function restart(dataset: Partial<DatasetSettings>): void {
  stage.restore();
  stage = new Stage(dataset);
}
const forget = (key: string) =>
  forgetKeys({ project: PROJECT, keys: [key] }, { getRemainingTimeInMillis: () => 900_000 } as Context);
const listed = () => stage.item<TombstonesItem>(SK.tombstones)!.digest;
const isAnnouncement = (operation: string, input: Record<string, unknown>) => {
  const item = input.Item as { sk?: string; pending?: unknown } | undefined;
  return operation === 'PutItem' && item?.sk === SK.commit && item.pending !== undefined;
};

/** Version 1 leaves the key out, in every document that counts. */
function expectWithoutOneRow(rows: number): void {
  expect(stage.manifest(1)).toMatchObject({ rows: rows - 1, tombstones: listed() });
  expect(stage.document<{ rows: number }>('datasets/1/profile.json').rows).toBe(rows - 1);
  stage.expectSound(1);
}

describe.each(ROUTES)('settings that are deployed while an upload is read by the route %s', (route) => {
  const before = { scan: { route } } as const;
  /** 60 rows are too few. */
  const after = { ...before, minimumRows: 61 };

  it.each(['plan', 'scan'])('after the step %s count for the next upload', async (step) => {
    restart(before);
    const result = await stage.play(stage.putFolder('u', files), {
      limits: LIMITS,
      after: (done) => {
        if (done === step) deployProject(stage.aws, aProject(after));
      },
    });
    expect(result).toMatchObject({ outcome: 'versioned', version: 1 });
    const next = await stage.play(stage.putFolder('v', { 'a.csv': aCsv(30) }), { limits: LIMITS });
    expect(next.reason).toContain('at least 61 are needed');
  });

  it('in the middle of a scan are not looked at by its later functions', async () => {
    restart(before);
    const event = stage.putFolder('u', files);
    stage.aws.before = (operation, { Key }) => {
      if (operation === 'PutObject' && /shards\/look-0|staged\/schema/.test(String(Key))) {
        deployProject(stage.aws, aProject(after));
      }
    };
    expect(await stage.play(event, { limits: LIMITS })).toMatchObject({ outcome: 'versioned' });
    expect(stage.document<ChecksDocument>('datasets/1/checks.json').verdict).not.toBe('FAIL');
  });
});

describe.each(ROUTES)('a key that is forgotten while an upload is read by the route %s', (route) => {
  beforeEach(() => restart({ scan: { route } }));

  it.each(['plan', 'scan'])('after the step %s is not in the version', async (step) => {
    let isFirst = true;
    await stage.play(stage.putFolder('u', files), {
      limits: LIMITS,
      after: async (done) => {
        if (done !== step || !isFirst) return;
        isFirst = false;
        await forget('f23');
      },
    });
    expectWithoutOneRow(60);
  });

  it('between two functions of a scan is not in the version, nor in half of its documents', async () => {
    const event = stage.putFolder('u', files);
    let isFirst = true;
    stage.aws.before = async (operation, { Key }) => {
      if (!isFirst || operation !== 'PutObject' || !/shards\/stage-2|staged\/schema/.test(String(Key)))
        return;
      isFirst = false;
      // of the shard that was read just now
      await forget('f43');
    };
    await stage.play(event, { limits: LIMITS });
    expect(isFirst).toBe(false);
    expectWithoutOneRow(60);
  });

  it('in the moment between the look at the list and the announcement is not in the version', async () => {
    const event = stage.putFolder('u', files);
    let isFirst = true;
    stage.aws.before = async (operation, input) => {
      if (!isFirst || !isAnnouncement(operation, input)) return;
      isFirst = false;
      expect((await forget('f3')).versions, 'nothing is committed yet').toEqual([]);
    };
    await stage.play(event, { limits: LIMITS, tries: 2 });
    expect(isFirst).toBe(false);
    expectWithoutOneRow(60);
  });
});

describe('a key that is forgotten', () => {
  it('after the announcement of a commit that was killed is found in its version', async () => {
    let isAnnounced = false;
    stage.aws.before = (operation, input) => {
      if (isAnnounced) throw new Error('killed');
      isAnnounced = isAnnouncement(operation, input);
    };
    await stage.play(stage.putFolder('u', files)).catch(() => undefined);
    stage.aws.before = () => {};
    expect(stage.item(SK.head)).toBeUndefined();

    expect((await forget('f3')).versions).toEqual([{ version: 1, rows: 1, files: 1 }]);
    expect(stage.events()).toEqual(['DatasetVersioned']);
    stage.expectSound(1);
  });

  it('before the first upload is in no version', async () => {
    await forget('f3');
    await stage.play(stage.putFolder('u', files));
    expectWithoutOneRow(60);
  });

  it('does not keep an upload of what the head has from being unchanged', async () => {
    await stage.play(stage.putFolder('u', files));
    await forget('f3');
    expect(await stage.play(stage.putFolder('v', files))).toMatchObject({ outcome: 'unchanged', version: 1 });
  });
});
