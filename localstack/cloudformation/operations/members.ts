/** The members of each request that have an effect here, or are refused by value where they are read. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';

const TEMPLATE = ['TemplateBody', 'TemplateURL'];
const CONTENT = [
  ...TEMPLATE,
  'StackName',
  'Parameters',
  'Tags',
  'Capabilities',
  'RoleARN',
  'ClientRequestToken',
  'NotificationARNs',
  'RollbackConfiguration',
  'ResourceTypes',
  'DeploymentConfig',
  'StackPolicyBody',
  'StackPolicyURL',
];
const PAGED_STACK = ['StackName', 'NextToken'];

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  ContinueUpdateRollback: ['StackName', 'RoleARN', 'ResourcesToSkip', 'ClientRequestToken'],
  CreateChangeSet: [
    ...CONTENT,
    'UsePreviousTemplate',
    'ChangeSetName',
    'ChangeSetType',
    'ClientToken',
    'Description',
    'DeploymentMode',
    'ResourcesToImport',
    'OnStackFailure',
    'ImportExistingResources',
    // there are none: their resource type is refused
    'IncludeNestedStacks',
  ],
  CreateStack: [
    ...CONTENT,
    'DisableRollback',
    'OnFailure',
    'EnableTerminationProtection',
    'TimeoutInMinutes',
  ],
  DeleteChangeSet: ['ChangeSetName', 'StackName'],
  DeleteStack: [
    ...['StackName', 'RetainResources', 'RoleARN', 'ClientRequestToken', 'DeletionMode', 'DeploymentConfig'],
  ],
  // values before and after are always shown
  DescribeChangeSet: ['ChangeSetName', 'StackName', 'NextToken', 'IncludePropertyValues'],
  DescribeEvents: [...PAGED_STACK, 'ChangeSetName', 'OperationId', 'Filters'],
  DescribeStackEvents: PAGED_STACK,
  DescribeStackResource: ['StackName', 'LogicalResourceId'],
  DescribeStackResources: ['StackName', 'LogicalResourceId', 'PhysicalResourceId'],
  DescribeStacks: PAGED_STACK,
  DescribeType: ['Type', 'TypeName'],
  ExecuteChangeSet: ['ChangeSetName', 'StackName', 'ClientRequestToken', 'DisableRollback'],
  // both stages are the same text: macros are refused
  GetTemplate: ['StackName', 'ChangeSetName', 'TemplateStage'],
  GetTemplateSummary: [...TEMPLATE, 'StackName'],
  ListChangeSets: PAGED_STACK,
  ListExports: ['NextToken'],
  ListImports: ['ExportName', 'NextToken'],
  ListStackResources: PAGED_STACK,
  ListStacks: ['NextToken', 'StackStatusFilter'],
  RollbackStack: ['StackName', 'RoleARN', 'ClientRequestToken', 'RetainExceptOnCreate'],
  UpdateStack: [...CONTENT, 'UsePreviousTemplate', 'DisableRollback'],
  UpdateTerminationProtection: ['StackName', 'EnableTerminationProtection'],
  ValidateTemplate: TEMPLATE,
};

/** @throws NotImplementedByLocalCloud for a member that would be dropped; one that is `false` asks for nothing */
export function refuseUnknownMembers(operation: string, input: Readonly<Record<string, unknown>>): void {
  const known = MEMBERS[operation] ?? [];
  const dropped = Object.entries(input).find(
    ([name, value]) => value !== undefined && value !== false && !known.includes(name),
  );
  if (dropped) throw new NotImplementedByLocalCloud(`cloudformation ${operation} with ${dropped[0]}`);
}
