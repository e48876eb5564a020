/** Evaluates intrinsics. Dynamic references stay in the text: see dynamic-references.ts. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../errors.ts';
import { isKnownAfterApply, KNOWN_AFTER_APPLY, NO_VALUE, type Scope } from './scope.ts';
import { intrinsicOf, isObject, type Json, type JsonObject, ownMember } from './template.ts';

type Value = Json | typeof NO_VALUE;
type Intrinsic = (argument: Json, scope: Scope) => Value;

/** AWS's sentence for arguments that do not fit. */
const ARGUMENTS = {
  Ref: 'All References must be of type string',
  'Fn::Base64': 'every Fn::Base64 object must have a String-typed value.',
  'Fn::FindInMap':
    'every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value',
  'Fn::GetAtt':
    'every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
  'Fn::If': 'Fn::If requires a list argument with three elements',
  'Fn::ImportValue': 'the attribute in Fn::ImportValue must be a string or a function that returns a string',
  'Fn::Join':
    'every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
  'Fn::Length': 'Fn::Length requires a list or a function that returns a list',
  'Fn::Select': 'Fn::Select requires a list argument with two elements: an integer index and a list',
  'Fn::Split':
    'every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
  'Fn::Sub':
    "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
} as const;

/** The functions of AWS without its language extensions, as its error lists them. */
const AWS_FUNCTIONS = [
  'Fn::Base64',
  'Fn::GetAtt',
  'Fn::GetAZs',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Split',
  'Fn::FindInMap',
  'Fn::Select',
  'Ref',
  'Fn::Equals',
  'Fn::If',
  'Fn::Not',
  'Condition',
  'Fn::And',
  'Fn::Or',
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
  'Fn::ValueOf',
  'Fn::ValueOfAll',
  'Fn::RefAll',
  'Fn::Sub',
  'Fn::Cidr',
];

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
  return intrinsicFunction(intrinsic.name, scope)(intrinsic.argument, scope);
}

function listArgument(name: keyof typeof ARGUMENTS, argument: Json, length: number): Json[] {
  if (Array.isArray(argument) && argument.length === length) return argument;
  throw templateError(ARGUMENTS[name]);
}

function evaluateList(name: keyof typeof ARGUMENTS, value: Json, scope: Scope): Json[] {
  const list = evaluate(value, scope);
  if (Array.isArray(list)) return list;
  if (list === KNOWN_AFTER_APPLY) return [list];
  throw templateError(ARGUMENTS[name]);
}

/** A scalar as text. @throws AwsError ValidationError with what the function wants */
function text(value: Json, name: keyof typeof ARGUMENTS): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(ARGUMENTS[name]);
}

function ref(argument: Json, scope: Scope): Value {
  if (typeof argument !== 'string') throw templateError(ARGUMENTS.Ref);
  const name = argument;
  if (name === 'AWS::NoValue') return NO_VALUE;
  const known = ownMember(scope.pseudo, name) ?? scope.parameters.get(name);
  if (known !== undefined) return typeof known === 'string' ? known : [...known];
  return scope.ref(name);
}

/** The branch of a `Fn::If` that its condition takes. */
export function takenBranch(argument: Json, scope: Scope): Json {
  const [name, whenTrue, whenFalse] = listArgument('Fn::If', argument, 3);
  if (typeof name !== 'string') {
    throw templateError('Fn::If requires a list argument with the first element being a condition');
  }
  if (!Object.hasOwn(scope.template.Conditions ?? {}, name)) {
    throw templateError(`unresolved condition dependency ${name} in Fn::If`);
  }
  return (scope.condition(name) ? whenTrue : whenFalse) as Json;
}

/** Splits the argument of `Fn::GetAtt` into logical id and attribute name. */
export function getAttTarget(argument: Json): { logicalId: string; attribute: Json } {
  const dot = typeof argument === 'string' ? argument.indexOf('.') : -1;
  const parts = dot < 0 ? argument : [String(argument).slice(0, dot), String(argument).slice(dot + 1)];
  const [logicalId, attribute] = listArgument('Fn::GetAtt', parts, 2);
  if (typeof logicalId !== 'string' || !logicalId || !attribute) throw templateError(ARGUMENTS['Fn::GetAtt']);
  return { logicalId, attribute };
}

function getAtt(argument: Json, scope: Scope): Json {
  const { logicalId, attribute } = getAttTarget(argument);
  return scope.attribute(logicalId, text(evaluate(attribute, scope), 'Fn::GetAtt'));
}

function join(argument: Json, scope: Scope): Json {
  const [delimiter, members] = listArgument('Fn::Join', argument, 2);
  if (typeof delimiter !== 'string') throw templateError(ARGUMENTS['Fn::Join']);
  return evaluateList('Fn::Join', members as Json, scope)
    .map((member) => text(member, 'Fn::Join'))
    .join(delimiter);
}

function select(argument: Json, scope: Scope): Json {
  const [index, members] = listArgument('Fn::Select', argument, 2);
  const at = Number(text(evaluate(index as Json, scope), 'Fn::Select') || Number.NaN);
  if (!Number.isInteger(at)) throw templateError(ARGUMENTS['Fn::Select']);
  const list = evaluateList('Fn::Select', members as Json, scope);
  const member = list[at];
  if (member === undefined && isKnownAfterApply(list)) return KNOWN_AFTER_APPLY;
  if (member === undefined) throw templateError(`Fn::Select cannot select nonexistent value at index ${at}`);
  return member;
}

