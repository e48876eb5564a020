import type { Command } from 'commander';
import { findModel, readCard } from '../client/models.ts';
import { print, printable } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addCard(models: Command): void {
  subcommand(models, 'card <model>', 'the model card as Markdown, or with --json as SageMaker has it').action(
    async (text: string, _options, command: Command) => {
      const connection = await connectFor(command);
      const model = await findModel(connection, text);
      print(await readCard(connection, model), optionsOf(command).json, (card) =>
        cardText(`Model ${model.modelVersion} of ${connection.project}`, card),
      );
    },
  );
}

/** Deeper headings are hard to tell apart, and Markdown ends at six. */
const DEEPEST_HEADING = 4;

/** A card as Markdown: a heading for each part, a line for each value; parts without a value are left out. */
export function cardText(title: string, card: Readonly<Record<string, unknown>>): string {
  return [`# ${escaped(title)}`, ...partLines(card, 2)].join('\n');
}

function partLines(part: Readonly<Record<string, unknown>>, depth: number): string[] {
  const entries = Object.entries(part).filter(([, value]) => !isEmpty(value));
  const plain = entries.filter(([, value]) => !isPart(value));
  const parts = entries.filter(([, value]) => isPart(value));
  return [
    ...(plain.length > 0 ? [''] : []),
    ...plain.map(([name, value]) => `- **${spoken(name)}**: ${valueText(value)}`),
    ...parts.flatMap(([name, value]) => [
      '',
      `${'#'.repeat(Math.min(depth, DEEPEST_HEADING))} ${spoken(name)}`,
      ...(Array.isArray(value)
        ? value.flatMap((one) => partLines(one as Record<string, unknown>, depth + 1))
        : partLines(value as Record<string, unknown>, depth + 1)),
    ]),
  ];
}

/** An object, or a list of objects. */
const isPart = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some((one) => typeof one === 'object' && one !== null)
    : typeof value === 'object' && value !== null;

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.values(value).every(isEmpty));

const valueText = (value: unknown) =>
  Array.isArray(value) ? value.map((one) => escaped(String(one))).join(', ') : escaped(String(value));

/** `training_job_details` as a heading. */
const spoken = (name: string) => {
  const words = name.replaceAll('_', ' ');
  return escaped(`${words.charAt(0).toUpperCase()}${words.slice(1)}`);
};

const escaped = (text: string) => printable(text).replaceAll(/[\\`*_[\]<>#|]/g, '\\$&');
