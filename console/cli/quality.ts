import type { Command } from 'commander';
import { UsageError } from '../client/connect.ts';
import type { FileQuality } from '../client/offline/quality-of-file.ts';
import { countText, print, table } from './output.ts';
import { optionsOf, subcommand } from './shared.ts';

interface QualityCommandOptions {
  readonly label: string;
  readonly score: string;
  readonly problem: string;
  readonly positive?: string;
  readonly threshold: string;
  readonly confidence: string;
}

export function addQuality(program: Command): void {
  subcommand(program, 'quality <file>', 'metrics of a file with labels and scores, without a cloud')
    .requiredOption('--label <column>', 'what is true')
    .requiredOption('--score <column>', 'what the model answered')
    .option('--problem <type>', 'binary or regression', 'binary')
    .option('--positive <label>', 'the label that counts as positive; by default the greater')
    .option('--threshold <score>', 'predicted positive from this score on', '0.5')
    .option('--confidence <share>', 'of the intervals', '0.95')
    .addHelpText('after', '\n  driftless quality scored.parquet --label late --score probability')
    .action(async (file: string, _options, command: Command) => {
      const { label, score, problem, positive, threshold, confidence, json } =
        optionsOf<QualityCommandOptions>(command);
      if (problem !== 'binary' && problem !== 'regression') {
        throw new UsageError(`--problem: got "${problem}"; allowed: binary, regression`);
      }
      const cut = Number(threshold);
      if (threshold.trim() === '' || !Number.isFinite(cut)) {
        throw new UsageError(`--threshold: got "${threshold}"; allowed: a number`);
      }
      const options = { label, score, problem, positive, threshold: cut } as const;
      const { qualityOfFile } = await import('../client/offline/quality-of-file.ts');
      const quality = await qualityOfFile(file, { ...options, confidence: shareOf(confidence) });
      print(quality, json, () => qualityText(quality));
    });
}

/** `--confidence`. @throws UsageError for what is no share between 0 and 1. */
export function shareOf(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new UsageError(`--confidence: got "${text}"; allowed: a share between 0 and 1, such as 0.95`);
}

function qualityText({
  rows,
  leftOut,
  values,
  classes,
  positives,
  confusion,
  confidence,
}: FileQuality): string {
  const number = (value: number | undefined) => (value === undefined ? '' : value.toFixed(6));
  const left = leftOut > 0 ? `; ${countText(leftOut)} without label or score left out` : '';
  const share = positives === undefined ? '' : `, ${countText(positives)} of them ${classes![1]}`;
  return [
    `${countText(rows)} rows${share}${left}`,
    table(
      ['metric', 'value', `low (${100 * confidence} %)`, 'high', 'interval'],
      Object.entries(values).map(([name, { value, low, high, method }]) => [
        name,
        number(value),
        number(low),
        number(high),
        method ?? 'none',
      ]),
    ),
    ...(confusion
      ? [
          '',
          table(
            ['true', ...classes!.map((name) => `predicted ${name}`)],
            confusion.map((row, index) => [classes![index]!, ...row.map(countText)]),
          ),
        ]
      : []),
  ].join('\n');
}
