/** The condition operators of policies. */
import { isIPv4 } from 'node:net';
import { matchesWildcard } from '../core/wildcard.ts';
import { literal, matchesArn, type RequestContext, substitute } from './patterns.ts';
import type { ConditionBlock } from './policy-document.ts';

type Test = (policyValue: string, requestValue: string) => boolean;

interface Operator {
  readonly test: Test;
  /** `…NotEquals`: true when no policy value matches, and when the key is absent. */
  readonly isNegated?: boolean;
}

const numeric =
  (compare: (request: number, policy: number) => boolean): Test =>
  (policy, request) =>
    compare(Number(request), Number(policy));
const dated =
  (compare: (request: number, policy: number) => boolean): Test =>
  (policy, request) =>
    compare(epochMs(request), epochMs(policy));
const equals: Test = (policy, request) => literal(policy) === literal(request);
const equalsIgnoringCase: Test = (policy, request) =>
  literal(policy).toLowerCase() === literal(request).toLowerCase();
const like: Test = (policy, request) => matchesWildcard(policy, literal(request));
const arnLike: Test = (policy, request) => matchesArn(policy, literal(request));

const OPERATORS: Readonly<Record<string, Operator>> = {
  stringequals: { test: equals },
  stringnotequals: { test: equals, isNegated: true },
  stringequalsignorecase: { test: equalsIgnoringCase },
  stringnotequalsignorecase: { test: equalsIgnoringCase, isNegated: true },
  stringlike: { test: like },
  stringnotlike: { test: like, isNegated: true },
  arnequals: { test: arnLike },
  arnlike: { test: arnLike },
  arnnotequals: { test: arnLike, isNegated: true },
  arnnotlike: { test: arnLike, isNegated: true },
  bool: { test: equalsIgnoringCase },
  binaryequals: { test: equals },
  numericequals: { test: numeric((request, policy) => request === policy) },
  numericnotequals: { test: numeric((request, policy) => request === policy), isNegated: true },
  numericlessthan: { test: numeric((request, policy) => request < policy) },
  numericlessthanequals: { test: numeric((request, policy) => request <= policy) },
  numericgreaterthan: { test: numeric((request, policy) => request > policy) },
  numericgreaterthanequals: { test: numeric((request, policy) => request >= policy) },
  dateequals: { test: dated((request, policy) => request === policy) },
  datenotequals: { test: dated((request, policy) => request === policy), isNegated: true },
  datelessthan: { test: dated((request, policy) => request < policy) },
  datelessthanequals: { test: dated((request, policy) => request <= policy) },
  dategreaterthan: { test: dated((request, policy) => request > policy) },
  dategreaterthanequals: { test: dated((request, policy) => request >= policy) },
  ipaddress: { test: inRange },
  notipaddress: { test: inRange, isNegated: true },
};

/** Whether all conditions of a statement hold. An operator that AWS does not have never holds. */
export function conditionsHold(block: ConditionBlock, context: RequestContext, version: string): boolean {
  for (const [name, keys] of Object.entries(block)) {
    for (const [key, values] of Object.entries(keys)) {
      if (!conditionHolds(name, key, values, context, version)) return false;
    }
  }
  return true;
}

function conditionHolds(
  name: string,
  key: string,
  policyValues: readonly string[],
  context: RequestContext,
  version: string,
): boolean {
  const [, quantifier, base = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/i.exec(name) ?? [];
  const requestValues = context.get(key.toLowerCase());
  if (base.toLowerCase() === 'null') {
    return policyValues.some((value) => (value.toLowerCase() === 'true') === (requestValues === undefined));
  }
  const operator = Object.hasOwn(OPERATORS, base.toLowerCase()) ? OPERATORS[base.toLowerCase()] : undefined;
  if (!operator) return false;
  const isForAll = quantifier?.toLowerCase() === 'forallvalues';
  if (requestValues === undefined || requestValues.length === 0) {
    if (ifExists || isForAll) return true;
    return Boolean(operator.isNegated) && quantifier === undefined;
  }
  const candidates = policyValues
    .map((value) => substitute(value, context, version))
    .filter((value) => value !== undefined);
  const holdsFor = (requestValue: string) =>
    candidates.some((value) => operator.test(value, requestValue)) !== Boolean(operator.isNegated);
  // a key with several values under a negated operator without quantifier must match with none of them
  return isForAll || (operator.isNegated && quantifier === undefined)
    ? requestValues.every(holdsFor)
    : requestValues.some(holdsFor);
}

function epochMs(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function inRange(range: string, address: string): boolean {
  const [base = '', bits = '32'] = range.split('/');
  const plain = address.replace(/^::ffff:/, '');
  if (!isIPv4(base) || !isIPv4(plain)) return base === address;
  const shift = 2 ** (32 - Number(bits));
  return Math.floor(ipv4Number(base) / shift) === Math.floor(ipv4Number(plain) / shift);
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
