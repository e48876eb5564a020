import type { Command } from 'commander';
import { findVersion } from '../client/versions/documents.ts';
import { pullVersion } from '../client/versions/pull-version.ts';
import { bytesText, plural, print, printable } from './output.ts';
import { connectFor, optionsOf, subcommand, withProgress } from './shared.ts';

interface Options {
  readonly to?: string;
  readonly manifest?: boolean;
  readonly overwrite?: boolean;
}

export function addPull(datasets: Command): void {
  subcommand(datasets, 'pull <version>', "restore a version's files, byte for byte")
    .option('--to <folder>', 'where to; made if need be (default: PROJECT-VERSION)')
    .option('--manifest', 'write the manifest beside the folder')
    .option('--overwrite', 'replace files that have other bytes')
    .action(async (text: string, _options, command: Command) => {
      const { to, manifest, overwrite, json } = optionsOf<Options>(command);
      const connection = await connectFor(command);
      const version = await findVersion(connection, text);
      const pulled = await withProgress(json, (line) =>
        pullVersion(connection, version, {
          directory: to ?? `${connection.project}-${version.item.version}`,
          overwrite,
          withManifest: manifest,
          onProgress: (transferred) => line.update(transferred),
        }),
      );
      print(pulled, json, () =>
        [
          `restored version ${pulled.version}: ${plural(pulled.files, 'file')}, ${bytesText(pulled.bytes)}, in ${printable(pulled.directory)}`,
          ...(pulled.keptFiles > 0 ? [`${plural(pulled.keptFiles, 'file')} had these bytes already`] : []),
          ...(pulled.manifest ? [`its manifest: ${printable(pulled.manifest)}`] : []),
        ].join('\n'),
      );
    });
}
