/** A template with its parameters: everything about a stack that can be known before anything is made. */
import type { Cloud } from '../../core/cloud.ts';
import { validationError } from '../errors.ts';
import type { StackContent } from '../records.ts';
import { handlerFor } from '../resources/index.ts';
import { checkMembers, refusedProperty } from '../resources/shape.ts';
import { checkRules, conditionLookup } from '../template/conditions.ts';
import { dependencyGraph, referencesIn, unresolvedDependencies } from '../template/dependencies.ts';
import { refuseSecureReferences } from '../template/dynamic-references.ts';
import { evaluate, evaluateObject } from '../template/evaluate.ts';
import { parameterRefs } from '../template/parameters.ts';
import { parseTemplate, transformsOf } from '../template/parse.ts';
import { KNOWN_AFTER_APPLY, pseudoParameters, type Scope } from '../template/scope.ts';
import { type Json, ownMember, type ResourceDefinition, type Template } from '../template/template.ts';

/** Physical ids, attributes and exports as the evaluation finds them. */
export interface Surroundings {
  ref(logicalId: string): string;
  attribute(logicalId: string, name: string): Json;
  importValue(exportName: string): string;
}

export interface StackDefinition {
  readonly content: StackContent;
  readonly template: Template;
  /** Resources whose condition holds, in the template's order. */
  readonly active: readonly string[];
  /** For each active resource what it needs. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  resource(logicalId: string): ResourceDefinition;
  isActive(logicalId: string): boolean;
  /** Deletion or update-replace policy: `Delete` unless the template says otherwise. */
  policy(logicalId: string, attribute: 'DeletionPolicy' | 'UpdateReplacePolicy'): string;
  scope(surroundings: Surroundings): Scope;
  /** Active outputs. */
  readonly outputs: readonly string[];
}

const UNKNOWN_SURROUNDINGS: Surroundings = {
  ref: () => KNOWN_AFTER_APPLY,
  attribute: () => KNOWN_AFTER_APPLY,
  importValue: () => KNOWN_AFTER_APPLY,
};

const notInConditions = (logicalId: string): never => {
  throw validationError(
    `Template format error: Unresolved dependencies [${logicalId}]. Cannot reference resources in the Conditions block of the template`,
  );
};

/** Conditions are settled before anything is made. */
const CONDITION_SURROUNDINGS: Surroundings = {
  ref: notInConditions,
  attribute: notInConditions,
  importValue: () => {
    throw validationError('Template error: Cannot use Fn::ImportValue in Conditions.');
  },
};

const POLICIES = new Set(['Delete', 'Retain', 'RetainExceptOnCreate']);
/** RetainExceptOnCreate is a deletion policy only. */
const REPLACE_POLICIES = new Set(['Delete', 'Retain']);

/**
 * Reads and checks a stack's template.
 * @throws AwsError ValidationError for a template that AWS refuses; NotImplementedByLocalCloud for a type or property that this cloud lacks.
 */
