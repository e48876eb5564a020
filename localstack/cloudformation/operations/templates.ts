/** What a template says, without making anything of it. */
import type {
  GetTemplateCommandInput,
  GetTemplateSummaryCommandInput,
  ValidateTemplateCommandInput,
} from '@aws-sdk/client-cloudformation';
import type { Call } from '../../core/service.ts';
import { changeSetNotFound, validationError } from '../errors.ts';
import { parseTemplate, transformsOf } from '../template/parse.ts';
import type { Template } from '../template/template.ts';
import type { Service } from './stacks.ts';
import { readTemplate } from './template-source.ts';

export function getTemplate({ store }: Service, input: GetTemplateCommandInput) {
  const body =
    input.ChangeSetName === undefined ? stackTemplate(store, input) : changeSetTemplate(store, input);
  return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] as const };
}

function stackTemplate(store: Service['store'], input: GetTemplateCommandInput): string {
  if (input.StackName === undefined) {
    throw validationError('StackName is required if ChangeSetName is not specified.');
  }
  return store.stack(input.StackName, `Stack with id ${input.StackName} does not exist`).content.templateBody;
}

function changeSetTemplate(
  store: Service['store'],
  { ChangeSetName = '', StackName = '' }: GetTemplateCommandInput,
): string {
  const changeSet = ChangeSetName.startsWith('arn:')
    ? store.changeSetById(ChangeSetName)
    : store.changeSetsOf(store.stack(StackName).stackId).find(({ name }) => name === ChangeSetName);
  if (!changeSet) throw changeSetNotFound(ChangeSetName);
  return changeSet.content.templateBody;
}

function parameterDeclarations(template: Template) {
  return Object.entries(template.Parameters ?? {}).map(([ParameterKey, definition]) => ({
    ParameterKey,
    ...(definition.Default === undefined ? {} : { DefaultValue: String(definition.Default) }),
    ParameterType: definition.Type,
    NoEcho: String(definition.NoEcho ?? false) === 'true',
    Description: definition.Description,
    ParameterConstraints: definition.AllowedValues
      ? { AllowedValues: definition.AllowedValues.map(String) }
      : {},
  }));
}

function capabilities(template: Template): ('CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM')[] {
  const iam = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (iam.length === 0) return [];
  const isNamed = iam.some(({ Properties }) => Properties?.RoleName ?? Properties?.ManagedPolicyName);
  return [isNamed ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
}

function reviewedTemplate(store: Service['store'], StackName: string): string {
  const body = stackTemplate(store, { StackName });
  if (store.find(StackName)?.status !== 'REVIEW_IN_PROGRESS') return body;
  throw validationError('GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.');
}

export async function getTemplateSummary(
  { cloud, store }: Service,
  input: GetTemplateSummaryCommandInput,
  call: Call,
) {
  const body =
    input.StackName === undefined
      ? await readTemplate(cloud, call.principal, input, undefined)
      : reviewedTemplate(store, input.StackName);
  const template = parseTemplate(body);
  return {
    Parameters: parameterDeclarations(template),
    Description: template.Description,
    Capabilities: capabilities(template),
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
    Version: template.AWSTemplateFormatVersion,
    Metadata: template.Metadata === undefined ? undefined : JSON.stringify(template.Metadata),
    DeclaredTransforms: transformsOf(template),
  };
}

export async function validateTemplate({ cloud }: Service, input: ValidateTemplateCommandInput, call: Call) {
  const template = parseTemplate(await readTemplate(cloud, call.principal, input, undefined));
  return {
    Parameters: parameterDeclarations(template).map(
      ({ ParameterKey, DefaultValue, NoEcho, Description }) => ({
        ParameterKey,
        DefaultValue,
        NoEcho,
        Description,
      }),
    ),
    Description: template.Description,
    Capabilities: capabilities(template),
    DeclaredTransforms: transformsOf(template),
  };
}
