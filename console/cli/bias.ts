import type { Command } from 'commander';
import type { BiasEstimate } from '../../lambdas/evaluation/bias/estimate.ts';
import type { FacetBias, FileBias } from '../client/offline/bias-of-file.ts';
import { countText, print, printable, table } from './output.ts';
import { shareOf } from './quality.ts';
import { optionsOf, subcommand } from './shared.ts';

interface BiasCommandOptions {
  readonly label: string;
  readonly prediction: string;
  readonly facet: readonly string[];
  readonly group?: string;
  readonly positive?: string;
  readonly confidence: string;
}

export function addBias(program: Command): void {
  subcommand(program, 'bias <file>', 'bias metrics of a file with labels and predictions, without a cloud')
    .requiredOption('--label <column>', 'what is true')
    .requiredOption('--prediction <column>', 'the class that the model predicted')
    .requiredOption(
      '--facet <columns...>',
      'sensitive columns; COLUMN=VALUE compares that value with all others',
    )
    .option('--group <column>', 'groups of conditional demographic disparity')
    .option('--positive <label>', 'the label that counts as positive; by default the greater')
    .option('--confidence <share>', 'of the intervals', '0.95')
    .addHelpText(
      'after',
      '\n  driftless bias loans.csv --label repaid --prediction predicted --facet sex=female age_group',
    )
    .action(async (file: string, _options, command: Command) => {
      const options = optionsOf<BiasCommandOptions>(command);
      const { label, prediction, facet, group, positive, confidence, json } = options;
      const facets = facet.map((text) => {
        const at = text.indexOf('=');
        return at < 0 ? { column: text } : { column: text.slice(0, at), value: text.slice(at + 1) };
      });
      const { biasOfFile } = await import('../client/offline/bias-of-file.ts');
      const asked = { label, prediction, facets, group, positive, confidence: shareOf(confidence) };
      const bias = await biasOfFile(file, asked);
      print(json ? withInfinity(bias) : bias, json, () => biasText(bias));
    });
}

/** JSON has no word for what is not finite; Clarify's reports have the text. */
function withInfinity<Content>(content: Content): Content {
  return JSON.parse(
    JSON.stringify(content, (_key, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ),
  ) as Content;
}

function biasText({ positive, confidence, facets }: FileBias): string {
  return [
    `positive: ${printable(positive)}; intervals of ${100 * confidence} %`,
    ...facets.flatMap((facet) => ['', ...facetText(facet)]),
  ].join('\n');
}

function facetText({ column, value, rows, others, preTraining, postTraining }: FacetBias): string[] {
  const number = (of: number | null | undefined) => (of === null || of === undefined ? '' : of.toFixed(6));
  const lines = (stage: string, estimates: readonly BiasEstimate[]) =>
    estimates.map(({ metric, value: estimate, low, high, error }) => [
      stage,
      metric,
      number(estimate),
      number(low),
      number(high),
      error ?? '',
    ]);
  return [
    `${printable(column)} = ${printable(value)}: ${countText(rows)} rows against ${countText(others)} others`,
    table(
      ['of', 'metric', 'value', 'low', 'high', ''],
      [...lines('labels', preTraining), ...lines('predictions', postTraining)],
    ),
  ];
}
