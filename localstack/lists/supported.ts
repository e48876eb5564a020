/** What this cloud has, by the tables that its services work from; and what it refuses of the services that it has. */
import jsonata from 'jsonata';
import { handlerFor, supportedTypes } from '../cloudformation/resources/index.ts';
import type { Shape } from '../cloudformation/resources/shape.ts';
import { TEMPLATE_FUNCTIONS } from '../cloudformation/template/evaluate.ts';
import type { Service } from '../core/service.ts';
import { parseEventPattern } from '../events/pattern.ts';
import { loadModel } from '../protocols/model.ts';
import type { StateType } from '../stepfunctions/definition/asl.ts';
import { fieldsOf, STATE_FIELDS } from '../stepfunctions/definition/fields.ts';
import { findIntegration } from '../stepfunctions/integrations/catalogue.ts';
import { AWS_FUNCTIONS } from '../stepfunctions/query/jsonata-functions.ts';
import { byKind, type Element, type Elements, type Kind } from './element.ts';

/** @see https://docs.jsonata.org/string-functions and the pages beside it */
const JSONATA_FUNCTIONS =
  'string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join match replace ' +
  'base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl number abs floor ceil round ' +
  'power sqrt random formatNumber formatBase formatInteger parseInteger sum max min average boolean not exists count ' +
  'append sort reverse shuffle distinct zip keys lookup spread merge sift each error assert type now millis ' +
  'fromMillis toMillis map filter single reduce';

/**
 * A test by each operator that EventBridge has.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
const PATTERN_TESTS: Readonly<Record<string, unknown>> = {
  prefix: 'a',
  suffix: 'a',
  'equals-ignore-case': 'a',
  wildcard: 'a*',
  'anything-but': ['a'],
  numeric: ['>', 0],
  cidr: '10.0.0.0/24',
  exists: true,
};

/** What is implemented, of what can be listed. */
export async function implementedElements(services: ReadonlyMap<string, Service>): Promise<Elements> {
  const operations = [...services].flatMap(([service, { operations: table }]) =>
    Object.keys(table).map((name) => `${service} ${name}`),
  );
  return byKind([
    ...named('operation', operations),
    ...named('resource property', supportedTypes().flatMap(propertyNames)),
    ...named('template function', TEMPLATE_FUNCTIONS),
    ...named('state field', Object.keys(STATE_FIELDS).flatMap(stateFields)),
    ...named('JSONata function', await jsonataFunctions()),
    ...named('pattern operator', patternOperators()),
  ]);
}

const named = (kind: Kind, names: readonly string[]): Element[] => names.map((name) => ({ kind, name }));

/** Those operations of the services here that AWS has and this cloud answers with "not implemented". */
export async function refusedOperations(services: ReadonlyMap<string, Service>): Promise<string[]> {
  const refused = await Promise.all(
    [...services].map(async ([service, { operations }]) => {
      const model = await loadModel(service);
      return [...model.operations.keys()]
        .filter((name) => operations[name] === undefined)
        .map((name) => `${service} ${name}`);
    }),
  );
  return refused.flat();
}

/** What is used and not implemented: what `implemented` lacks, integrations looked up one by one. */
export async function missingElements(used: Elements, implemented: Elements): Promise<Element[]> {
  const missing: Element[] = [];
  for (const [kind, names] of used) {
    for (const name of names) {
      if (!(await isImplemented({ kind, name }, implemented))) missing.push({ kind, name });
    }
  }
  return missing;
}

async function isImplemented({ kind, name }: Element, implemented: Elements): Promise<boolean> {
  if (kind === 'resource property' && isCustom(name)) return true;
  if (kind !== 'integration') return isListed(name, implemented.get(kind)!);
  if (name === 'lambda function ARN') return true;
  return Boolean(await findIntegration(`arn:aws:states:::${name}`).catch(() => undefined));
}

/** Custom resources take any property: their functions judge it. */
const isCustom = (name: string): boolean => /^(Custom::|AWS::CloudFormation::CustomResource)/.test(name);

/** `A.B.C` is there as such, or below a member that takes anything: `A.B.*`. */
function isListed(name: string, listed: ReadonlySet<string>): boolean {
  if (listed.has(name)) return true;
  const parts = name.split('.');
  return parts.some((_, length) => listed.has(`${parts.slice(0, length).join('.')}.*`));
}

function propertyNames(type: string): string[] {
  const { properties } = handlerFor(type, 'Any');
  const paths = Object.entries(properties).flatMap(([name, { shape }]) => shapePaths(shape, name));
  return [type, ...paths.map((path) => `${type}.${path}`)];
}

function shapePaths(shape: Shape, path: string): string[] {
  if (shape === 'json') return [path, `${path}.*`];
  if (typeof shape === 'string') return [path];
  if (Array.isArray(shape)) return shapePaths(shape[0] as Shape, path);
  const members = shape as Readonly<Record<string, Shape>>;
  return [
    path,
    ...Object.entries(members).flatMap(([name, member]) => shapePaths(member, `${path}.${name}`)),
  ];
}

function stateFields(type: string): string[] {
  const fields = (['JSONata', 'JSONPath'] as const).flatMap((language) =>
    fieldsOf(type as StateType, language),
  );
  return fields.map((field) => `${type}.${field}`);
}

/** Of the documented functions those that the library really has, and AWS's own. */
async function jsonataFunctions(): Promise<string[]> {
  const names = JSONATA_FUNCTIONS.split(' ');
  const there = await Promise.all(names.map((name) => jsonata(`$exists($${name})`).evaluate({})));
  const own = names.filter((_, index) => there[index] === true);
  return [...new Set([...own, ...Object.keys(AWS_FUNCTIONS)])].map((name) => `$${name}`);
}

function patternOperators(): string[] {
  const operators = Object.entries(PATTERN_TESTS).filter(([operator, operand]) =>
    isPattern({ field: [{ [operator]: operand }] }),
  );
  const isOr = isPattern({ $or: [{ one: ['a'] }, { two: ['a'] }] });
  return [...operators.map(([operator]) => operator), ...(isOr ? ['$or'] : [])];
}

function isPattern(pattern: object): boolean {
  try {
    parseEventPattern(JSON.stringify(pattern));
    return true;
  } catch {
    return false;
  }
}
