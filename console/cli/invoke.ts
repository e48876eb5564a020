import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { invoke } from '../client/actions.ts';
import { UsageError } from '../client/connect.ts';
import { print, table } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addInvoke(program: Command): void {
  subcommand(
    program,
    'invoke [rows...]',
    'ask the endpoint; a row is CSV without a header, features in schema order',
  )
    .option('--file <file>', 'rows from a file, one a line')
    .option('--inference-id <id>', 'id that label records refer to; made when absent')
    .action(async (rows: string[], _options, command: Command) => {
      const { file, inferenceId, json } = optionsOf<{ file?: string; inferenceId?: string }>(command);
      if (file && !existsSync(file)) throw new UsageError(`no such file: ${file}`);
      const csv = file ? readFileSync(file, 'utf8') : rows.join('\n');
      if (csv.trim() === '') throw new UsageError('no rows; pass them as arguments, or --file FILE');
      const connection = await connectFor(command);
      print(await invoke(connection, csv.endsWith('\n') ? csv : `${csv}\n`, inferenceId), json, (answer) =>
        [
          table(
            ['row', 'probability'],
            answer.probabilities.map((value, row) => [row, value]),
          ),
          `inference id ${answer.inferenceId}`,
        ].join('\n'),
      );
    });
}
