/** Which resource needs which, and the order that follows. */
import { validationError } from '../errors.ts';
import { evaluateCondition } from './conditions.ts';
import { getAttTarget, subNames } from './evaluate.ts';
import type { Scope } from './scope.ts';
import { intrinsicOf, isObject, type Json, type JsonObject, type Template } from './template.ts';

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
  if (name === 'Ref') return isName(String(argument), scope) ? [] : [{ logicalId: String(argument) }];
  if (name === 'Fn::GetAtt') {
    const { logicalId, attribute } = getAttTarget(argument);
    return [{ logicalId, attribute: typeof attribute === 'string' ? attribute : undefined } as Reference];
  }
  if (name === 'Fn::Sub') return subReferences(argument, scope);
  if (name === 'Fn::If' && Array.isArray(argument) && argument.length === 3) {
    const taken = evaluateCondition({ Condition: argument[0] as Json }, scope) ? argument[1] : argument[2];
    return referencesIn(taken as Json, scope);
  }
  return referencesIn(argument, scope);
}

function isName(name: string, scope: Scope): boolean {
  return name.startsWith('AWS::') || scope.parameters.has(name);
}

function subReferences(argument: Json, scope: Scope): Reference[] {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isObject(variables ?? null) ? (variables as JsonObject) : {};
  const named = subNames(String(template))
    .filter((name) => own[name] === undefined && !isName(name, scope))
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
    const unresolved = explicit.filter((name) => !template.Resources[name]);
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
  return validationError(
    `Template format error: Unresolved resource dependencies [${[...new Set(names)].join(', ')}] in the ${block} block of the template`,
  );
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
