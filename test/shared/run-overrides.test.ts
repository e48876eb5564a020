import { describe, expect, it } from 'vitest';
import { applyOverrides } from '../../lambdas/shared/run-overrides.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import { aProject } from './project-fixture.ts';

const tuned: ProjectSettings = {
  ...aProject(),
  tuning: {
    strategy: 'Random',
    objective: { metric: 'validation:auc', goal: 'Maximize' },
    ranges: { eta: { type: 'continuous', minimum: 0.1, maximum: 0.5 } },
    maximumJobs: 4,
    maximumParallelJobs: 2,
    earlyStopping: false,
    warmStart: false,
  },
};
const mistakes = (overrides: Record<string, unknown>, settings = aProject()) =>
  applyOverrides(settings, overrides as Record<string, string>).mistakes;

describe('settings of one run', () => {
  it('replace what is deployed, and leave it and everything else as it was', () => {
    const deployed = aProject();
    const before = structuredClone(deployed);
    const { settings, mistakes } = applyOverrides(deployed, {
      'trainer.hyperparameters.max_depth': '6',
      'trainer.hyperparameters.note': 'a=b',
      'trainer.maxRuntimeSeconds': '900',
      'trainer.reuse': 'false',
    });
    expect(mistakes).toEqual([]);
    expect(settings).toEqual({
      ...before,
      trainer: {
        ...before.trainer,
        hyperparameters: { max_depth: '6', note: 'a=b' },
        maxRuntimeSeconds: 900,
        reuse: false,
      },
    });
    expect(deployed).toEqual(before);
  });

  it('reach the tuning job of a project that tunes', () => {
    const { settings, mistakes } = applyOverrides(tuned, {
      'tuning.maximumJobs': '10',
      'tuning.warmStart': 'true',
    });
    expect(mistakes).toEqual([]);
    expect(settings.tuning).toEqual({ ...tuned.tuning, maximumJobs: 10, warmStart: true });
  });

  it.each([
    ['gates.minimum', '0.1', /^gates\.minimum: cannot be set for one run; models are judged by the gates/],
    [
      'serving.instanceType',
      'ml.m5.large',
      /allowed: trainer\.hyperparameters\.NAME, trainer\.instanceType, /,
    ],
    ['trainer.imageUri', 'other', /cannot be set for one run/],
    ['trainer.toString', 'x', /cannot be set for one run/],
    ['trainer.hyperparameters', '{}', /cannot be set for one run/],
    ['__proto__.x', '1', /cannot be set for one run/],
    ['trainer.instanceCount', '0', /got "0"; allowed: a whole number from 1 to 100$/],
    ['trainer.instanceCount', '1.5', /allowed: a whole number/],
    ['trainer.maxRuntimeSeconds', '2419201', /allowed: a whole number from 60 to 2419200$/],
    ['trainer.instanceType', 'm5.large', /allowed: an instance type such as ml\.m5\.large$/],
    ['trainer.reuse', 'yes', /allowed: true or false$/],
    ['trainer.hyperparameters.', '1', /got the name ""/],
    ['trainer.hyperparameters.sagemaker_program', 'x', /not beginning with _ or sagemaker_/],
    ['trainer.hyperparameters.__proto__', 'x', /not beginning with _/],
    ['trainer.hyperparameters.a', '', /got 0 characters; allowed: 1 to 2500$/],
    ['trainer.hyperparameters.a', 'x'.repeat(2501), /got 2501 characters/],
    [
      'tuning.maximumJobs',
      '3',
      /^tuning\.maximumJobs: the project does not tune; describe projects\.flights\.tuning/,
    ],
    ['trainer.reuse', true, /got true; allowed: its value as a text$/],
  ])('%s = %j is refused', (path, value, sentence) => {
    expect(mistakes({ [path]: value })).toEqual([expect.stringMatching(sentence)]);
  });

  it('must not name what the tuning job searches', () => {
    expect(mistakes({ 'trainer.hyperparameters.eta': '0.3' }, tuned)).toEqual([
      'trainer.hyperparameters.eta: the tuning job searches it; take it out of projects.flights.tuning.ranges to set it',
    ]);
  });

  it('must agree with each other and with what is deployed', () => {
    expect(mistakes({ 'tuning.maximumJobs': '1' }, tuned)).toEqual([
      'tuning.maximumParallelJobs: got 2; allowed: at most tuning.maximumJobs, 1',
    ]);
    const project = aProject();
    const spot = {
      ...project,
      trainer: { ...project.trainer, spot: { maxWaitSeconds: 700, checkpoints: true } },
    };
    expect(mistakes({ 'trainer.maxRuntimeSeconds': '700' }, spot)).toEqual([]);
    expect(mistakes({ 'trainer.maxRuntimeSeconds': '701' }, spot)).toEqual([
      'trainer.maxRuntimeSeconds: got 701; allowed: at most the 700 that spot waits in all',
    ]);
  });
});
