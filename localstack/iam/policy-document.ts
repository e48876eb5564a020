/** Policy documents, parsed once and normalised to lists. */
import { AwsError } from '../core/errors.ts';

export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
/** `*`, or identifiers by kind: `AWS`, `Service`, `Federated`, `CanonicalUser`. */
export type PrincipalElement = '*' | Readonly<Record<string, readonly string[]>>;

export interface Statement {
  /** Its Sid, or its 0-based index as text. */
  readonly id: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly principal?: PrincipalElement;
  readonly notPrincipal?: PrincipalElement;
  readonly conditions: ConditionBlock;
}

export interface PolicyDocument {
  readonly version: string;
  readonly statements: readonly Statement[];
}

const MAX_CACHED = 2_000;
const cache = new Map<string, PolicyDocument>();

/** Parses a policy document. @throws AwsError MalformedPolicyDocument naming what is wrong */
export function parsePolicy(json: string): PolicyDocument {
  const cached = cache.get(json);
  if (cached) return cached;
  const document = normalise(json);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(json, document);
  return document;
}

/** Checks the policy of an identity: it names resources and nobody. @throws AwsError MalformedPolicyDocument */
export function checkIdentityPolicy(json: string): void {
  for (const { resources, notResources, principal, notPrincipal } of parsePolicy(json).statements) {
    if (principal ?? notPrincipal) throw malformed('Policy document should not specify a principal.');
    if (!(resources ?? notResources)?.length) throw malformed('Policy statement must contain resources.');
  }
}

function normalise(json: string): PolicyDocument {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    throw malformed('Syntax errors in policy.');
  }
  const { Version = '2008-10-17', Statement, Id: _id, ...rest } = record(raw, 'policy');
  refuseUnknown(rest, 'policy');
  if (Version !== '2012-10-17' && Version !== '2008-10-17')
    throw malformed(`Version ${String(Version)} is not valid`);
  if (typeof Statement !== 'object' || Statement === null) throw malformed('Syntax errors in policy.');
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  return { version: Version, statements: statements.map(normaliseStatement) };
}

function normaliseStatement(raw: unknown, index: number): Statement {
  const where = `statement ${index + 1}`;
  const statement = record(raw, where);
  const {
    Sid,
    Effect,
    Action,
    NotAction,
    Resource,
    NotResource,
    Principal,
    NotPrincipal,
    Condition,
    ...rest
  } = statement;
  refuseUnknown(rest, where);
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed(`${where}: Effect must be Allow or Deny`);
  if ((Action === undefined) === (NotAction === undefined)) {
    throw malformed(`${where}: it must contain exactly one of Action and NotAction`);
  }
  if (Resource !== undefined && NotResource !== undefined) {
    throw malformed(`${where}: it must not contain both Resource and NotResource`);
  }
  return {
    id: typeof Sid === 'string' && Sid !== '' ? Sid : String(index),
    effect: Effect,
    ...(Action === undefined ? {} : { actions: strings(Action, `${where} Action`) }),
    ...(NotAction === undefined ? {} : { notActions: strings(NotAction, `${where} NotAction`) }),
    ...(Resource === undefined ? {} : { resources: strings(Resource, `${where} Resource`) }),
    ...(NotResource === undefined ? {} : { notResources: strings(NotResource, `${where} NotResource`) }),
    ...(Principal === undefined ? {} : { principal: principalElement(Principal, where) }),
    ...(NotPrincipal === undefined ? {} : { notPrincipal: principalElement(NotPrincipal, where) }),
    conditions: conditionBlock(Condition, where),
  };
}

function principalElement(raw: unknown, where: string): PrincipalElement {
  if (raw === '*') return '*';
  const entries = Object.entries(record(raw, `${where} Principal`));
  return Object.fromEntries(entries.map(([kind, ids]) => [kind, strings(ids, `${where} Principal.${kind}`)]));
}

function conditionBlock(raw: unknown, where: string): ConditionBlock {
  if (raw === undefined) return {};
  return Object.fromEntries(
    Object.entries(record(raw, `${where} Condition`)).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(record(keys, `${where} Condition.${operator}`)).map(([key, values]) => [
          key,
          strings(values, `${where} Condition.${operator}.${key}`),
        ]),
      ),
    ]),
  );
}

function strings(raw: unknown, where: string): string[] {
  const list = Array.isArray(raw) ? raw : [raw];
  return list.map((each) => {
    if (typeof each === 'string') return each;
    if (typeof each === 'boolean' || typeof each === 'number') return String(each);
    throw malformed(`${where} must be text or a list of texts`);
  });
}

function record(raw: unknown, where: string): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw malformed(`${where} must be an object`);
  return raw as Record<string, unknown>;
}

function refuseUnknown(rest: object, where: string): void {
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw malformed(`${where}: unknown element ${unknown}`);
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message);
}
