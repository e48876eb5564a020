import type { Command } from 'commander';
import { findModel, setApproval } from '../client/models.ts';
import { print } from './output.ts';
import { connectFor, optionsOf, reasonOf, subcommand } from './shared.ts';

export function addApprove(models: Command): void {
  addVerdict(models, 'Approved', {
    usage: 'approve <model>',
    description: 'approve a model version: its rollout starts',
    next: 'its rollout starts: driftless status --watch',
  });
}

export function addReject(models: Command): void {
  addVerdict(models, 'Rejected', {
    usage: 'reject <model>',
    description: 'reject a model version: it is not rolled out',
    next: 'it is not rolled out',
  });
}

function addVerdict(
  models: Command,
  status: 'Approved' | 'Rejected',
  {
    usage,
    description,
    next,
  }: { readonly usage: string; readonly description: string; readonly next: string },
): void {
  subcommand(models, usage, description)
    .requiredOption('--reason <text>', 'why, for the record')
    .action(async (text: string, _options, command: Command) => {
      const { reason, json } = optionsOf<{ reason: string }>(command);
      const why = reasonOf(reason);
      const connection = await connectFor(command);
      const model = await findModel(connection, text);
      const { status: before } = await setApproval(connection, model, status, why);
      const { modelVersion } = model;
      print(
        { modelVersion, before, status, reason: why, by: connection.identity },
        json,
        () => `model ${modelVersion} is ${status.toLowerCase()} (was ${before}); ${next}`,
      );
    });
}
