import type { Command } from 'commander';
import { assertNamesDiffer, uploadFiles, uploadLabels } from '../client/actions.ts';
import { print } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addUpload(program: Command): void {
  subcommand(program, 'upload <file...>', 'upload files; several are committed together')
    .option('--labels', 'the files are label records')
    .action(async (files: string[], _options, command: Command) => {
      const { labels, json } = optionsOf<{ labels?: boolean }>(command);
      assertNamesDiffer(files);
      const connection = await connectFor(command);
      const keys = labels
        ? await Promise.all(files.map((file) => uploadLabels(connection, file)))
        : (await uploadFiles(connection, files, showProgress)).keys;
      print({ bucket: connection.bucket, keys }, json, () =>
        [
          ...keys.map((key) => `uploaded s3://${connection.bucket}/${key}`),
          labels
            ? 'see what came of it: driftless decisions --kind upload'
            : 'see what came of it: driftless status --watch',
        ].join('\n'),
      );
    });
}

function showProgress(loaded: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const percent = total === 0 ? 100 : Math.floor((100 * loaded) / total);
  process.stderr.write(`\r${percent} % of ${(total / 1e6).toFixed(1)} MB${loaded >= total ? '\n' : ''}`);
}
