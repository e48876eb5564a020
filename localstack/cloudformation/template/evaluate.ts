/** Evaluates intrinsics. Dynamic references stay in the text: see dynamic-references.ts. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../errors.ts';
import { evaluateCondition } from './conditions.ts';
import { isKnownAfterApply, KNOWN_AFTER_APPLY, NO_VALUE, type Scope } from './scope.ts';
import { intrinsicOf, isObject, type Json, type JsonObject } from './template.ts';

type Value = Json | typeof NO_VALUE;
type Intrinsic = (argument: Json, scope: Scope) => Value;

const templateError = (message: string) => validationError(`Template error: ${message}`);

/** Evaluates a value of a template; list members and properties that are `AWS::NoValue` are left out. */
export function evaluate(value: Json, scope: Scope): Json {
  const result = evaluateValue(value, scope);
  return result === NO_VALUE ? null : result;
}

/** Evaluates the members of an object, for example a resource's properties. */
export function evaluateObject(object: JsonObject, scope: Scope): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, member]) => {
      const result = evaluateValue(member, scope);
      return result === NO_VALUE ? [] : [[key, result]];
    }),
  );
}

function evaluateValue(value: Json, scope: Scope): Value {
  if (Array.isArray(value)) {
    return value
      .map((member) => evaluateValue(member, scope))
      .filter((member) => member !== NO_VALUE) as Json[];
  }
  if (!isObject(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (!intrinsic) return evaluateObject(value, scope);
  const run = INTRINSICS[intrinsic.name];
  if (!run) throw new NotImplementedByLocalCloud(`CloudFormation intrinsic ${intrinsic.name}`);
  return run(intrinsic.argument, scope);
}

function listArgument(name: string, argument: Json, length: number): Json[] {
  if (Array.isArray(argument) && argument.length === length) return argument;
  throw templateError(`${name} object requires a list of ${length} parameters.`);
}

function evaluateList(name: string, value: Json, scope: Scope): Json[] {
  const list = evaluate(value, scope);
  if (Array.isArray(list)) return list;
  if (list === KNOWN_AFTER_APPLY) return [list];
  throw templateError(`${name} requires a list, got ${JSON.stringify(list)}.`);
}

function text(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(`every value must be a string, got ${JSON.stringify(value)}.`);
}

function ref(argument: Json, scope: Scope): Value {
  const name = text(argument);
  if (name === 'AWS::NoValue') return NO_VALUE;
  const known = scope.pseudo[name] ?? scope.parameters.get(name);
  if (known !== undefined) return typeof known === 'string' ? known : [...known];
  return scope.ref(name);
}

/** Splits the argument of `Fn::GetAtt` into logical id and attribute name. */
export function getAttTarget(argument: Json): { logicalId: string; attribute: Json } {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return { logicalId: argument.slice(0, dot), attribute: argument.slice(dot + 1) };
  }
  const [logicalId, attribute] = listArgument('Fn::GetAtt', argument, 2);
  return { logicalId: text(logicalId as Json), attribute: attribute as Json };
}

function getAtt(argument: Json, scope: Scope): Json {
  const { logicalId, attribute } = getAttTarget(argument);
  return scope.attribute(logicalId, text(evaluate(attribute, scope)));
}

function join(argument: Json, scope: Scope): Json {
  const [delimiter, members] = listArgument('Fn::Join', argument, 2);
  return evaluateList('Fn::Join', members as Json, scope)
    .map(text)
    .join(text(delimiter as Json));
}

function select(argument: Json, scope: Scope): Json {
  const [index, members] = listArgument('Fn::Select', argument, 2);
  const at = Number(evaluate(index as Json, scope));
  const list = evaluateList('Fn::Select', members as Json, scope);
  const member = list[at];
  if (member === undefined && isKnownAfterApply(list)) return KNOWN_AFTER_APPLY;
  if (member === undefined) throw templateError(`Fn::Select cannot select nonexistent value at index ${at}`);
  return member;
}

function split(argument: Json, scope: Scope): Json {
  const [delimiter, source] = listArgument('Fn::Split', argument, 2);
  const whole = text(evaluate(source as Json, scope));
  // what is inside a value that is not known yet cannot be counted
  return isKnownAfterApply(whole) ? [KNOWN_AFTER_APPLY] : whole.split(text(delimiter as Json));
}

/** The names that a `Fn::Sub` text refers to, `${!Literal}` left out. */
export function subNames(template: string): string[] {
  return [...template.matchAll(/\$\{([^!{}][^{}]*)\}/g)].map((match) => (match[1] ?? '').trim());
}

function sub(argument: Json, scope: Scope): Json {
  const [template, variables] = Array.isArray(argument)
    ? listArgument('Fn::Sub', argument, 2)
    : [argument, {}];
  const own = isObject(variables) ? variables : {};
  return text(template as Json).replace(/\$\{(!?)([^{}]*)\}/g, (_, literal: string, inner: string) => {
    if (literal) return `\${${inner}}`;
    const name = inner.trim();
    if (own[name] !== undefined) return text(evaluate(own[name], scope));
    const value = name.includes('.') ? getAtt(name, scope) : ref(name, scope);
    if (value === NO_VALUE) return '';
    return Array.isArray(value) ? value.map(text).join(',') : text(value);
  });
}

function findInMap(argument: Json, scope: Scope): Json {
  const [name, first, second, options] = (Array.isArray(argument) ? argument : []).map((part) =>
    evaluate(part, scope),
  );
  const found = scope.template.Mappings?.[String(name)]?.[String(first)]?.[String(second)];
  if (found !== undefined) return found;
  if (isObject(options ?? null) && (options as JsonObject).DefaultValue !== undefined) {
    return (options as JsonObject).DefaultValue as Json;
  }
  throw templateError(`Unable to get mapping for ${name}::${first}::${second}`);
}

function languageExtension(name: string, run: Intrinsic): Intrinsic {
  return (argument, scope) => {
    if (scope.hasLanguageExtensions) return run(argument, scope);
    throw validationError(
      `Template format error: ${name} needs the transform AWS::LanguageExtensions, which the template does not name`,
    );
  };
}

const condition: Intrinsic = () => {
  throw templateError('condition functions are allowed in Conditions, Rules and Fn::If only');
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: ref,
  'Fn::GetAtt': getAtt,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': sub,
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) => Buffer.from(text(evaluate(argument, scope))).toString('base64'),
  'Fn::GetAZs': (_, scope) =>
    ['a', 'b', 'c', 'd', 'e', 'f'].map((zone) => `${scope.pseudo['AWS::Region']}${zone}`),
  'Fn::ImportValue': (argument, scope) => scope.importValue(text(evaluate(argument, scope))),
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = listArgument('Fn::If', argument, 3);
    const holds = evaluateCondition({ Condition: name as Json }, scope);
    return evaluateValue((holds ? whenTrue : whenFalse) as Json, scope);
  },
  'Fn::Length': languageExtension('Fn::Length', (argument, scope) => {
    return evaluateList('Fn::Length', argument, scope).length;
  }),
  'Fn::ToJsonString': languageExtension('Fn::ToJsonString', (argument, scope) =>
    JSON.stringify(evaluate(argument, scope)),
  ),
  'Fn::And': condition,
  'Fn::Or': condition,
  'Fn::Not': condition,
  'Fn::Equals': condition,
};
