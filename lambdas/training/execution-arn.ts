/** ARNs of executions, which are named by what they do. */
import { Names } from '../shared/names.ts';

/** ARN of an execution, with account and region of the function that asks. */
export function executionArn(
  stage: string,
  workflow: 'training' | 'rollout',
  execution: string,
  functionArn: string,
): string {
  const [, partition = 'aws', , region = '', account = ''] = functionArn.split(':');
  const names = new Names(stage, { partition, region, account });
  return names.arn('states', `execution:${names.stateMachine(workflow)}:${execution}`);
}
