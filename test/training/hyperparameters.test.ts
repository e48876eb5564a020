import { describe, expect, it } from 'vitest';
import { scriptHyperparameters } from '../../lambdas/training/hyperparameters.ts';
import { volumeKey } from '../../lambdas/training/volume-key.ts';

const options = { entryPoint: 'train.py', source: 's3://b/k', jobName: 'j', region: 'r' };

describe('scriptHyperparameters', () => {
  // as json.dumps writes them in sagemaker-python-sdk's Framework._json_encode_hyperparameters
  it.each([
    ['120', '120'],
    ['0.10', '0.10'],
    ['-1e-3', '-1e-3'],
    ['true', 'true'],
    ['auc', '"auc"'],
    ['1.7-1', '"1.7-1"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['', '""'],
  ])('encodes %j as %s', (value, expected) => {
    const encoded = scriptHyperparameters({ ...options, hyperparameters: { x: value } });
    expect(encoded.x).toBe(expected);
    expect(() => JSON.parse(encoded.x!)).not.toThrow();
  });

  it('does not let a hyperparameter take the place of the script', () => {
    const { sagemaker_program } = scriptHyperparameters({
      ...options,
      hyperparameters: { sagemaker_program: 'other.py' },
    });
    expect(sagemaker_program).toBe('"train.py"');
  });
});

describe('volumeKey', () => {
  it.each(['ml.m5.large', 'ml.c5.xlarge', 'ml.t3.medium', 'ml.p3.2xlarge'])('is given for %s', (type) => {
    expect(volumeKey('KmsKeyId', type, 'key')).toEqual({ KmsKeyId: 'key' });
  });
  it.each([
    'ml.m5d.large',
    'ml.c5d.xlarge',
    'ml.g4dn.xlarge',
    'ml.g5.xlarge',
    'ml.p4d.24xlarge',
    'ml.r5d.large',
    'ml.m6gd.large',
  ])('is left out for %s, whose storage is local', (type) => {
    expect(volumeKey('KmsKeyId', type, 'key')).toEqual({});
  });
});
