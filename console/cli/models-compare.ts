import type { Command } from 'commander';
import type { ModelItem } from '../../lambdas/shared/catalog-items.ts';
import { getRun } from '../client/catalog.ts';
import { compareRuns } from '../client/compare-runs.ts';
import { type Connection, UsageError } from '../client/connect.ts';
import { findModel } from '../client/models.ts';
import { print } from './output.ts';
import { comparisonText } from './runs-compare.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addCompareModels(models: Command): void {
  subcommand(
    models,
    'compare <before> <after>',
    'metrics with intervals, settings and data of two model versions',
  ).action(async (before: string, after: string, _options, command: Command) => {
    const connection = await connectFor(command);
    const both = await Promise.all([before, after].map((text) => findModel(connection, text)));
    const [was, is] = both as [ModelItem, ModelItem];
    const [first, second] = await Promise.all([runOf(connection, was), runOf(connection, is)]);
    const compared = await compareRuns(connection, first, second);
    print({ models: [was, is], ...compared }, optionsOf(command).json, (it) =>
      comparisonText(it, [
        `model ${was.modelVersion} (run ${was.run})`,
        `model ${is.modelVersion} (run ${is.run})`,
      ]),
    );
  });
}

async function runOf(connection: Connection, { run, modelVersion }: ModelItem) {
  const item = await getRun(connection, run);
  if (item) return item;
  throw new UsageError(`model ${modelVersion}: its run ${run} is not in the catalog`);
}
