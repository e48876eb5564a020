/** Systems Manager's Parameter Store: tags. */
import {
  AddTagsToResourceCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { parameterArn, putText } from './ssm.ts';
import { DENIED_PAGE, deniedJson, roleWithoutPolicies } from './without-policies.ts';

const API = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference';

const resource = (name: string) => ({ ResourceType: 'Parameter', ResourceId: name }) as const;
const none = resource('none');

const tagsOf = async (client: SSMClient, name: string) =>
  (await client.send(new ListTagsForResourceCommand(resource(name)))).TagList;

async function addTags(client: SSMClient, name: string) {
  await putText(client, name);
  const Tags = [
    { Key: 'kept', Value: '1' },
    { Key: 'gone', Value: '2' },
  ];
  await client.send(new AddTagsToResourceCommand({ ...resource(name), Tags }));
}

export const ssmTagCases = serviceCases({
  service: 'ssm',
  folders: ['ssm', 'kms'],
  makeClient: ({ clientConfig }) => new SSMClient(clientConfig),
  operations: {
    AddTagsToResource: {
      source: `${API}/API_AddTagsToResource.html`,
      answers: async ({ client }) => {
        await addTags(client, '/tags/add');
        expect(await tagsOf(client, '/tags/add')).toContainEqual({ Key: 'kept', Value: '1' });
      },
      refuses: async ({ running }) =>
        new SSMClient(await roleWithoutPolicies(running, 'tagger')).send(
          new AddTagsToResourceCommand({ ...none, Tags: [{ Key: 'k', Value: 'v' }] }),
        ),
      refusal: deniedJson('tagger', 'ssm:AddTagsToResource', parameterArn('none')),
      refusalSource: 'https://github.com/pepperize/cdk-ssm-parameters-cross-region/issues/442',
    },
    RemoveTagsFromResource: {
      source: `${API}/API_RemoveTagsFromResource.html`,
      answers: async ({ client }) => {
        await addTags(client, '/tags/remove');
        const order = { ...resource('/tags/remove'), TagKeys: ['gone'] };
        await client.send(new RemoveTagsFromResourceCommand(order));
        expect(await tagsOf(client, '/tags/remove')).toEqual([{ Key: 'kept', Value: '1' }]);
      },
      refuses: async ({ running }) =>
        new SSMClient(await roleWithoutPolicies(running, 'untagger')).send(
          new RemoveTagsFromResourceCommand({ ...none, TagKeys: ['k'] }),
        ),
      refusal: deniedJson('untagger', 'ssm:RemoveTagsFromResource', parameterArn('none')),
      refusalSource: DENIED_PAGE,
    },
    ListTagsForResource: {
      source: `${API}/API_ListTagsForResource.html`,
      answers: async ({ client }) => {
        await addTags(client, '/tags/list');
        expect(await tagsOf(client, 'tags/list')).toHaveLength(2);
      },
      refuses: async ({ running }) =>
        new SSMClient(await roleWithoutPolicies(running, 'tag-lister')).send(
          new ListTagsForResourceCommand(none),
        ),
      refusal: deniedJson('tag-lister', 'ssm:ListTagsForResource', parameterArn('none')),
      refusalSource: DENIED_PAGE,
    },
  },
});
