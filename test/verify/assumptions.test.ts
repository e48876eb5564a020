/** What the code assumes of AWS, checked on the local cloud: it must show the same, or it would hide a wrong assumption. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../../localstack/testing/start-cloud.ts';
import { openAccount } from '../../verify/account.ts';
import { ASSUMPTIONS } from '../../verify/assumptions/index.ts';
import { verify } from '../../verify/check.ts';
import { differences, normalise, type Recording } from '../../verify/recording.ts';

const RECORDINGS = join(import.meta.dirname, '../../verify/recordings');
const recordings = new Map(
  readdirSync(RECORDINGS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(RECORDINGS, file), 'utf8')) as Recording)
    .map((recording) => [recording.assumption, recording]),
);
/** A first use of the runner installs XGBoost; a bake of ten minutes passes on the cloud's clock. */
const SLOW_MS = 300_000;

describe('assumptions about AWS', () => {
  let running: RunningCloud;
  beforeAll(async () => {
    running = await startCloud();
  });
  afterAll(() => running.stop());

  const ofThingsOfTheirOwn = ASSUMPTIONS.filter(({ needsStage }) => !needsStage);
  it.each(ofThingsOfTheirOwn)('$id holds on the local cloud', { timeout: SLOW_MS }, async (assumption) => {
    const { clock } = running.cloud;
    const wait = (seconds: number) => clock.advanceTo(clock.now() + seconds * 1000);
    const account = await openAccount({ clientConfig: running.clientConfig, wait });
    expect(await verify(assumption, account)).toEqual({ id: assumption.id, verdict: 'HOLDS', leftovers: [] });
    // where AWS's own answers are recorded, the local cloud's have to be the same
    const recording = recordings.get(assumption.id);
    if (recording) expect(differences(recording.calls, normalise(account.calls, account))).toEqual([]);
  });

  it('keeps recordings of these assumptions only', () => {
    const ids = ASSUMPTIONS.map(({ id }) => id);
    expect([...recordings.keys()].filter((id) => !ids.includes(id))).toEqual([]);
  });
});
