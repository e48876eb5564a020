/** Resource policies of functions, built statement by statement as Lambda does. */
import { randomUUID } from 'node:crypto';
import type * as Lambda from '@aws-sdk/client-lambda';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import { parseFunctionName, resolveVersion } from './names.ts';
import { type FunctionRecord, LATEST, type PolicyStatement } from './records.ts';
import { checkRevision, type LambdaState, requireFunction } from './state.ts';

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
    resolveVersion(record, qualifier);
    return { record, qualifier, key: qualifier ?? LATEST };
  }

  function put(record: FunctionRecord, key: string, statements: readonly PolicyStatement[]): void {
    const policies = { ...record.policies, [key]: statements };
    state.functions.put(record.name, { ...record, policies, policyRevisionId: randomUUID() });
  }

  const AddPermission: Operation<Lambda.AddPermissionCommandInput> = (input) => {
    for (const property of ['EventSourceToken', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl'] as const) {
      if (input[property]) throw new NotImplementedByLocalCloud(`lambda AddPermission ${property}`);
    }
    const { record, qualifier, key } = find(input);
    checkRevision(input.RevisionId, record.policyRevisionId);
    if (!input.Action || !/^(lambda:[*\w]+|\*)$/.test(input.Action)) {
      throw invalidParameter(`Invalid action: "${input.Action}"`);
    }
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
      Action: input.Action,
      Resource: qualifier === undefined ? record.arn : `${record.arn}:${qualifier}`,
      ...(condition && { Condition: condition }),
    };
    put(record, key, [...statements, statement]);
    return { Statement: JSON.stringify(statement) };
  };

  const RemovePermission: Operation<Lambda.RemovePermissionCommandInput> = (input) => {
    const { record, key } = find(input);
    checkRevision(input.RevisionId, record.policyRevisionId);
    const statements = record.policies[key] ?? [];
    const kept = statements.filter(({ Sid }) => Sid !== input.StatementId);
    if (kept.length === statements.length) {
      throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
    }
    put(record, key, kept);
    return {};
  };

  const GetPolicy: Operation<Lambda.GetPolicyCommandInput> = (input) => {
    const { record, qualifier } = find(input);
    const policy = policyDocument(record, qualifier);
    if (!policy) throw notFound('The resource you requested does not exist.');
    return { Policy: policy, RevisionId: record.policyRevisionId };
  };

  return { AddPermission, RemovePermission, GetPolicy };
}
