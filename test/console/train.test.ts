import { describe, expect, it } from 'vitest';
import { checkOverrides, endText, parseOverrides } from '../../console/cli/train.ts';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import { aProject } from '../shared/project-fixture.ts';
import { aRequest } from '../training/run-fixture.ts';

describe('--set', () => {
  it('takes everything after the first equals sign as the value', () => {
    expect(parseOverrides(['a.b=1', 'a.c=x=y', 'a.d='])).toEqual({ 'a.b': '1', 'a.c': 'x=y', 'a.d': '' });
    expect(parseOverrides([])).toBeUndefined();
  });

  it.each([
    [
      ['max_depth'],
      '--set: got "max_depth"; allowed: key=value, for example trainer.hyperparameters.max_depth=6',
    ],
    [['=6'], '--set: got "=6"; allowed: key=value, for example trainer.hyperparameters.max_depth=6'],
    [['a=1', 'a=2'], '--set: got a twice; allowed: once'],
  ])('%j is refused', (texts, message) => {
    expect(() => parseOverrides(texts)).toThrow(message);
  });

  it('says everything that is wrong at once', () => {
    expect(() => checkOverrides(aProject(), { 'gates.minimum': '0', 'trainer.reuse': '1' })).toThrow(
      /^--set: gates\.minimum: .*\n {2}--set: trainer\.reuse: got "1"; allowed: true or false$/,
    );
  });
});

describe('hyperparameters of the built-in algorithm', () => {
  const { entryPoint, framework, frameworkVersion, ...common } = aProject().trainer as Extract<
    ProjectSettings['trainer'],
    { kind: 'script' }
  >;
  const builtIn: ProjectSettings = {
    ...aProject(),
    trainer: {
      ...common,
      kind: 'built-in',
      algorithm: 'xgboost',
      algorithmVersion: '1.7-1',
      hyperparameters: { num_round: '50' },
    },
  };
  const set = (name: string, value: string, settings = builtIn) =>
    checkOverrides(settings, { [`trainer.hyperparameters.${name}`]: value });

  it('are held to their types and ranges', () => {
    expect(() => set('eta', '0.3')).not.toThrow();
    expect(() => set('eta', '1.3')).toThrow(/^--set: trainer\.hyperparameters\.eta: got "1\.3"; .*1/);
    expect(() => set('num_round', 'many')).toThrow(/num_round: got "many"; .*number/);
    expect(() => set('depth', '3')).toThrow(
      /depth: the built-in algorithm has no such .*allowed: num_round, /,
    );
  });

  it('are a script of its own affair elsewhere', () => {
    expect(() => set('depth', 'any', aProject())).not.toThrow();
  });
});

describe('the end of a run that was asked for', () => {
  const run: RunItem = {
    run: 'flights-1-a1',
    status: 'Registered',
    request: aRequest(),
    executionArn: 'arn',
    startedAt: '2026-03-01T10:00:00.000Z',
    settingsDigest: 's',
    codeDigest: 'c',
    modelVersion: 3,
  };
  const text = (state: Parameters<typeof endText>[1]) => endText({ project: 'flights' }, state, 60_000);

  it('names the model, or why there is none', () => {
    expect(text({ state: 'ended', run })).toBe(
      'run flights-1-a1: registered model 3; look at it: driftless models show 3',
    );
    expect(
      text({ state: 'ended', run: { ...run, status: 'RejectedByGate', failureReason: 'too low' } }),
    ).toBe(
      "run flights-1-a1: rejected by a gate: too low\ndriftless runs show flights-1-a1 has every gate's numbers",
    );
    expect(text({ state: 'ended', run: { ...run, status: 'Failed', failureReason: 'boom' } })).toBe(
      'run flights-1-a1: failed: boom\nits steps: driftless runs show flights-1-a1; its training log: driftless runs logs flights-1-a1',
    );
    expect(text({ state: 'refused', because: 'no data' })).toBe('no run: no data');
  });

  it('says where to look when nobody waits any longer', () => {
    expect(text({ state: 'running', run: { ...run, status: 'InProgress' } })).toMatch(
      /still in progress after 1 min 0 s; follow it: driftless runs show flights-1-a1 --follow$/,
    );
    expect(text({ state: 'waiting', because: 'locked' })).toMatch(/still waits after 1 min 0 s: locked\n/);
    expect(text({ state: 'unseen' })).toMatch(/^"flights" has not answered the request after 1 min 0 s/);
  });
});
