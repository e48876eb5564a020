import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runScript } from '../../localstack/testing/run-command.ts';
import type { Assumption } from '../../verify/assumption.ts';
import { AssumptionBroken } from '../../verify/assumption.ts';
import { ASSUMPTIONS } from '../../verify/assumptions/index.ts';
import { verify } from '../../verify/check.ts';
import { planOf } from '../../verify/plan.ts';

const anAssumption = (changes: Partial<Assumption> = {}): Assumption => ({
  id: 'one',
  statement: 'It is so.',
  where: ['lib/one.ts'],
  creates: ['bucket'],
  usd: 0.02,
  minutes: 3,
  check: async () => {},
  ...changes,
});
const anAccount = (leftovers: readonly { what: string; reason: string }[] = []) =>
  ({ calls: [], cleanUp: async () => leftovers }) as never;

describe('verify:aws', () => {
  it('lists without --yes what it would make and cost, and calls nobody', async () => {
    const env = { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'none' };
    const { code, stdout } = await runScript('verify/main.ts', [], { env });
    expect(code).toBe(0);
    for (const { id, statement, needsStage } of ASSUMPTIONS) {
      if (!needsStage) expect(stdout).toContain(`${id} (`);
      if (!needsStage) expect(stdout).toContain(statement);
    }
    expect(stdout).toContain('Nothing was made or called.');
  });

  it('refuses to take another cloud for AWS', async () => {
    const env = { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { code, stderr } = await runScript('verify/main.ts', ['--yes'], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('AWS_ENDPOINT_URL is set');
  });

  it('sums up costs and time, and leaves out what needs a stage without one', () => {
    const plan = planOf([anAssumption(), anAssumption({ id: 'two', usd: 0.1, needsStage: true })], {
      hasStage: false,
    });
    expect(plan.chosen.map(({ id }) => id)).toEqual(['one']);
    expect(plan.text).toContain('1 checks, $0.02 at most, up to 3 minutes.');
    expect(plan.text).toContain('(--stage, --project): two');
  });

  it('names what --only may hold', () => {
    expect(() => planOf([anAssumption()], { only: ['tow'], hasStage: false })).toThrow(
      '--only tow: no such assumption. There are: one',
    );
  });

  it('tells a broken assumption from a check that could not be made, and cleans up after both', async () => {
    const left = [{ what: 'bucket b', reason: 'not empty' }];
    const broken = anAssumption({
      check: async () => {
        throw new AssumptionBroken('it is not so');
      },
    });
    expect(await verify(broken, anAccount(left))).toEqual({
      id: 'one',
      verdict: 'BROKEN',
      reason: 'it is not so',
      leftovers: left,
    });
    const failed = anAssumption({
      check: async () => {
        throw new Error('no network');
      },
    });
    expect(await verify(failed, anAccount())).toMatchObject({
      verdict: 'NOT CHECKED',
      reason: 'Error: no network',
    });
  });

  it('names each assumption once, and files that exist', () => {
    const ids = ASSUMPTIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const missing = ASSUMPTIONS.flatMap(({ where }) => where).filter((file) => !existsSync(file));
    expect(missing).toEqual([]);
  });

  it('is what docs/differences.md leaves unverified, and the other way round', () => {
    const page = readFileSync('docs/differences.md', 'utf8');
    const named = [...page.slice(page.indexOf('## Not verified on AWS')).matchAll(/verify `([a-z0-9-]+)`/g)];
    const ids = ASSUMPTIONS.map(({ id }) => id);
    expect(new Set(named.map(([, id]) => id))).toEqual(new Set(ids));
  });
});
