import { ListModelPackagesCommand } from '@aws-sdk/client-sagemaker';
import type { Command } from 'commander';
import { getChampion, listModels } from '../client/catalog.ts';
import { addApprove, addReject } from './models-approve.ts';
import { addCard } from './models-card.ts';
import { addCompareModels } from './models-compare.ts';
import { addShowModel } from './models-show.ts';
import { print, shortTime, table } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addModels(program: Command): void {
  const models = subcommand(
    program,
    'models',
    'model versions, and which of them is the champion; show, approve, reject or compare them',
  );
  models.action(async (_options, command: Command) => {
    const connection = await connectFor(command);
    const [champion, models, packages] = await Promise.all([
      getChampion(connection),
      listModels(connection),
      connection.sagemaker.send(
        new ListModelPackagesCommand({
          ModelPackageGroupName: connection.names.modelPackageGroup(connection.project),
          MaxResults: 100,
        }),
      ),
    ]);
    const approval = new Map(
      packages.ModelPackageSummaryList?.map((item) => [item.ModelPackageVersion, item.ModelApprovalStatus]),
    );
    const rows = models.map((model) => ({
      ...model,
      approval: approval.get(model.modelVersion),
      champion: model.modelVersion === champion?.modelVersion,
    }));
    print(rows, optionsOf(command).json, () =>
      table(
        ['model', 'approval', 'dataset version', 'registered', 'run'],
        rows.map((row) => [
          `${row.modelVersion}${row.champion ? ' (champion)' : ''}`,
          row.approval,
          row.datasetVersion,
          shortTime(row.registeredAt),
          row.run,
        ]),
      ),
    );
  });
  for (const add of [addShowModel, addApprove, addReject, addCompareModels, addCard]) add(models);
}
