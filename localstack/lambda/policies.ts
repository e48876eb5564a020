/** Resource policies of functions, built statement by statement as Lambda does. */
import { randomUUID } from 'node:crypto';
import type * as Lambda from '@aws-sdk/client-lambda';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import { functionArn, parseFunctionName, resolveVersion } from './names.ts';
import { type FunctionRecord, LATEST, type PolicyStatement } from './records.ts';
import { checkRevision, type LambdaState, requireFunction } from './state.ts';
import { checkPattern, STATEMENT_ID_PATTERN } from './validation.ts';

const ACTION_PATTERN = '(lambda:[*]|lambda:[a-zA-Z]+|[*])';
const PRINCIPAL = /^(?:\*|\d{12}|arn:[^\s]+|[a-z0-9.-]+\.amazonaws\.com)$/;

/** The policy attached to a function's qualifier as a JSON document; undefined when it has no statement. */
export function policyDocument(
  record: FunctionRecord | undefined,
  qualifier: string | undefined,
): string | undefined {
  const statements = record?.policies[qualifier ?? LATEST] ?? [];
  if (statements.length === 0) return undefined;
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
}

function principalOf(principal: string): PolicyStatement['Principal'] {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal };
}

function conditionOf(input: Lambda.AddPermissionCommandInput): PolicyStatement['Condition'] {
  const equals: Record<string, string> = {
    ...(input.SourceAccount && { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.PrincipalOrgID && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
  };
  const like: Record<string, string> = input.SourceArn ? { 'AWS:SourceArn': input.SourceArn } : {};
  if (Object.keys(equals).length + Object.keys(like).length === 0) return undefined;
  return {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(Object.keys(like).length > 0 && { ArnLike: like }),
  };
}

/** Table of the operations on resource policies. */
export function policyOperations(state: LambdaState): Record<string, Operation> {
  function find(input: { FunctionName: string | undefined; Qualifier?: string | undefined }) {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = requireFunction(state, name, qualifier);
    // a qualifier that is neither a number nor taken by an alias is taken for an alias that was meant
    if (qualifier && !/^[\d$]|\$/.test(qualifier) && !record.aliases[qualifier]) {
      throw notFound(`Cannot find alias arn: ${record.arn}:${qualifier}`);
    }
    resolveVersion(record, qualifier);
    return { record, qualifier, key: qualifier ?? LATEST };
  }

  function findForRemoval(input: { FunctionName: string | undefined; Qualifier?: string | undefined }) {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    if (!state.functions.has(name)) throw notFound(`No policy found for: ${functionArn(state.cloud, name)}`);
    return find({ FunctionName: name, Qualifier: qualifier });
  }

  function put(record: FunctionRecord, key: string, statements: readonly PolicyStatement[]): void {
    const policies = { ...record.policies, [key]: statements };
    state.functions.put(record.name, { ...record, policies, policyRevisionId: randomUUID() });
  }

  const AddPermission: Operation<Lambda.AddPermissionCommandInput> = (input) => {
    for (const property of ['EventSourceToken', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl'] as const) {
      if (input[property]) throw new NotImplementedByLocalCloud(`lambda AddPermission ${property}`);
    }
    checkPattern('statementId', input.StatementId, STATEMENT_ID_PATTERN);
    checkPattern('action', input.Action, ACTION_PATTERN);
    const { record, qualifier, key } = find(input);
    if (qualifier === LATEST)
      throw invalidParameter('We currently do not support adding policies for $LATEST.');
    if (!PRINCIPAL.test(input.Principal ?? '')) {
      throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
    }
    checkRevision(input.RevisionId, record.policyRevisionId, 'GetPolicy');
    const statements = record.policies[key] ?? [];
    if (statements.some(({ Sid }) => Sid === input.StatementId)) {
      throw conflict(
        `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      );
    }
    const condition = conditionOf(input);
    const statement: PolicyStatement = {
      Sid: input.StatementId ?? '',
      Effect: 'Allow',
      Principal: principalOf(input.Principal ?? ''),
      Action: input.Action ?? '',
      Resource: qualifier === undefined ? record.arn : `${record.arn}:${qualifier}`,
      ...(condition && { Condition: condition }),
    };
    put(record, key, [...statements, statement]);
    return { Statement: JSON.stringify(statement) };
  };

  const RemovePermission: Operation<Lambda.RemovePermissionCommandInput> = (input) => {
    const { record, key } = findForRemoval(input);
    checkRevision(input.RevisionId, record.policyRevisionId, 'GetPolicy');
    const statements = record.policies[key] ?? [];
    if (statements.length === 0) throw notFound('No policy is associated with the given resource.');
    const kept = statements.filter(({ Sid }) => Sid !== input.StatementId);
    if (kept.length === statements.length) {
      throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
    }
    put(record, key, kept);
    return {};
  };

  const GetPolicy: Operation<Lambda.GetPolicyCommandInput> = (input) => {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = state.functions.get(name);
    const policy = policyDocument(record, qualifier);
    if (!record || !policy) throw notFound('The resource you requested does not exist.');
    return { Policy: policy, RevisionId: record.policyRevisionId };
  };

  return { AddPermission, RemovePermission, GetPolicy };
}
