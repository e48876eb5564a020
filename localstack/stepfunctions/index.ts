/** Step Functions: Standard workflows in JSONata and JSONPath. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { createTaskTokens } from './engine/task-tokens.ts';
import { createExecutions } from './executions.ts';
import { statesAccess } from './iam.ts';
import { callbackOperations } from './operations/callbacks.ts';
import { executionOperations } from './operations/executions.ts';
import { mapRunOperations } from './operations/map-runs.ts';
import { stateMachineOperations } from './operations/state-machines.ts';
import { tagOperations } from './operations/tags.ts';
import { openStore } from './store.ts';

/** Creates Step Functions. */
export function createStepFunctionsService(cloud: Cloud): Service {
  const store = openStore(cloud);
  const tokens = createTaskTokens();
  const executions = createExecutions(cloud, store, tokens);
  return {
    name: 'states',
    operations: {
      ...stateMachineOperations(cloud, store, executions),
      ...executionOperations(cloud, store, executions),
      ...mapRunOperations(store, executions),
      ...callbackOperations(tokens),
      ...tagOperations(store),
    },
    authorize: (operation, input) => statesAccess(cloud, operation, input),
    async start() {
      executions.resumeAll();
    },
    stop: () => executions.close(),
  };
}
