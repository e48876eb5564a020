/**
 * Cloud Control API: the one operation that `cdk deploy --hotswap` and `cdk watch` use, for the one type that they
 * change by it. The update is done when the answer goes out: nobody asks for its status later.
 */
import { randomUUID } from 'node:crypto';
import type { DescribeStateMachineCommandOutput } from '@aws-sdk/client-sfn';
import type { ResourceContext } from '../cloudformation/resources/handler.ts';
import { stateMachine } from '../cloudformation/resources/states-state-machine.ts';
import { isObject, type JsonObject } from '../cloudformation/template/template.ts';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call, Service } from '../core/service.ts';
import { applyPatch, type PatchOperation } from './patch.ts';

interface UpdateResourceInput {
  readonly TypeName: string;
  readonly Identifier: string;
  /** RFC 6902, as text. */
  readonly PatchDocument: string;
  readonly TypeVersionId?: string;
  readonly RoleArn?: string;
}

/** Makes the Cloud Control service of a cloud. */
export function createCloudControlService(cloud: Cloud): Service {
  return {
    name: 'cloudcontrolapi',
    operations: { UpdateResource: (input: UpdateResourceInput, call) => updateResource(cloud, input, call) },
    authorize: () => [{ action: 'cloudformation:UpdateResource', resource: '*' }],
  };
}

async function updateResource(cloud: Cloud, input: UpdateResourceInput, call: Call) {
  const { TypeName, Identifier } = input;
  const refused = (['TypeVersionId', 'RoleArn'] as const).find((name) => input[name] !== undefined);
  if (refused) throw new NotImplementedByLocalCloud(`cloudcontrolapi UpdateResource with ${refused}`);
  if (TypeName !== stateMachine.type) {
    throw new NotImplementedByLocalCloud(`cloudcontrolapi UpdateResource of ${TypeName}`);
  }
  const patch = readPatch(input.PatchDocument);
  const previous = await currentModel(cloud, Identifier, call);
  const next = applyPatch(previous, patch, stateMachine.properties);
  const changed = (...names: string[]) => patch.some(({ path }) => names.includes(path.slice(1)));
  const attributes = { Arn: Identifier };
  const context = contextOf(cloud, call);
  await stateMachine.update?.({ physicalId: Identifier, attributes, previous, next, changed }, context);
  return {
    ProgressEvent: {
      TypeName,
      Identifier,
      RequestToken: randomUUID(),
      Operation: 'UPDATE',
      OperationStatus: 'SUCCESS',
      EventTime: call.now,
    },
  };
}

function readPatch(document: string): PatchOperation[] {
  const isOperation = (value: unknown): value is PatchOperation =>
    isObject(value) && typeof value.op === 'string' && typeof value.path === 'string';
  try {
    const patch: unknown = JSON.parse(document);
    if (Array.isArray(patch) && patch.every(isOperation)) return patch;
  } catch {
    // said below
  }
  throw new AwsError('InvalidRequestException', 'The patch document is not a list of JSON Patch operations.');
}

/** The state machine as CloudFormation's properties describe it. */
async function currentModel(cloud: Cloud, stateMachineArn: string, call: Call): Promise<JsonObject> {
  const found = await cloud
    .call<DescribeStateMachineCommandOutput>(
      'states',
      'DescribeStateMachine',
      { stateMachineArn },
      call.principal,
    )
    .catch((error: unknown) => {
      if (!(error instanceof AwsError) || error.code !== 'StateMachineDoesNotExist') throw error;
      throw new AwsError(
        'ResourceNotFoundException',
        `Resource of type '${stateMachine.type}' with identifier '${stateMachineArn}' was not found.`,
      );
    });
  const model = {
    StateMachineName: found.name,
    StateMachineType: found.type,
    DefinitionString: found.definition,
    RoleArn: found.roleArn,
  };
  return model as JsonObject;
}

function contextOf(cloud: Cloud, call: Call): ResourceContext {
  const refuse = (what: string) => (): never => {
    throw new NotImplementedByLocalCloud(`cloudcontrolapi ${what}`);
  };
  return {
    account: cloud.account,
    region: cloud.region,
    clock: cloud.clock,
    stackName: '',
    stackId: '',
    logicalId: '',
    type: stateMachine.type,
    stackTags: {},
    call: (service, operation, input) => cloud.call(service, operation, input, call.principal),
    name: refuse('resource names'),
    created: refuse('new resources'),
    reserve: refuse('new resources'),
  };
}
