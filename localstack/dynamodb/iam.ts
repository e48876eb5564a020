/** The permissions of DynamoDB's operations. */
import type { AccessRequest } from '../core/service.ts';

interface AccessInput {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly ResourceArn?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string } | undefined>>[];
  readonly Tags?: readonly unknown[];
}

/** A transaction is allowed by the permissions of what it holds. */
const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** Makes ARNs of tables of one account and region. */
export type TableArn = (tableName: string) => string;

/** The permissions that a call needs. */
export function accessRequests(operation: string, input: AccessInput, tableArn: TableArn): AccessRequest[] {
  const action = `dynamodb:${operation}`;
  if (operation === 'ListTables') return [{ action, resource: '*' }];
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = Object.keys(input.RequestItems ?? {});
    return tables.map((table) => ({ action, resource: tableArn(tableNameOf(table)) }));
  }
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    const needed = (input.TransactItems ?? []).flatMap((entry) =>
      Object.entries(entry).map(([kind, named]) => ({
        action: `dynamodb:${TRANSACTION_ACTIONS[kind]}`,
        resource: tableArn(tableNameOf(named?.TableName ?? '')),
      })),
    );
    return [...new Map(needed.map((each) => [`${each.action} ${each.resource}`, each])).values()];
  }
  if (input.ResourceArn !== undefined) return [{ action, resource: input.ResourceArn }];
  const table = tableArn(tableNameOf(input.TableName ?? ''));
  const resource = input.IndexName === undefined ? table : `${table}/index/${input.IndexName}`;
  const tagging = operation === 'CreateTable' && (input.Tags?.length ?? 0) > 0;
  return [{ action, resource }, ...(tagging ? [{ action: 'dynamodb:TagResource', resource }] : [])];
}

/** Name of a table that a request names by name or ARN. */
export function tableNameOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split('/')[1] ?? '') : nameOrArn;
}
