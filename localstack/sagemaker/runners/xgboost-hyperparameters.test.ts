/**
 * The hyperparameters of built-in XGBoost, checked by our stand-in for the container.
 * @see https://github.com/aws/sagemaker-xgboost-container/blob/v1.7-1/src/sagemaker_xgboost_container/algorithm_mode/hyperparameter_validation.py
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPython } from './find-python.ts';

const FOLDER = join(import.meta.dirname, 'xgboost_algorithm');
const CHECK = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import hyperparameters
def outcome(given):
    try:
        return hyperparameters.validated(given)
    except Exception as error:
        return f'{type(error).__module__}.{type(error).__name__}: {error}'
print(json.dumps([outcome(each) for each in json.loads(sys.argv[2])]))
`;
const USER = 'sagemaker_algorithm_toolkit.exceptions.UserError';

const REFUSED: readonly [given: Record<string, string>, message: string][] = [
  [{}, 'Missing required hyperparameter: num_round'],
  [{ num_round: '5', foo: '1' }, 'Extraneous hyperparameter found: foo'],
  [{ num_round: '5', eta: 'fast' }, 'Hyperparameter eta: could not parse value (caused by ValueError)'],
  [{ num_round: '5', max_depth: '-1' }, 'Hyperparameter max_depth: -1 is not in [0, +inf)'],
  [{ num_round: '0' }, 'Hyperparameter num_round: 0 is not in [1, +inf)'],
  [{ num_round: '5', eta: '1.5' }, 'Hyperparameter eta: 1.5 is not in [0, 1]'],
  [{ num_round: '5', subsample: '0' }, 'Hyperparameter subsample: 0.0 is not in (0, 1]'],
  [
    { num_round: '5', booster: 'tree' },
    "Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']",
  ],
  [
    { num_round: '5', objective: 'multi:softprob' },
    "Require input for parameter 'num_class' for multi-classification",
  ],
  [
    { num_round: '5', objective: 'reg:squarederror', eval_metric: 'auc' },
    "Metric 'auc' can only be applied for classification and ranking problems.",
  ],
  [
    { num_round: '5', objective: 'binary:logistic', eval_metric: 'auc@3' },
    "Metric 'auc@3' is not supported. Parameter 'eval_metric' with customized threshold should be one of these options: 'error', 'ndcg', 'map'.",
  ],
];

describe('hyperparameters of built-in XGBoost', () => {
  let outcomes: unknown[];
  const good = {
    num_round: '5',
    learning_rate: '0.3',
    objective: 'binary:logistic',
    eval_metric: 'auc,error@0.4',
  };
  beforeAll(async () => {
    const { command } = await findPython();
    const given = [...REFUSED.map(([each]) => each), good];
    const output = execFileSync(command, ['-c', CHECK, FOLDER, JSON.stringify(given)], { encoding: 'utf8' });
    outcomes = JSON.parse(output) as unknown[];
  });

  it.each(REFUSED.map(([given, message], index) => [JSON.stringify(given), message, index] as const))(
    'refuses %s',
    (_given, message, index) => {
      expect(outcomes[index]).toBe(`${USER}: ${message}`);
    },
  );

  it('reads numbers, lists and aliases', () => {
    expect(outcomes.at(-1)).toEqual({
      num_round: 5,
      eta: 0.3,
      objective: 'binary:logistic',
      eval_metric: ['auc', 'error@0.4'],
    });
  });
});
