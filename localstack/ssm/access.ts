/** The permissions that Parameter Store's operations need. */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest } from '../core/service.ts';
import { parameterArn, splitSelector } from './parameter.ts';

interface NamedInput {
  readonly Name?: string;
  readonly Names?: readonly string[];
  readonly Path?: string;
  readonly ResourceId?: string;
}

/** Access requests of one call, on the parameters that it names. */
export function ssmAccess(cloud: Cloud, operation: string, input: NamedInput): AccessRequest[] {
  const action = `ssm:${operation}`;
  const on = (name: string) => parameterArn(cloud.region, cloud.account, splitSelector(name).name);
  const names =
    input.Names ?? [input.Name ?? input.Path ?? input.ResourceId].filter((name) => name !== undefined);
  if (names.length === 0) return [{ action, resource: `arn:aws:ssm:${cloud.region}:${cloud.account}:*` }];
  return names.map((name) => ({ action, resource: on(name) }));
}
