/** SageMaker's lineage: what exists is found by its source and refused a second time, and a query walks both ways. */
import {
  AddAssociationCommand,
  CreateActionCommand,
  CreateArtifactCommand,
  DeleteActionCommand,
  DeleteArtifactCommand,
  DeleteAssociationCommand,
  ListActionsCommand,
  ListArtifactsCommand,
  ListAssociationsCommand,
  QueryLineageCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { Account } from '../account.ts';
import { type Assumption, assume, refusalOf } from '../assumption.ts';

const REFUSED = 'ValidationException';

/** Sources that no other check has. */
const sourcesOf = ({ prefix }: Account) => ({ data: `s3://${prefix}/manifest.json`, run: `run/${prefix}` });

/** An artifact that contributed to an action. */
async function makeChain(account: Account) {
  const sagemaker = account.client(SageMakerClient);
  const { data, run } = sourcesOf(account);
  const artifact = { Source: { SourceUri: data }, ArtifactType: 'DataSet', Properties: { digest: 'd1' } };
  const { ArtifactArn = '' } = await sagemaker.send(new CreateArtifactCommand(artifact));
  account.undo(`artifact ${ArtifactArn}`, () => sagemaker.send(new DeleteArtifactCommand({ ArtifactArn })));
  const ActionName = account.prefix;
  const action = { ActionName, Source: { SourceUri: run }, ActionType: 'TrainingRun' };
  const { ActionArn = '' } = await sagemaker.send(new CreateActionCommand(action));
  account.undo(`action ${ActionArn}`, () => sagemaker.send(new DeleteActionCommand({ ActionName })));
  const pair = { SourceArn: ArtifactArn, DestinationArn: ActionArn };
  const association = { ...pair, AssociationType: 'ContributedTo' } as const;
  await sagemaker.send(new AddAssociationCommand(association));
  account.undo(`association of ${ArtifactArn}`, () => sagemaker.send(new DeleteAssociationCommand(pair)));
  return { sagemaker, artifact, action, association, pair };
}

export const LINEAGE: readonly Assumption[] = [
  {
    id: 'sagemaker-lineage',
    statement:
      'Lineage entities are listed by their source URI as soon as they are made, a second one with the same source or name and a second association of a pair are a ValidationException, and QueryLineage walks with and against the associations.',
    where: ['lambdas/registry/lineage/lineage-store.ts', 'console/client/sagemaker-lineage.ts'],
    creates: ['lineage artifact', 'lineage action', 'lineage association'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const { sagemaker, artifact, action, association, pair } = await makeChain(account);
      const { data, run } = sourcesOf(account);
      const { SourceArn, DestinationArn } = pair;
      const artifacts = await sagemaker.send(new ListArtifactsCommand({ SourceUri: data }));
      assume(
        'artifacts with the source',
        artifacts.ArtifactSummaries?.map((each) => each.ArtifactArn),
        [SourceArn],
      );
      const actions = await sagemaker.send(new ListActionsCommand({ SourceUri: run }));
      assume(
        'actions with the source',
        actions.ActionSummaries?.map((each) => each.ActionArn),
        [DestinationArn],
      );
      const { AssociationSummaries } = await sagemaker.send(new ListAssociationsCommand(pair));
      assume(
        'type of the association',
        AssociationSummaries?.map((each) => each.AssociationType),
        ['ContributedTo'],
      );
      const again: readonly (readonly [string, Promise<unknown>])[] = [
        ['a second artifact', sagemaker.send(new CreateArtifactCommand(artifact))],
        ['a second action', sagemaker.send(new CreateActionCommand(action))],
        ['a second association', sagemaker.send(new AddAssociationCommand(association))],
      ];
      for (const [what, call] of again) assume(what, (await refusalOf(what, call)).name, REFUSED);
      for (const [start, Direction, found] of [
        [SourceArn, 'Descendants', DestinationArn],
        [DestinationArn, 'Ascendants', SourceArn],
      ] as const) {
        const request = { StartArns: [start], Direction, IncludeEdges: true };
        const { Vertices = [], Edges } = await sagemaker.send(new QueryLineageCommand(request));
        assume(
          `${Direction} of one`,
          Vertices.filter(({ Arn }) => Arn !== start).map(({ Arn }) => Arn),
          [found],
        );
        assume(
          `edges of ${Direction}`,
          Edges?.map((edge) => [edge.SourceArn, edge.DestinationArn]),
          [[SourceArn, DestinationArn]],
        );
      }
    },
  },
];