function split(argument: Json, scope: Scope): Json {
  const [delimiter, source] = listArgument('Fn::Split', argument, 2);
  const whole = text(evaluate(source as Json, scope), 'Fn::Split');
  if (typeof delimiter !== 'string') throw templateError(ARGUMENTS['Fn::Split']);
  // what is inside a value that is not known yet cannot be counted
  return isKnownAfterApply(whole) ? [KNOWN_AFTER_APPLY] : whole.split(delimiter);
}

/** Text and own variables of a `Fn::Sub`. */
export function subArguments(argument: Json): { readonly template: string; readonly own: JsonObject } {
  const [template, own] = Array.isArray(argument) ? listArgument('Fn::Sub', argument, 2) : [argument, {}];
  if (typeof template !== 'string' || !isObject(own)) throw templateError(ARGUMENTS['Fn::Sub']);
  return { template, own };
}

/** The names that a `Fn::Sub` text refers to, `${!Literal}` left out. */
export function subNames(template: string): string[] {
  const names = [...template.matchAll(/\$\{([^!}][^}]*)?\}/g)].map((match) => (match[1] ?? '').trim());
  if (names.every((name) => /^[A-Za-z0-9_.:]+$/.test(name))) return names;
  throw templateError(
    'variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
  );
}

function sub(argument: Json, scope: Scope): Json {
  const { template, own } = subArguments(argument);
  subNames(template);
  return template.replace(/\$\{(!?)([^{}]*)\}/g, (_, literal: string, inner: string) => {
    if (literal) return `\${${inner}}`;
    const name = inner.trim();
    const variable = ownMember(own, name);
    if (variable !== undefined) return text(evaluate(variable, scope), 'Fn::Sub');
    const value = name.includes('.') ? getAtt(name, scope) : ref(name, scope);
    if (value === NO_VALUE) return '';
    const members = Array.isArray(value) ? value : [value];
    return members.map((member) => text(member, 'Fn::Sub')).join(',');
  });
}

function findInMap(argument: Json, scope: Scope): Json {
  if (!Array.isArray(argument) || argument.length < 3 || argument.length > 4) {
    throw templateError(ARGUMENTS['Fn::FindInMap']);
  }
  if (argument.length === 4 && !scope.hasLanguageExtensions) throw templateError(ARGUMENTS['Fn::FindInMap']);
  const [name, first, second] = argument
    .slice(0, 3)
    .map((part) => text(evaluate(part, scope), 'Fn::FindInMap'));
  const options = evaluate(argument[3] ?? {}, scope);
  if (!ownMember(scope.template.Mappings, String(name))) {
    throw templateError(`Mapping named '${name}' is not present in the 'Mappings' section of template.`);
  }
  const mapping = ownMember(scope.template.Mappings, String(name));
  const found = ownMember(ownMember(mapping, String(first)), String(second));
  if (found !== undefined) return found;
  if (isObject(options ?? null) && (options as JsonObject).DefaultValue !== undefined) {
    return (options as JsonObject).DefaultValue as Json;
  }
  throw templateError(`Unable to get mapping for ${name}::${first}::${second}`);
}

const condition: Intrinsic = () => {
  throw templateError('condition functions are allowed in Conditions, Rules and Fn::If only');
};

/** The function of a name. @throws AwsError ValidationError with AWS's text for one that AWS does not have either */
function intrinsicFunction(name: string, scope: Scope): Intrinsic {
  const run = INTRINSICS[name] ?? (scope.hasLanguageExtensions ? LANGUAGE_EXTENSIONS[name] : undefined);
  if (run) return run;
  if (AWS_FUNCTIONS.includes(name) || scope.hasLanguageExtensions || name === 'Fn::Transform') {
    throw new NotImplementedByLocalCloud(`CloudFormation intrinsic ${name}`);
  }
  throw validationError(
    `Template format error: Encountered unsupported function: ${name} Supported functions are: [${AWS_FUNCTIONS.join(', ')}]`,
  );
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: ref,
  'Fn::GetAtt': getAtt,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': sub,
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) =>
    Buffer.from(text(evaluate(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::GetAZs': (_, scope) =>
    ['a', 'b', 'c', 'd', 'e', 'f'].map((zone) => `${scope.pseudo['AWS::Region']}${zone}`),
  'Fn::ImportValue': (argument, scope) =>
    scope.importValue(text(evaluate(argument, scope), 'Fn::ImportValue')),
  'Fn::If': (argument, scope) => {
    return evaluateValue(takenBranch(argument, scope), scope);
  },
  'Fn::And': condition,
  'Fn::Or': condition,
  'Fn::Not': condition,
  'Fn::Equals': condition,
};

/** The functions that a template may call; those of rules too. */
export const TEMPLATE_FUNCTIONS: readonly string[] = [
  ...Object.keys(INTRINSICS),
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
];

/** What the transform `AWS::LanguageExtensions` adds. */
const LANGUAGE_EXTENSIONS: Readonly<Record<string, Intrinsic>> = {
  'Fn::Length': (argument, scope) => evaluateList('Fn::Length', argument, scope).length,
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(evaluate(argument, scope)),
};
