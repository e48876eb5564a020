/** CloudFormation: stacks, change sets, and the resources that templates describe. */
import type { ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import type { Cloud } from '../core/cloud.ts';
import type { Call, Operation, Service } from '../core/service.ts';
import { accessRequests } from './iam.ts';
import * as changeSets from './operations/change-sets.ts';
import * as describe from './operations/describe.ts';
import { describeType } from './operations/describe-type.ts';
import { refuseUnknownMembers } from './operations/members.ts';
import * as stacks from './operations/stacks.ts';
import * as templates from './operations/templates.ts';
import { Store } from './store.ts';

type Bound = (service: stacks.Service, input: never, call: Call) => unknown;

const OPERATIONS: Readonly<Record<string, Bound>> = {
  ContinueUpdateRollback: stacks.continueUpdateRollback,
  CreateChangeSet: changeSets.createChangeSet,
  CreateStack: stacks.createStack,
  DeleteChangeSet: changeSets.deleteChangeSet,
  DeleteStack: stacks.deleteStack,
  DescribeChangeSet: changeSets.describeChangeSet,
  DescribeEvents: describe.describeEvents,
  DescribeStackEvents: describe.describeStackEvents,
  DescribeStackResource: describe.describeStackResource,
  DescribeStackResources: describe.describeStackResources,
  DescribeStacks: describe.describeStacks,
  DescribeType: describeType,
  ExecuteChangeSet: changeSets.executeChangeSet,
  GetTemplate: templates.getTemplate,
  GetTemplateSummary: templates.getTemplateSummary,
  ListChangeSets: changeSets.listChangeSets,
  ListExports: describe.listExports,
  ListImports: describe.listImports,
  ListStackResources: describe.listStackResources,
  ListStacks: describe.listStacks,
  RollbackStack: stacks.rollbackStack,
  UpdateStack: stacks.updateStack,
  UpdateTerminationProtection: stacks.updateTerminationProtection,
  ValidateTemplate: templates.validateTemplate,
};

const INTERRUPTED = 'the local cloud stopped during the operation';

/** How a stack stands whose operation the end of the process has cut off. */
function interruptedStatus(status: StackStatus): StackStatus | undefined {
  if (!status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return undefined;
  // the cleanup only removes what the stack no longer has
  if (status.endsWith('_CLEANUP_IN_PROGRESS'))
    return status.replace('_CLEANUP_IN_PROGRESS', '') as StackStatus;
  if (status.startsWith('UPDATE_ROLLBACK')) return 'UPDATE_ROLLBACK_FAILED';
  if (status.startsWith('ROLLBACK')) return 'ROLLBACK_FAILED';
  return status.replace('_IN_PROGRESS', '_FAILED') as StackStatus;
}

function markInterrupted(store: Store): void {
  for (const stack of store.allStacks()) {
    const status = interruptedStatus(stack.status);
    if (status === undefined) continue;
    store.putStack({ ...stack, status, statusReason: INTERRUPTED });
    for (const resource of store.resources(stack.stackId)) {
      if (!resource.status.endsWith('_IN_PROGRESS')) continue;
      const failed = resource.status.replace('_IN_PROGRESS', '_FAILED') as ResourceStatus;
      store.putResource(stack.stackId, { ...resource, status: failed, statusReason: INTERRUPTED });
    }
  }
}

/** Makes the CloudFormation service of a cloud. */
export function createCloudFormationService(cloud: Cloud): Service {
  const service: stacks.Service = { cloud, store: new Store(cloud) };
  const operations = Object.fromEntries(
    Object.entries(OPERATIONS).map(([name, run]): [string, Operation] => [
      name,
      (input, call) => {
        refuseUnknownMembers(name, input);
        return run(service, input as never, call);
      },
    ]),
  );
  return {
    name: 'cloudformation',
    operations,
    authorize: (operation, input) => accessRequests(cloud, service.store, operation, input),
    async start() {
      markInterrupted(service.store);
    },
  };
}
