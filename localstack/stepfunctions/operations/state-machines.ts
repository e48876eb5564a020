/** Operations on state machines. */
import { randomUUID } from 'node:crypto';
import type {
  CreateStateMachineCommandInput,
  DescribeStateMachineCommandInput,
  DescribeStateMachineForExecutionCommandInput,
  LoggingConfiguration,
  StateMachineListItem,
  Tag,
  UpdateStateMachineCommandInput,
  ValidateStateMachineDefinitionCommandInput,
} from '@aws-sdk/client-sfn';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Call, Operation } from '../../core/service.ts';
import type { Definition } from '../definition/asl.ts';
import { describeProblems } from '../definition/problems.ts';
import { validateDefinition } from '../definition/validate.ts';
import { warningsOf } from '../definition/warnings.ts';
import type { Executions } from '../executions.ts';
import { isObject, type Json } from '../json.ts';
import { type MachineRevision, revisionKey, type StateMachineRecord } from '../model.ts';
import { checkName, stateMachineArn } from '../names.ts';
import { requireExecution, requireMachine, type Store } from '../store.ts';
import { requireAllData } from './included-data.ts';
import { checkLimits } from './limits.ts';
import { type PageInput, pageOf } from './page.ts';
import { checkRole } from './role-checks.ts';

type ArnInput = { readonly stateMachineArn: string };

/** The table of operations on state machines. */
export function stateMachineOperations(
  cloud: Cloud,
  store: Store,
  executions: Executions,
): Readonly<Record<string, Operation>> {
  function keep(machine: StateMachineRecord): void {
    const { tags: _tags, creationDate: _creationDate, ...revision } = machine;
    store.machines.put(machine.arn, machine);
    store.revisions.put(revisionKey(machine), revision satisfies MachineRevision);
  }

  async function create(input: CreateStateMachineCommandInput, call: Call) {
    checkLimits(input, { name: [] });
    refuseUnsupported(input);
    const { name = '', definition: text = '', roleArn = '' } = input;
    checkName(name);
    const arn = stateMachineArn(cloud, name);
    const machine: StateMachineRecord = {
      arn,
      name,
      roleArn,
      definition: text,
      revisionId: randomUUID(),
      isInitialRevision: true,
      creationDate: call.now,
      updateDate: call.now,
      loggingConfiguration: checkedLogging(input.loggingConfiguration),
      tracingEnabled: input.tracingConfiguration?.enabled ?? false,
      encryptionConfiguration: input.encryptionConfiguration,
      tags: toTags(input.tags),
    };
    const definition = await requireValid(text);
    const existing = store.machines.get(arn);
    if (existing) {
      if (!isSameMachine(existing, machine)) {
        throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
      }
      return { stateMachineArn: arn, creationDate: existing.creationDate };
    }
    await checkRole(cloud, { ...machine, stateMachineArn: arn, definition }, call);
    keep(machine);
    return { stateMachineArn: arn, creationDate: machine.creationDate };
  }

  async function update(input: UpdateStateMachineCommandInput, call: Call) {
    checkLimits(input);
    refuseUnsupported(input);
    const existing = requireMachine(store, input.stateMachineArn ?? '');
    if (
      input.definition === undefined &&
      input.roleArn === undefined &&
      !input.loggingConfiguration &&
      !input.tracingConfiguration &&
      !input.encryptionConfiguration
    ) {
      throw new AwsError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
      );
    }
    const machine: StateMachineRecord = {
      ...existing,
      definition: input.definition ?? existing.definition,
      roleArn: input.roleArn ?? existing.roleArn,
      loggingConfiguration: input.loggingConfiguration
        ? checkedLogging(input.loggingConfiguration)
        : existing.loggingConfiguration,
      tracingEnabled: input.tracingConfiguration?.enabled ?? existing.tracingEnabled,
      encryptionConfiguration: input.encryptionConfiguration ?? existing.encryptionConfiguration,
      revisionId: randomUUID(),
      isInitialRevision: false,
      updateDate: call.now,
    };
    const definition = await requireValid(machine.definition);
    await checkRole(cloud, { ...machine, stateMachineArn: machine.arn, definition }, call);
    keep(machine);
    return { updateDate: call.now, revisionId: machine.revisionId };
  }

  async function remove(input: ArnInput) {
    checkLimits(input);
    const { stateMachineArn: arn } = input;
    if (arn.split(':')[5] !== 'stateMachine') requireMachine(store, arn);
    if (!store.machines.delete(arn)) return {};
    const isOwn = (machineArn: string) => machineArn === arn || machineArn.startsWith(`${arn}/`);
    const own = store.executions.values().filter(({ stateMachineArn }) => isOwn(stateMachineArn));
    for (const { arn: executionArn } of own) store.executions.delete(executionArn);
    await Promise.all(own.map(({ arn: executionArn }) => executions.stop(executionArn)));
    for (const { arn: executionArn } of own) {
      store.checkpoints.delete(executionArn);
      store.histories.delete(executionArn);
      store.places.delete(executionArn);
    }
    for (const key of store.revisions.keys()) {
      if (isOwn(key.slice(0, key.lastIndexOf('#')))) store.revisions.delete(key);
    }
    for (const run of store.mapRuns.runs.values().filter(({ stateMachineArn }) => isOwn(stateMachineArn))) {
      store.mapRuns.runs.delete(run.arn);
      store.mapRuns.inputs.delete(run.arn);
    }
    return {};
  }

  function describe(input: DescribeStateMachineCommandInput) {
    requireAllData('DescribeStateMachine', input);
    const machine = requireMachine(store, input.stateMachineArn ?? '');
    return {
      ...described(machine),
      status: 'ACTIVE',
      type: 'STANDARD',
      creationDate: machine.creationDate,
    };
  }

  function describeForExecution(input: DescribeStateMachineForExecutionCommandInput) {
    requireAllData('DescribeStateMachineForExecution', input);
    const { revisionKey: key, child } = requireExecution(store, input.executionArn ?? '');
    const revision = store.revisions.get(key) as MachineRevision;
    const ofChild = child && {
      mapRunArn: child.mapRunArn,
      label: revision.arn.slice(revision.arn.lastIndexOf('/') + 1),
    };
    return { ...described(revision), updateDate: revision.updateDate, ...ofChild };
  }

  function list(input: PageInput) {
    checkLimits(input);
    const all = store.machines
      .values()
      .map(
        ({ arn, name, creationDate }): StateMachineListItem => ({
          stateMachineArn: arn,
          name,
          type: 'STANDARD',
          creationDate,
        }),
      )
      .sort((left, right) => (left.name ?? '').localeCompare(right.name ?? ''));
    const { items, nextToken } = pageOf(all, input);
    return { stateMachines: items, ...(nextToken ? { nextToken } : {}) };
  }

  return {
    CreateStateMachine: create,
    UpdateStateMachine: update,
    DeleteStateMachine: remove,
    DescribeStateMachine: describe,
    DescribeStateMachineForExecution: describeForExecution,
    ListStateMachines: list,
    ValidateStateMachineDefinition: validate,
  };
}

