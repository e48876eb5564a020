import type { Command } from 'commander';
import type { DecisionItem } from '../../lambdas/shared/catalog-items.ts';
import { listDecisions } from '../client/catalog.ts';
import { UsageError } from '../client/connect.ts';
import { print, shortDigest, shortTime, table } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addDecisions(program: Command): void {
  subcommand(program, 'decisions', 'what was decided and why, newest first')
    .option('--kind <kind>', 'gate, guard, approval, rollout, upload, monitor, reconcile or erasure')
    .option('--subject <subject>', 'a run, an upload, a model version or a window')
    .option('--limit <count>', 'most to show', '30')
    .action(async (_options, command: Command) => {
      const { kind, subject, limit, json } = optionsOf<{ kind?: string; subject?: string; limit: string }>(
        command,
      );
      const count = Number(limit);
      if (!Number.isInteger(count) || count < 1) {
        throw new UsageError(`--limit: got "${limit}"; allowed: a whole number from 1`);
      }
      const connection = await connectFor(command);
      const decisions = (await listDecisions(connection))
        .filter((item) => (!kind || item.kind === kind) && (!subject || item.subject === subject))
        .slice(0, count);
      print(decisions, json, () =>
        table(
          ['at', 'kind', 'rule', 'verdict', 'subject', 'because'],
          decisions.map((item) => [
            shortTime(item.at),
            item.kind,
            item.judgement.rule,
            item.judgement.verdict,
            // a list of keys is named by its hash
            /^[0-9a-f]{64}$/.test(item.subject) ? shortDigest(item.subject) : item.subject,
            becauseOf(item),
          ]),
        ),
      );
    });
}

/** The reason; with what a version was accepted in spite of. */
function becauseOf({ judgement }: DecisionItem): string {
  const { warnings } = judgement.inputs;
  return typeof warnings === 'string' ? `${judgement.reason} Warnings: ${warnings}` : judgement.reason;
}