export function defineStack(
  cloud: Pick<Cloud, 'account' | 'region'>,
  stack: { readonly stackName: string; readonly stackId: string },
  content: StackContent,
): StackDefinition {
  const template = parseTemplate(content.templateBody);
  const pseudo = pseudoParameters({ ...stack, ...cloudPlace(cloud), notificationArns: [] });
  const parameters = parameterRefs(template, content.parameters);
  const hasLanguageExtensions = transformsOf(template).length > 0;
  const condition = conditionLookup(template, () => scope(CONDITION_SURROUNDINGS));
  const scope = (surroundings: Surroundings): Scope => ({
    template,
    parameters,
    pseudo,
    hasLanguageExtensions,
    condition,
    ...surroundings,
  });

  const blank = scope(UNKNOWN_SURROUNDINGS);
  checkRules(template, blank);
  for (const name of Object.keys(template.Conditions ?? {})) condition(name);
  const holds = ({ Condition }: { readonly Condition?: string }, block: string) => {
    if (Condition === undefined) return true;
    if (ownMember(template.Conditions, Condition) !== undefined) return condition(Condition);
    throw validationError(
      `Template format error: Unresolved condition dependency ${Condition} in the ${block} block of the template`,
    );
  };
  const active = Object.keys(template.Resources).filter((id) => holds(resource(id), 'Resources'));
  const outputs = Object.entries(template.Outputs ?? {})
    .filter(([, output]) => holds(output, 'Outputs'))
    .map(([key]) => key);
  const dependencies = dependencyGraph(template, active, blank);

  function resource(logicalId: string): ResourceDefinition {
    return template.Resources[logicalId] as ResourceDefinition;
  }
  function policy(logicalId: string, attribute: 'DeletionPolicy' | 'UpdateReplacePolicy'): string {
    const value = resource(logicalId)[attribute];
    if (value === undefined) return 'Delete';
    // functions in policies are a language extension
    const name = hasLanguageExtensions ? evaluate(value, blank) : value;
    if (typeof name !== 'string') {
      throw validationError(`Template format error: Every ${attribute} member must be a string.`);
    }
    if ((attribute === 'DeletionPolicy' ? POLICIES : REPLACE_POLICIES).has(name)) return name;
    // no type of this cloud can be kept as a snapshot, here or on AWS
    throw validationError(
      name === 'Snapshot'
        ? `Template error: resource type ${resource(logicalId).Type} does not support deletion policy Snapshot`
        : `Template format error: Unrecognized ${attribute} ${name} for resource ${logicalId}`,
    );
  }

  const definition: StackDefinition = {
    content,
    template,
    active,
    dependencies,
    resource,
    isActive: (logicalId) => active.includes(logicalId),
    policy,
    scope,
    outputs,
  };
  checkResources(definition, blank);
  checkOutputs(definition, blank);
  return definition;
}

function cloudPlace({ account, region }: Pick<Cloud, 'account' | 'region'>) {
  return { account, region };
}

function checkResources(definition: StackDefinition, scope: Scope): void {
  for (const logicalId of definition.active) {
    const { Type, Properties = {} } = definition.resource(logicalId);
    const handler = handlerFor(Type, logicalId);
    definition.policy(logicalId, 'DeletionPolicy');
    definition.policy(logicalId, 'UpdateReplacePolicy');
    for (const [name, value] of Object.entries(Properties)) {
      const property = ownMember(handler.properties, name);
      if (!property && !handler.takesAnyProperty) throw refusedProperty(name, `${Type} (${logicalId})`);
      if (property) checkMembers(property.shape, value, name, `${Type} (${logicalId})`);
    }
    checkAttributes(definition, Properties, scope);
    refuseSecureReferences(Properties, `${Type}/Properties`);
    // for its refusals alone: what they mean is known when the resources are
    evaluateObject(Properties, scope);
  }
}

function checkAttributes(definition: StackDefinition, value: Json, scope: Scope): void {
  for (const { logicalId, attribute } of referencesIn(value, scope)) {
    if (attribute === undefined) continue;
    const { Type } = definition.resource(logicalId);
    const known = handlerFor(Type, logicalId).attributes ?? [];
    if (known !== 'any' && !known.includes(attribute)) {
      throw validationError(
        `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`,
      );
    }
  }
}

function checkOutputs(definition: StackDefinition, scope: Scope): void {
  for (const key of definition.outputs) {
    const output = definition.template.Outputs?.[key];
    const value: Json = [output?.Value ?? '', output?.Export?.Name ?? ''];
    const missing = referencesIn(value, scope).filter(({ logicalId }) => !definition.isActive(logicalId));
    if (missing.length > 0) {
      throw unresolvedDependencies(
        missing.map(({ logicalId }) => logicalId),
        'Outputs',
      );
    }
    checkAttributes(definition, value, scope);
    evaluate(value, scope);
  }
}