async function validate(input: ValidateStateMachineDefinitionCommandInput) {
  checkLimits(input, { maxResults: [] });
  const { definition = '', type, maxResults, severity } = input;
  const { problems } = await validateDefinition(definition, { isExpress: type === 'EXPRESS' });
  const isText = problems.some(({ code }) => code === 'INVALID_JSON_DESCRIPTION');
  const parsed = isText ? null : (JSON.parse(definition) as Json);
  const warnings = severity === 'WARNING' && isObject(parsed) ? warningsOf(parsed) : [];
  const diagnostics = [
    ...problems.map((problem) => ({ severity: 'ERROR', ...problem })),
    ...warnings.map((warning) => ({ severity: 'WARNING', ...warning })),
  ];
  const most = maxResults ? Math.min(maxResults, 100) : 100;
  return {
    result: problems.length > 0 ? 'FAIL' : 'OK',
    diagnostics: diagnostics.slice(0, most),
    truncated: diagnostics.length > most,
  };
}

async function requireValid(text: string): Promise<Definition> {
  const { definition, problems } = await validateDefinition(text);
  if (definition) return definition;
  throw new AwsError('InvalidDefinition', describeProblems(problems));
}

type Published = Pick<CreateStateMachineCommandInput, 'type' | 'publish' | 'versionDescription'>;

function refuseUnsupported(input: Published): void {
  if (input.versionDescription && !input.publish) {
    throw new AwsError('ValidationException', 'Version description can only be set when publish is true');
  }
  if (input.type === 'EXPRESS') throw new NotImplementedByLocalCloud('state machines of type EXPRESS');
  if (input.publish) throw new NotImplementedByLocalCloud('versions and aliases of state machines');
}

function checkedLogging(logging: LoggingConfiguration = {}): LoggingConfiguration {
  const { level = 'OFF', includeExecutionData = false, destinations = [] } = logging;
  if (level !== 'OFF' && destinations.length !== 1) {
    throw new AwsError(
      'InvalidLoggingConfiguration',
      'Invalid Logging Configuration: Must specify exactly one Log Destination.',
    );
  }
  for (const { cloudWatchLogsLogGroup: group } of destinations) {
    // AWS takes the group's ARN only with the wildcard of its streams
    if (!/^arn:aws[\w-]*:logs:[^:]+:\d{12}:log-group:[^:]+:\*$/.test(group?.logGroupArn ?? '')) {
      throw new AwsError(
        'InvalidLoggingConfiguration',
        'Invalid Logging Configuration: Log Destination is not valid.',
      );
    }
  }
  return { level, includeExecutionData, ...(destinations.length > 0 ? { destinations } : {}) };
}

function described(machine: MachineRevision) {
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    definition: machine.definition,
    roleArn: machine.roleArn,
    loggingConfiguration: machine.loggingConfiguration,
    tracingConfiguration: { enabled: machine.tracingEnabled },
    // the revision with which a state machine is created has no id
    ...(machine.isInitialRevision ? {} : { revisionId: machine.revisionId }),
    encryptionConfiguration: machine.encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
  };
}

/** Creating the same again is no error; role and tags do not count, as on AWS. */
function isSameMachine(left: StateMachineRecord, right: StateMachineRecord): boolean {
  const key = ({
    definition,
    loggingConfiguration,
    tracingEnabled,
    encryptionConfiguration,
  }: StateMachineRecord) =>
    JSON.stringify([definition, loggingConfiguration, tracingEnabled, encryptionConfiguration]);
  return key(left) === key(right);
}

function toTags(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ key = '', value = '' }) => [key, value]));
}
