/** SageMaker: models, and the tags of any resource. */
import {
  AddTagsCommand,
  CreateModelCommand,
  DeleteModelCommand,
  DeleteTagsCommand,
  DescribeModelCommand,
  ListModelsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  arnOf,
  container,
  EXECUTION_ROLE,
  IMAGE,
  makeModel,
  notFound,
  OPERATOR_SENTENCES,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';

export const sagemakerModelCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateModel: {
      source: `${SAGEMAKER_API}/API_CreateModel.html`,
      answers: async ({ client, running }) => {
        const PrimaryContainer = await container(running);
        const request = { ModelName: 'made', ExecutionRoleArn: EXECUTION_ROLE, PrimaryContainer };
        const { ModelArn } = await client.send(new CreateModelCommand(request));
        expect(ModelArn).toBe(arnOf('model', 'made'));
      },
      refuses: async ({ client, running }) => {
        await makeModel(running, 'twice');
        const PrimaryContainer = await container(running);
        const request = { ModelName: 'twice', ExecutionRoleArn: EXECUTION_ROLE, PrimaryContainer };
        return client.send(new CreateModelCommand(request));
      },
      refusal: {
        name: 'ValidationException',
        message: `Cannot create already existing model "${arnOf('model', 'twice')}".`,
        status: 400,
      },
      refusalSource:
        'https://github.com/aws/sagemaker-python-sdk/blob/v2.257.6/src/sagemaker/session.py (create_model), https://github.com/aws/sagemaker-python-sdk/issues/987',
    },
    DescribeModel: {
      source: `${SAGEMAKER_API}/API_DescribeModel.html`,
      answers: async ({ client, running }) => {
        await makeModel(running, 'described');
        expect(await client.send(new DescribeModelCommand({ ModelName: 'described' }))).toMatchObject({
          ModelArn: arnOf('model', 'described'),
          ExecutionRoleArn: EXECUTION_ROLE,
          PrimaryContainer: { Image: IMAGE, Mode: 'SingleModel' },
          EnableNetworkIsolation: false,
          CreationTime: expect.any(Date),
        });
      },
      refuses: ({ client }) => client.send(new DescribeModelCommand({ ModelName: 'none' })),
      refusal: notFound('model', arnOf('model', 'none')),
      refusalSource: OPERATOR_SENTENCES,
    },
    ListModels: {
      source: `${SAGEMAKER_API}/API_ListModels.html`,
      answers: async ({ client, running }) => {
        await makeModel(running, 'listed-1');
        await makeModel(running, 'listed-2');
        const request = { NameContains: 'listed', SortBy: 'Name', SortOrder: 'Ascending' } as const;
        const first = await client.send(new ListModelsCommand({ ...request, MaxResults: 1 }));
        expect(first.Models).toMatchObject([{ ModelName: 'listed-1' }]);
        const { NextToken } = first;
        const second = await client.send(new ListModelsCommand({ ...request, MaxResults: 1, NextToken }));
        expect(second.Models).toMatchObject([{ ModelName: 'listed-2' }]);
      },
      refuses: ({ client }) => client.send(new ListModelsCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    DeleteModel: {
      source: `${SAGEMAKER_API}/API_DeleteModel.html`,
      answers: async ({ client, running }) => {
        await makeModel(running, 'deleted');
        const { $metadata } = await client.send(new DeleteModelCommand({ ModelName: 'deleted' }));
        expect($metadata.httpStatusCode).toBe(200);
        const { Models } = await client.send(new ListModelsCommand({ NameContains: 'deleted' }));
        expect(Models).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteModelCommand({ ModelName: 'none' })),
      refusal: notFound('model', arnOf('model', 'none')),
      refusalSource: OPERATOR_SENTENCES,
    },
    AddTags: {
      source: `${SAGEMAKER_API}/API_AddTags.html`,
      answers: async ({ client, running }) => {
        await makeModel(running, 'tagged');
        const ResourceArn = arnOf('model', 'tagged');
        const Tags = [{ Key: 'team', Value: 'ml' }];
        expect((await client.send(new AddTagsCommand({ ResourceArn, Tags }))).Tags).toEqual(Tags);
      },
      refuses: async ({ client, running }) => {
        await makeModel(running, 'tagged-wrongly');
        const Tags = [{ Key: 'k'.repeat(129), Value: 'v' }];
        return client.send(new AddTagsCommand({ ResourceArn: arnOf('model', 'tagged-wrongly'), Tags }));
      },
      refusal: {
        name: 'ValidationException',
        message: `1 validation error detected: Value '${'k'.repeat(129)}' at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128`,
        status: 400,
      },
      refusalSource: `${SAGEMAKER_API}/API_Tag.html`,
    },
    ListTags: {
      source: `${SAGEMAKER_API}/API_ListTags.html`,
      answers: async ({ client, running }) => {
        const PrimaryContainer = await container(running);
        const Tags = [{ Key: 'stage', Value: 'dev' }];
        const request = { ModelName: 'with-tags', ExecutionRoleArn: EXECUTION_ROLE, PrimaryContainer, Tags };
        const { ModelArn } = await client.send(new CreateModelCommand(request));
        expect((await client.send(new ListTagsCommand({ ResourceArn: ModelArn }))).Tags).toEqual(Tags);
      },
      refuses: ({ client }) =>
        client.send(new ListTagsCommand({ ResourceArn: arnOf('model', 'none'), MaxResults: 10 })),
      refusal: rangeRefusal('maxResults', 10, 'greater than or equal to 50'),
      refusalSource: SENTENCE_SOURCE,
    },
    DeleteTags: {
      source: `${SAGEMAKER_API}/API_DeleteTags.html`,
      answers: async ({ client, running }) => {
        await makeModel(running, 'untagged');
        const ResourceArn = arnOf('model', 'untagged');
        const Tags = ['a', 'b'].map((Key) => ({ Key, Value: '1' }));
        await client.send(new AddTagsCommand({ ResourceArn, Tags }));
        await client.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['a'] }));
        expect((await client.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([Tags[1]]);
      },
      refuses: async ({ client, running }) => {
        await makeModel(running, 'not-untagged');
        return client.send(
          new DeleteTagsCommand({ ResourceArn: arnOf('model', 'not-untagged'), TagKeys: [] }),
        );
      },
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: Member must have length greater than or equal to 1",
        status: 400,
      },
      refusalSource: SENTENCE_SOURCE,
    },
  },
});
