/** What executing a template would change: the content of a change set. */
import type { Change, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { validationError } from '../errors.ts';
import type { OutputRecord, ResourceRecord, StackRecord } from '../records.ts';
import { handlerFor } from '../resources/index.ts';
import type { Store } from '../store.ts';
import { referencesIn } from '../template/dependencies.ts';
import type { ReadParameter } from '../template/dynamic-references.ts';
import { isKnownAfterApply, KNOWN_AFTER_APPLY } from '../template/scope.ts';
import type { Json, JsonObject } from '../template/template.ts';
import type { StackDefinition, Surroundings } from './definition.ts';
import { evaluateOutputs } from './outputs.ts';
import { canonical, changedProperties, evaluateProperties } from './properties.ts';
import { attributeOf, importedValue } from './surroundings.ts';

type Fate = 'same' | 'new' | 'changed' | 'replaced';

export interface Plan {
  readonly changes: readonly Change[];
  /** Whether executing it would change anything, outputs included. */
  readonly isEmpty: boolean;
}

function resourceChange(change: ResourceChange): Change {
  return { Type: 'Resource', ResourceChange: change };
}

const policyAction = (policy: string, verb: 'Delete' | 'ReplaceAndDelete') => {
  if (policy === 'Delete') return verb;
  return verb === 'Delete' ? 'Retain' : 'ReplaceAndRetain';
};

/** How values look while nothing has been executed: what will be new or replaced is not known yet. */
function plannedSurroundings(store: Store, stackId: string, fates: ReadonlyMap<string, Fate>): Surroundings {
  const settled = (logicalId: string): ResourceRecord | undefined => {
    const fate = fates.get(logicalId);
    return fate === 'same' || fate === 'changed' ? store.resource(stackId, logicalId) : undefined;
  };
  const isData = (record: ResourceRecord) =>
    fates.get(record.logicalId) === 'changed' &&
    handlerFor(record.type, record.logicalId).attributes === 'any';
  return {
    ref: (logicalId) => settled(logicalId)?.physicalId ?? KNOWN_AFTER_APPLY,
    attribute(logicalId, name) {
      const record = settled(logicalId);
      // what a custom resource answers to an update is not known; other types keep their attributes
      if (!record || isData(record)) return KNOWN_AFTER_APPLY;
      try {
        return attributeOf(record, name);
      } catch {
        return KNOWN_AFTER_APPLY;
      }
    },
    importValue: (exportName) => importedValue(store, exportName),
  };
}

function show(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function propertyDetails(
  definition: StackDefinition,
  record: ResourceRecord,
  next: JsonObject,
  changed: readonly string[],
): ResourceChangeDetail[] {
  const handler = handlerFor(record.type, record.logicalId);
  const scope = definition.scope({ ref: () => '', attribute: () => '', importValue: () => '' });
  return changed.map((name): ResourceChangeDetail => {
    const replaces = handler.properties[name]?.onChange === 'replace';
    const isOpen = isKnownAfterApply(next[name]);
    const source = definition.resource(record.logicalId).Properties?.[name];
    const reference = source === undefined ? undefined : referencesIn(source, scope)[0];
    const before = show(record.properties[name]);
    const after = show(next[name]);
    let changeType: 'Add' | 'Modify' | 'Remove' = 'Modify';
    if (before === undefined) changeType = 'Add';
    else if (after === undefined) changeType = 'Remove';
    return {
      Target: {
        Attribute: name === 'Tags' ? 'Tags' : 'Properties',
        Name: name,
        Path: `/Properties/${name}`,
        RequiresRecreation: replaces ? (isOpen ? 'Conditionally' : 'Always') : 'Never',
        AttributeChangeType: changeType,
        ...(before === undefined ? {} : { BeforeValue: before }),
        ...(after === undefined ? {} : { AfterValue: after }),
      },
      Evaluation: isOpen ? 'Dynamic' : 'Static',
      ChangeSource:
        isOpen && reference?.attribute
          ? 'ResourceAttribute'
          : isOpen
            ? 'ResourceReference'
            : 'DirectModification',
      ...(isOpen && reference
        ? {
            CausingEntity: reference.attribute
              ? `${reference.logicalId}.${reference.attribute}`
              : reference.logicalId,
          }
        : {}),
    };
  });
}

function attributeDetails(definition: StackDefinition, record: ResourceRecord): ResourceChangeDetail[] {
  const { Metadata } = definition.resource(record.logicalId);
  const metadata = Metadata === undefined ? undefined : JSON.stringify(Metadata);
  const differing = [
    record.metadata === metadata ? undefined : 'Metadata',
    record.deletionPolicy === definition.policy(record.logicalId, 'DeletionPolicy')
      ? undefined
      : 'DeletionPolicy',
    record.updateReplacePolicy === definition.policy(record.logicalId, 'UpdateReplacePolicy')
      ? undefined
      : 'UpdateReplacePolicy',
  ] as const;
  return differing.flatMap((Attribute) =>
    Attribute === undefined
      ? []
      : [
          {
            Target: { Attribute, RequiresRecreation: 'Never' as const },
            Evaluation: 'Static' as const,
            ChangeSource: 'DirectModification' as const,
          },
        ],
  );
}

function modification(
  definition: StackDefinition,
  record: ResourceRecord,
  next: JsonObject,
): { fate: Fate; change?: Change } {
  const changed = changedProperties(record.properties, next);
  const details = [
    ...propertyDetails(definition, record, next, changed),
    ...attributeDetails(definition, record),
  ];
  if (details.length === 0 && record.status !== 'UPDATE_FAILED') return { fate: 'same' };
  const recreations = details.map(({ Target }) => Target?.RequiresRecreation);
  let replacement: 'True' | 'False' | 'Conditional' = 'False';
  if (recreations.includes('Always')) replacement = 'True';
  else if (recreations.includes('Conditionally')) replacement = 'Conditional';
  const change = resourceChange({
    Action: 'Modify',
    LogicalResourceId: record.logicalId,
    PhysicalResourceId: record.physicalId ?? '',
    ResourceType: record.type,
    Replacement: replacement,
    Scope: [...new Set(details.map(({ Target }) => Target?.Attribute ?? 'Properties'))],
    Details: details,
    ...(replacement === 'True'
      ? {
          PolicyAction: policyAction(
            definition.policy(record.logicalId, 'UpdateReplacePolicy'),
            'ReplaceAndDelete',
          ),
        }
      : {}),
  });
  if (changed.length === 0) return { fate: 'same', change };
  return { fate: replacement === 'False' ? 'changed' : 'replaced', change };
}

/** Logical ids in an order in which what is needed comes first. */
function inOrder(definition: StackDefinition): string[] {
  const done = new Set<string>();
  const visit = (logicalId: string) => {
    if (done.has(logicalId)) return;
    for (const needed of definition.dependencies.get(logicalId) ?? []) visit(needed);
    done.add(logicalId);
  };
  for (const logicalId of definition.active) visit(logicalId);
  return [...done];
}

function checkTypes(definition: StackDefinition, records: readonly ResourceRecord[]): void {
  const retyped = records.filter(
    ({ logicalId, type }) => definition.isActive(logicalId) && definition.resource(logicalId).Type !== type,
  );
  if (retyped.length === 0) return;
  const names = retyped.map(({ logicalId }) => logicalId).join(', ');
  throw validationError(
    `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${names}]`,
  );
}

/** Outputs as they would be, or undefined where they are not known yet. */
function outputsDiffer(definition: StackDefinition, stack: StackRecord, surroundings: Surroundings): boolean {
  const byKey = (outputs: readonly OutputRecord[]) =>
    Object.fromEntries(outputs.map((output) => [output.key, output]));
  return canonical(byKey(evaluateOutputs(definition, surroundings))) !== canonical(byKey(stack.outputs));
}

/**
 * Compares a stack with what a template wants.
 * @throws AwsError ValidationError for a resource whose type changes, or whose properties do not fit.
 */
export async function planChanges(
  store: Store,
  stack: StackRecord,
  definition: StackDefinition,
  readParameter: ReadParameter,
): Promise<Plan> {
  const records = store
    .resources(stack.stackId)
    .filter(({ status }) => !['CREATE_FAILED', 'DELETE_COMPLETE', 'DELETE_SKIPPED'].includes(status));
  checkTypes(definition, records);
  const byId = new Map(records.map((record) => [record.logicalId, record]));
  const fates = new Map<string, Fate>();
  const planned = plannedSurroundings(store, stack.stackId, fates);
  const evaluation = { scope: definition.scope(planned), readParameter };
  const changes: Change[] = [];
  for (const logicalId of inOrder(definition)) {
    const { Type } = definition.resource(logicalId);
    const handler = handlerFor(Type, logicalId);
    const next = await evaluateProperties(definition, logicalId, handler, evaluation);
    const record = byId.get(logicalId);
    if (!record) {
      fates.set(logicalId, 'new');
      changes.push(
        resourceChange({
          Action: 'Add',
          LogicalResourceId: logicalId,
          ResourceType: Type,
          Scope: [],
          Details: [],
        }),
      );
      continue;
    }
    const { fate, change } = modification(definition, record, next);
    fates.set(logicalId, fate);
    if (change) changes.push(change);
  }
  for (const record of records.filter(({ logicalId }) => !definition.isActive(logicalId))) {
    changes.push(
      resourceChange({
        Action: 'Remove',
        LogicalResourceId: record.logicalId,
        PhysicalResourceId: record.physicalId ?? '',
        ResourceType: record.type,
        PolicyAction: policyAction(record.deletionPolicy, 'Delete'),
        Scope: [],
        Details: [],
      }),
    );
  }
  const isEmpty =
    changes.length === 0 &&
    canonical(stack.content.tags) === canonical(definition.content.tags) &&
    !outputsDiffer(definition, stack, planned);
  return { changes, isEmpty };
}
