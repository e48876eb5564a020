import type { Command } from 'commander';
import { getHead, listVersions } from '../client/catalog.ts';
import { print, shortDigest, shortTime, table } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addDatasets(program: Command): void {
  subcommand(program, 'datasets', 'dataset versions').action(async (_options, command: Command) => {
    const connection = await connectFor(command);
    const [head, versions] = await Promise.all([getHead(connection), listVersions(connection)]);
    print({ head, versions }, optionsOf(command).json, () =>
      table(
        ['version', 'digest', 'rows', 'files', 'created', 'from'],
        versions.map((item) => [
          `${item.version}${item.version === head?.version ? ' (head)' : ''}`,
          shortDigest(item.digest),
          item.rows,
          item.files,
          shortTime(item.createdAt),
          item.source.kind === 'upload' ? `upload ${item.source.upload}` : `labels, run ${item.source.run}`,
        ]),
      ),
    );
  });
}
