import { describe, expect, it } from 'vitest';
import { trainingDigest } from '../../lambdas/governance/training-digest.ts';
import { aProject } from '../shared/project-fixture.ts';

const settings = aProject();
const before = trainingDigest(settings, 'code');

describe('the digest of what a training depends on', () => {
  it.each([
    ['the code', settings, 'other code'],
    [
      'a hyperparameter',
      { ...settings, trainer: { ...settings.trainer, hyperparameters: { rounds: '1' } } },
      'code',
    ],
    ['the split', { ...settings, split: { ...settings.split, salt: 'other' } }, 'code'],
    [
      'the problem',
      { ...settings, problem: { type: 'multiclass', classes: ['a', 'b', 'c'] } } as typeof settings,
      'code',
    ],
    [
      'the search',
      { ...settings, tuning: { strategy: 'Random', maximumJobs: 4 } } as unknown as typeof settings,
      'code',
    ],
    ['a gate', { ...settings, gates: { ...settings.gates, minimum: 0.99 } }, 'code'],
  ])('changes with %s', (_what, changed, code) => {
    expect(trainingDigest(changed, code)).not.toBe(before);
  });

  it('does not change with how a model is served, watched or retrained', () => {
    const changed = {
      ...settings,
      serving: { ...settings.serving, instanceCount: 7 },
      monitors: { ...settings.monitors, minimumSamples: 7 },
      retraining: { ...settings.retraining, cooldownHours: 7 },
    };

    expect(trainingDigest(changed, 'code')).toBe(before);
  });
});
