/** Conditions, and the functions that only rules may use. */
import { validationError } from '../errors.ts';
import { evaluate } from './evaluate.ts';
import type { Scope } from './scope.ts';
import { isObject, type Json, ownMember, type Template } from './template.ts';

const asList = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

// CloudFormation compares what it substitutes as text: true equals "true"
const asText = (value: Json): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** AWS's sentence for each function's arguments, and how many they may be. */
const ARGUMENTS: Readonly<
  Record<string, { readonly counts: readonly [number, number]; readonly text: string }>
> = {
  'Fn::And': {
    counts: [2, 10],
    text: 'every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.',
  },
  'Fn::Or': {
    counts: [2, 10],
    text: 'every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.',
  },
  'Fn::Not': {
    counts: [1, 1],
    text: 'every Fn::Not object requires a list with exactly 1 boolean parameter.',
  },
  'Fn::Equals': { counts: [2, 2], text: 'every Fn::Equals object requires a list of 2 string parameters.' },
  'Fn::Contains': { counts: [2, 2], text: 'every Fn::Contains object requires a list of 2 parameters.' },
  'Fn::EachMemberEquals': {
    counts: [2, 2],
    text: 'every Fn::EachMemberEquals object requires a list of 2 parameters.',
  },
  'Fn::EachMemberIn': {
    counts: [2, 2],
    text: 'every Fn::EachMemberIn object requires a list of 2 parameters.',
  },
};

function checkArguments(name: string, argument: Json): void {
  const expected = ownMember(ARGUMENTS, name);
  if (!expected) return;
  const [least, most] = expected.counts;
  if (Array.isArray(argument) && argument.length >= least && argument.length <= most) return;
  throw validationError(`Template error: ${expected.text}`);
}

/**
 * Whether a condition expression holds.
 * @throws AwsError ValidationError for anything that is not a condition function.
 */
export function evaluateCondition(expression: Json, scope: Scope): boolean {
  if (typeof expression === 'boolean') return expression;
  if (!isObject(expression) || Object.keys(expression).length !== 1) {
    throw validationError(
      `Template format error: Conditions can only be boolean operations on parameters and other conditions`,
    );
  }
  const [name, argument] = Object.entries(expression)[0] as [string, Json];
  checkArguments(name, argument);
  const members = asList(argument);
  switch (name) {
    case 'Condition':
      return scope.condition(String(argument));
    case 'Fn::And':
      return members.every((member) => evaluateCondition(member, scope));
    case 'Fn::Or':
      return members.some((member) => evaluateCondition(member, scope));
    case 'Fn::Not':
      return !evaluateCondition(members[0] as Json, scope);
    case 'Fn::Equals': {
      const [left, right] = members.map((member) => asText(evaluate(member, scope)));
      return left === right;
    }
    case 'Fn::Contains': {
      const [list, wanted] = members.map((member) => evaluate(member, scope));
      return asList(list as Json)
        .map(asText)
        .includes(asText(wanted as Json));
    }
    case 'Fn::EachMemberEquals': {
      const [list, wanted] = members.map((member) => evaluate(member, scope));
      return asList(list as Json).every((member) => asText(member) === asText(wanted as Json));
    }
    case 'Fn::EachMemberIn': {
      const [list, allowed] = members.map((member) => asList(evaluate(member, scope)).map(asText));
      return (list ?? []).every((member) => (allowed ?? []).includes(member));
    }
    default:
      throw validationError(
        `Template format error: Conditions can only be boolean operations on parameters and other conditions`,
      );
  }
}

/** A template's conditions, each evaluated once and on demand. */
export function conditionLookup(template: Template, scopeOf: () => Scope): (name: string) => boolean {
  const results = new Map<string, boolean | 'evaluating'>();
  return (name) => {
    const known = results.get(name);
    if (known === 'evaluating')
      throw validationError(`Template error: circular condition dependency: ${name}`);
    if (known !== undefined) return known;
    const expression = ownMember(template.Conditions, name);
    if (expression === undefined) {
      throw validationError(`Template error: unresolved condition dependency ${name} in Condition`);
    }
    results.set(name, 'evaluating');
    const result = evaluateCondition(expression, scopeOf());
    results.set(name, result);
    return result;
  };
}

/** Checks the rules section. @throws AwsError ValidationError with the description of the first assertion that fails. */
export function checkRules(template: Template, scope: Scope): void {
  for (const [name, rule] of Object.entries(template.Rules ?? {})) {
    if (rule.RuleCondition !== undefined && !evaluateCondition(rule.RuleCondition, scope)) continue;
    for (const { Assert, AssertDescription } of rule.Assertions) {
      if (evaluateCondition(Assert, scope)) continue;
      throw validationError(
        `Template validation error: Rule ${name} failed: ${AssertDescription ?? 'assertion'}`,
      );
    }
  }
}
