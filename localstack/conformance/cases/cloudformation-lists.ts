/** CloudFormation: resources, events, templates, exports and lists. */
import {
  DescribeEventsCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeTypeCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  API,
  createQueueStack,
  folders,
  makeClient,
  noStack,
  noStackWithId,
  queueTemplate,
  RECORDED,
} from './cloudformation-material.ts';

/** The pages of these operations name the least length of a token: 1. */
const emptyToken = {
  name: 'ValidationError',
  message:
    "1 validation error detected: Value '' at 'nextToken' failed to satisfy constraint: Member must have length greater than or equal to 1",
  status: 400,
};

const exporting = (name: string) =>
  queueTemplate(name, {}, { Outputs: { Url: { Value: { Ref: 'Queue' }, Export: { Name: name } } } });

export const cloudFormationListCases = serviceCases({
  service: 'cloudformation',
  folders,
  makeClient,
  operations: {
    DescribeStackEvents: {
      source: `${API}/API_DescribeStackEvents.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'events');
        const { StackEvents = [] } = await client.send(
          new DescribeStackEventsCommand({ StackName: 'events' }),
        );
        expect(
          [...StackEvents].reverse().map((event) => [event.LogicalResourceId, event.ResourceStatus]),
        ).toEqual([
          ['events', 'CREATE_IN_PROGRESS'],
          ['Queue', 'CREATE_IN_PROGRESS'],
          ['Queue', 'CREATE_IN_PROGRESS'],
          ['Queue', 'CREATE_COMPLETE'],
          ['events', 'CREATE_COMPLETE'],
        ]);
      },
      refuses: ({ client }) => client.send(new DescribeStackEventsCommand({ StackName: 'none' })),
      ...noStack,
    },
    DescribeEvents: {
      source: `${API}/API_DescribeEvents.html`,
      answers: async ({ client }) => {
        const { StackId } = await createQueueStack(client, 'operation');
        const answer = await client.send(new DescribeEventsCommand({ StackName: StackId }));
        expect(answer.OperationEvents?.[0]).toMatchObject({
          EventType: 'STACK_EVENT',
          LogicalResourceId: 'operation',
          ResourceStatus: 'CREATE_COMPLETE',
        });
      },
      refuses: ({ client }) => client.send(new DescribeEventsCommand({ NextToken: '' })),
      refusal: emptyToken,
    },
    DescribeStackResource: {
      source: `${API}/API_DescribeStackResource.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'resource');
        const order = { StackName: 'resource', LogicalResourceId: 'Queue' };
        const { StackResourceDetail } = await client.send(new DescribeStackResourceCommand(order));
        expect(StackResourceDetail).toMatchObject({
          LogicalResourceId: 'Queue',
          ResourceType: 'AWS::SQS::Queue',
          ResourceStatus: 'CREATE_COMPLETE',
          DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
        });
      },
      refuses: async ({ client }) => {
        await createQueueStack(client, 'no-resource');
        const order = { StackName: 'no-resource', LogicalResourceId: 'NonExistentResource' };
        return client.send(new DescribeStackResourceCommand(order));
      },
      refusal: {
        name: 'ValidationError',
        message: 'Resource NonExistentResource does not exist for stack no-resource',
        status: 400,
      },
      refusalSource: `${RECORDED}/test_stacks.snapshot.json`,
    },
    DescribeStackResources: {
      source: `${API}/API_DescribeStackResources.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'resources');
        const order = new DescribeStackResourcesCommand({ StackName: 'resources' });
        const { StackResources } = await client.send(order);
        expect(StackResources?.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['Queue']);
      },
      refuses: ({ client }) => client.send(new DescribeStackResourcesCommand({ StackName: 'none' })),
      ...noStackWithId,
    },
    ListStackResources: {
      source: `${API}/API_ListStackResources.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'summaries');
        const order = new ListStackResourcesCommand({ StackName: 'summaries' });
        const { StackResourceSummaries } = await client.send(order);
        expect(StackResourceSummaries).toMatchObject([
          { LogicalResourceId: 'Queue', PhysicalResourceId: expect.stringMatching(/\/summaries$/) },
        ]);
      },
      refuses: ({ client }) => client.send(new ListStackResourcesCommand({ StackName: 'none' })),
      ...noStackWithId,
    },
    GetTemplate: {
      source: `${API}/API_GetTemplate.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'template');
        const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 'template' }));
        expect(TemplateBody).toBe(queueTemplate('template'));
      },
      refuses: ({ client }) => client.send(new GetTemplateCommand({})),
      refusal: {
        name: 'ValidationError',
        message: 'StackName is required if ChangeSetName is not specified.',
        status: 400,
      },
      refusalSource: `${RECORDED}/test_templates.snapshot.json`,
    },
    GetTemplateSummary: {
      source: `${API}/API_GetTemplateSummary.html`,
      answers: async ({ client }) => {
        const TemplateBody = queueTemplate(
          'summary',
          {},
          { Parameters: { P: { Type: 'String', Default: 'd' } } },
        );
        const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody }));
        expect(summary).toMatchObject({
          Parameters: [{ ParameterKey: 'P', ParameterType: 'String', DefaultValue: 'd', NoEcho: false }],
          ResourceTypes: ['AWS::SQS::Queue'],
        });
      },
      refuses: ({ client }) => client.send(new GetTemplateSummaryCommand({ StackName: 'none' })),
      ...noStackWithId,
    },
    ValidateTemplate: {
      source: `${API}/API_ValidateTemplate.html`,
      answers: async ({ client }) => {
        const TemplateBody = queueTemplate('valid', {}, { Description: 'one queue' });
        const { Description } = await client.send(new ValidateTemplateCommand({ TemplateBody }));
        expect(Description).toBe('one queue');
      },
      refuses: ({ client }) =>
        client.send(
          new ValidateTemplateCommand({ TemplateBody: '{"AWSTemplateFormatVersion":"2010-09-09"}' }),
        ),
      refusal: {
        name: 'ValidationError',
        message: 'Template format error: At least one Resources member must be defined.',
        status: 400,
      },
      refusalSource: `${RECORDED}/test_templates.snapshot.json`,
    },
    ListStacks: {
      source: `${API}/API_ListStacks.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'among-others');
        const order = new ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE'] });
        const { StackSummaries } = await client.send(order);
        expect(StackSummaries?.map(({ StackName }) => StackName)).toContain('among-others');
      },
      refuses: ({ client }) => client.send(new ListStacksCommand({ NextToken: '' })),
      refusal: emptyToken,
    },
    ListExports: {
      source: `${API}/API_ListExports.html`,
      answers: async ({ client }) => {
        const { StackId } = await createQueueStack(client, 'exports', { TemplateBody: exporting('exports') });
        const { Exports } = await client.send(new ListExportsCommand({}));
        const Value = expect.stringMatching(/\/exports$/);
        expect(Exports).toContainEqual({ ExportingStackId: StackId, Name: 'exports', Value });
      },
      refuses: ({ client }) => client.send(new ListExportsCommand({ NextToken: '' })),
      refusal: emptyToken,
    },
    DescribeType: {
      source: `${API}/API_DescribeType.html`,
      answers: async ({ client }) => {
        const request = { Type: 'RESOURCE', TypeName: 'AWS::IAM::Role' } as const;
        const { Arn, Schema = '{}' } = await client.send(new DescribeTypeCommand(request));
        expect(Arn).toBe('arn:aws:cloudformation:us-east-1::type/resource/AWS-IAM-Role');
        const schema = JSON.parse(Schema);
        // https://schema.cloudformation.us-east-1.amazonaws.com/aws-iam-role.json
        expect(schema).toMatchObject({
          typeName: 'AWS::IAM::Role',
          required: ['AssumeRolePolicyDocument'],
          properties: { RoleName: { type: 'string' }, MaxSessionDuration: { type: 'integer' } },
        });
        expect(schema.createOnlyProperties.sort()).toEqual(['/properties/Path', '/properties/RoleName']);
        expect(schema.readOnlyProperties.sort()).toEqual(['/properties/Arn', '/properties/RoleId']);
      },
      refuses: ({ client }) =>
        client.send(new DescribeTypeCommand({ Type: 'RESOURCE', TypeName: 'AWS::Serverless::Api' })),
      refusal: {
        name: 'TypeNotFoundException',
        message: "The type 'AWS::Serverless::Api' cannot be found.",
        status: 404,
      },
      refusalSource:
        'https://github.com/iann0036/aws-leastprivilege/issues/6, https://github.com/hashicorp/terraform-provider-awscc/issues/3105 (status)',
    },
    ListImports: {
      source: `${API}/API_ListImports.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'source', { TemplateBody: exporting('source') });
        const Tags = [{ Key: 'from', Value: { 'Fn::ImportValue': 'source' } }];
        await createQueueStack(client, 'importer', { TemplateBody: queueTemplate('importer', { Tags }) });
        const { Imports } = await client.send(new ListImportsCommand({ ExportName: 'source' }));
        expect(Imports).toEqual(['importer']);
      },
      refuses: ({ client }) => client.send(new ListImportsCommand({ ExportName: 'nobodys' })),
      refusal: {
        name: 'ValidationError',
        message: "Export 'nobodys' is not imported by any stack.",
        status: 400,
      },
      refusalSource:
        'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-imports.html',
    },
  },
});
