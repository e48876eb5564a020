/** Turns a request to create or change a stack into the content that the stack shall have. */

import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { GetParametersCommandOutput } from '@aws-sdk/client-ssm';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { defineStack, type StackDefinition } from '../engine/definition.ts';
import { actingPrincipal } from '../engine/operation.ts';
import { validationError } from '../errors.ts';
import type { StackContent, StackRecord } from '../records.ts';
import { resolveParameters } from '../template/parameters.ts';
import { parseTemplate, transformsOf } from '../template/parse.ts';
import type { Template } from '../template/template.ts';
import { readTemplate, type TemplateSource } from './template-source.ts';

const MAX_SSM_NAMES = 10;

const NAMED_IAM_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
};

/** What CreateStack, UpdateStack and CreateChangeSet have in common. */
export interface ContentRequest extends TemplateSource {
  readonly Parameters?: readonly Parameter[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly Capabilities?: readonly string[] | undefined;
  readonly NotificationARNs?: readonly string[] | undefined;
  readonly RollbackConfiguration?:
    | {
        readonly RollbackTriggers?: readonly object[] | undefined;
        readonly MonitoringTimeInMinutes?: number | undefined;
      }
    | undefined;
  readonly ResourceTypes?: readonly string[] | undefined;
  readonly DeploymentConfig?: { readonly Mode?: string | undefined } | undefined;
  readonly TimeoutInMinutes?: number | undefined;
  readonly StackPolicyBody?: string | undefined;
  readonly StackPolicyURL?: string | undefined;
}

/** @throws NotImplementedByLocalCloud for options that this cloud would otherwise drop silently. */
export function refuseOptions(request: Omit<ContentRequest, keyof TemplateSource>): void {
  const { NotificationARNs, RollbackConfiguration, ResourceTypes, DeploymentConfig, TimeoutInMinutes } =
    request;
  const refused = [
    NotificationARNs?.length ? 'NotificationARNs' : undefined,
    RollbackConfiguration?.RollbackTriggers?.length ? 'RollbackConfiguration.RollbackTriggers' : undefined,
    RollbackConfiguration?.MonitoringTimeInMinutes
      ? 'RollbackConfiguration.MonitoringTimeInMinutes'
      : undefined,
    ResourceTypes?.length ? 'ResourceTypes' : undefined,
    (DeploymentConfig?.Mode ?? 'STANDARD') === 'STANDARD'
      ? undefined
      : `DeploymentConfig.Mode ${DeploymentConfig?.Mode}`,
    TimeoutInMinutes === undefined ? undefined : 'TimeoutInMinutes',
    request.StackPolicyBody === undefined && request.StackPolicyURL === undefined
      ? undefined
      : 'stack policies',
  ].find((name) => name !== undefined);
  if (refused) throw new NotImplementedByLocalCloud(`CloudFormation option ${refused}`);
}

function requiredCapabilities(template: Template): string[] {
  const iam = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const isNamed = iam.some(
    ({ Type, Properties }) => Properties?.[NAMED_IAM_PROPERTY[Type] ?? ''] !== undefined,
  );
  const needed = [];
  if (isNamed) needed.push('CAPABILITY_NAMED_IAM');
  else if (iam.length > 0) needed.push('CAPABILITY_IAM');
  if (transformsOf(template).length > 0) needed.push('CAPABILITY_AUTO_EXPAND');
  return needed;
}

function checkCapabilities(template: Template, given: readonly string[]): void {
  const has = new Set(given.includes('CAPABILITY_NAMED_IAM') ? [...given, 'CAPABILITY_IAM'] : given);
  const missing = requiredCapabilities(template).filter((capability) => !has.has(capability));
  if (missing.length > 0) {
    throw new AwsError(
      'InsufficientCapabilitiesException',
      `Requires capabilities : [${missing.join(', ')}]`,
    );
  }
}

/** Reads SSM parameters as `principal`. */
export function ssmReader(cloud: Cloud, principal: Principal) {
  return async (names: readonly string[]): Promise<Map<string, string>> => {
    const values = new Map<string, string>();
    for (let start = 0; start < names.length; start += MAX_SSM_NAMES) {
      const Names = names.slice(start, start + MAX_SSM_NAMES);
      const answer = await cloud.call<GetParametersCommandOutput>(
        'ssm',
        'GetParameters',
        { Names },
        principal,
      );
      const secure = (answer.Parameters ?? []).filter(({ Type }) => Type === 'SecureString');
      if (secure.length > 0) {
        const list = secure.map(({ Name }) => Name).join(', ');
        throw validationError(
          `Parameters [${list}] referenced by template have types not supported by CloudFormation.`,
        );
      }
      for (const { Name, Value } of answer.Parameters ?? []) values.set(Name ?? '', Value ?? '');
    }
    return values;
  };
}

/**
 * The definition that a request asks for: template, parameters and tags, checked.
 * @param previous the content whose template and parameters the request may refer to
 */
export async function requestedDefinition(
  cloud: Cloud,
  principal: Principal,
  stack: Pick<StackRecord, 'stackId' | 'stackName' | 'roleArn'>,
  request: ContentRequest,
  previous: StackContent | undefined,
): Promise<StackDefinition> {
  refuseOptions(request);
  const templateBody = await readTemplate(cloud, principal, request, previous?.templateBody);
  const template = parseTemplate(templateBody);
  checkCapabilities(template, request.Capabilities ?? []);
  const parameters = await resolveParameters(
    template,
    request.Parameters ?? [],
    previous?.parameters ?? [],
    // parameters are read as the stack's role where it has one: CDK's deploy role may read one parameter only
    ssmReader(cloud, actingPrincipal(cloud, stack.roleArn, principal)),
  );
  const tags = request.Tags?.map(({ Key, Value }) => [Key ?? '', Value ?? ''] as const);
  const description = typeof template.Description === 'string' ? { description: template.Description } : {};
  return defineStack(cloud, stack, {
    templateBody,
    parameters,
    tags: tags === undefined ? (previous?.tags ?? {}) : Object.fromEntries(tags),
    capabilities: request.Capabilities ?? [],
    ...description,
  });
}
