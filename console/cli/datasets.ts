import type { Command } from 'commander';
import { getHead, listVersions } from '../client/catalog.ts';
import { addDiff } from './datasets-diff.ts';
import { addPull } from './datasets-pull.ts';
import { addShow } from './datasets-show.ts';
import { addVerify } from './datasets-verify.ts';
import { bytesText, countText, print, shortDigest, shortTime, sourceText, table } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addDatasets(program: Command): void {
  const datasets = subcommand(program, 'datasets', 'dataset versions; show, compare, restore or verify them');
  datasets.action(async (_options, command: Command) => {
    const connection = await connectFor(command);
    const [head, versions] = await Promise.all([getHead(connection), listVersions(connection)]);
    print({ head, versions }, optionsOf(command).json, () =>
      table(
        ['version', 'digest', 'rows', 'files', 'size', 'schema', 'created', 'from'],
        versions.map((item) => [
          `${item.version}${item.version === head?.version ? ' (head)' : ''}`,
          shortDigest(item.digest),
          countText(item.rows),
          countText(item.files),
          bytesText(item.bytes),
          item.schemaVersion,
          shortTime(item.createdAt),
          sourceText(item.source),
        ]),
      ),
    );
  });
  for (const add of [addShow, addDiff, addPull, addVerify]) add(datasets);
}
