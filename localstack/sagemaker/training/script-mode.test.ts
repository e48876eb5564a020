import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { optMlIn } from './opt-ml.ts';
import { scriptModeOf } from './script-mode.ts';

const job = (HyperParameters: Record<string, string>) =>
  ({ TrainingJobName: 'j', HyperParameters }) as DescribeTrainingJobResponse;
const tree = optMlIn('/jobs/j');

describe('scriptModeOf', () => {
  it('passes hyperparameters as Python would print what the JSON text holds', () => {
    const script = scriptModeOf(
      job({
        sagemaker_program: '"train.py"',
        sagemaker_submit_directory: 's3://b/code.tar.gz',
        eta: '1.0',
        silent: 'false',
        name: 'plain',
        layers: '[1, "a"]',
        file: '/opt/ml/input/x',
        k: '3',
        _tuning_objective_metric: 'validation:auc',
      }),
      tree,
    );
    expect(script?.args).toEqual([
      ...[
        '--eta',
        '1.0',
        '--file',
        '/jobs/j/opt/ml/input/x',
        '-k',
        '3',
        '--layers',
        "[1, 'a']",
        '--name',
        'plain',
      ],
      ...['--silent', 'False'],
    ]);
    expect(script).toMatchObject({
      program: 'train.py',
      moduleName: 'train',
      submitDirectory: 's3://b/code.tar.gz',
    });
    expect(script?.environment).toMatchObject({
      SM_HP_ETA: '1.0',
      SM_HP_LAYERS: '[1,"a"]',
      SM_MODEL_DIR: '/jobs/j/opt/ml/model',
      SM_HOSTS: '["algo-1"]',
    });
  });

  it('is undefined without a program: that is built-in algorithm mode', () => {
    expect(scriptModeOf(job({ num_round: '5' }), tree)).toBeUndefined();
  });
});
