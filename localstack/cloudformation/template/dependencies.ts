/** Which resource needs which, and the order that follows. */
import { validationError } from '../errors.ts';
import { getAttTarget, subArguments, subNames, takenBranch } from './evaluate.ts';
import type { Scope } from './scope.ts';
import { intrinsicOf, isObject, type Json, ownMember, type Template } from './template.ts';

/** A place in a template that names another resource. */
export interface Reference {
  readonly logicalId: string;
  /** Absent for `Ref`. */
  readonly attribute?: string;
}

/** The references in a value, branches of `Fn::If` that are not taken left out. */
export function referencesIn(value: Json, scope: Scope): Reference[] {
  if (Array.isArray(value)) return value.flatMap((member) => referencesIn(member, scope));
  if (!isObject(value)) return [];
  const intrinsic = intrinsicOf(value);
  if (!intrinsic) return Object.values(value).flatMap((member) => referencesIn(member, scope));
  const { name, argument } = intrinsic;
  if (name === 'Ref') {
    if (typeof argument !== 'string')
      throw validationError('Template error: All References must be of type string');
    return isName(argument, scope) ? [] : [{ logicalId: argument }];
  }
  if (name === 'Fn::GetAtt') {
    const { logicalId, attribute } = getAttTarget(argument);
    const target = { logicalId, ...(typeof attribute === 'string' ? { attribute } : {}) };
    return [target, ...referencesIn(attribute, scope)];
  }
  if (name === 'Fn::Sub') return subReferences(argument, scope);
  if (name === 'Fn::If') return referencesIn(takenBranch(argument, scope), scope);
  return referencesIn(argument, scope);
}

function isName(name: string, scope: Scope): boolean {
  return name === 'AWS::NoValue' || ownMember(scope.pseudo, name) !== undefined || scope.parameters.has(name);
}

function subReferences(argument: Json, scope: Scope): Reference[] {
  const { template, own } = subArguments(argument);
  const named = subNames(template)
    .filter((name) => ownMember(own, name) === undefined && !isName(name, scope))
    .map((name) => {
      if (!name.includes('.')) return { logicalId: name };
      const { logicalId, attribute } = getAttTarget(name);
      return { logicalId, attribute: String(attribute) };
    });
  return [...named, ...referencesIn(own, scope)];
}

/**
 * For each active resource the active resources that it needs, explicitly or by reference.
 * @throws AwsError ValidationError when a reference leads nowhere or in a circle.
 */
export function dependencyGraph(
  template: Template,
  active: readonly string[],
  scope: Scope,
): Map<string, string[]> {
  const exists = new Set(active);
  const graph = new Map<string, string[]>();
  for (const logicalId of active) {
    const { Properties = {}, DependsOn = [] } = template.Resources[logicalId] ?? {};
    const explicit = Array.isArray(DependsOn) ? DependsOn : [DependsOn];
    const unresolved = explicit.filter((name) => !ownMember(template.Resources, name));
    const referred = referencesIn(Properties, scope).map((reference) => reference.logicalId);
    unresolved.push(...referred.filter((name) => !exists.has(name)));
    if (unresolved.length > 0) throw unresolvedDependencies(unresolved, 'Resources');
    // AWS ignores DependsOn a resource whose condition is false
    graph.set(logicalId, [...new Set([...explicit.filter((name) => exists.has(name)), ...referred])]);
  }
  checkCircles(graph);
  return graph;
}

/** @returns AWS's error for references that lead nowhere. */
export function unresolvedDependencies(names: readonly string[], block: string): Error {
  const sentence = `Unresolved resource dependencies [${[...new Set(names)].join(', ')}] in the ${block} block of the template`;
  // AWS says so much less of outputs
  return validationError(block === 'Outputs' ? sentence : `Template format error: ${sentence}`);
}

function checkCircles(graph: ReadonlyMap<string, readonly string[]>): void {
  const remaining = new Map(graph);
  for (;;) {
    const free = [...remaining].filter(([, needs]) => !needs.some((name) => remaining.has(name)));
    if (free.length === 0) break;
    for (const [logicalId] of free) remaining.delete(logicalId);
  }
  if (remaining.size > 0) {
    throw validationError(`Circular dependency between resources: [${[...remaining.keys()].join(', ')}]`);
  }
}
