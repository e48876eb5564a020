import type { Command } from 'commander';
import { UsageError } from '../client/connect.ts';
import {
  type Lineage,
  type LineageTree,
  lineageOf,
  parseSubject,
  readLineageCatalog,
} from '../client/lineage.ts';
import { lineageSource, sagemakerLineageOf } from '../client/sagemaker-lineage.ts';
import { print, printable } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addLineage(program: Command): void {
  subcommand(
    program,
    'lineage <subject>',
    'what a dataset version, model or endpoint was made of, and what was made of it: dataset:3, model:7, endpoint:NAME',
  )
    .option(
      '--sagemaker',
      "ask SageMaker's lineage instead of the catalog: what Studio and the SDK for Python see",
    )
    .action(async (text: string, { sagemaker }: { sagemaker?: boolean }, command: Command) => {
      const subject = parseSubject(text);
      const connection = await connectFor(command);
      if (sagemaker) {
        const known = await sagemakerLineageOf(connection, subject);
        if (!known) {
          const source = lineageSource(connection, subject);
          throw new UsageError(
            `lineage: SageMaker's lineage has no entity with source ${source}; it is told of dataset versions, models and ` +
              'endpoints when a model is registered or promoted; without --sagemaker the catalog answers',
          );
        }
        print(known, optionsOf(command).json, lineageText);
        return;
      }
      const catalog = await readLineageCatalog(connection);
      const lineage = lineageOf(catalog, subject);
      if (!lineage) {
        throw new UsageError(
          `lineage: project "${connection.project}" has no ${text}; there are ${catalog.versions.length} dataset versions, ` +
            `${catalog.models.length} models and ${catalog.endpointConfigs.length} endpoint configurations`,
        );
      }
      print(lineage, optionsOf(command).json, lineageText);
    });
}

/** The subject with its facts, then a tree in either direction. */
export function lineageText({ subject, madeOf, ledTo }: Lineage): string {
  const facts = Object.entries(subject.facts).map(([name, value]) => `  ${name}: ${printable(value)}`);
  return [
    printable(subject.label),
    ...facts,
    '',
    'made of',
    ...treeLines(madeOf, 'nothing that the catalog knows'),
    '',
    'led to',
    ...treeLines(ledTo, 'nothing so far'),
  ].join('\n');
}

function treeLines(trees: readonly LineageTree[], none: string): string[] {
  return trees.length === 0 ? [`  ${none}`] : branches(trees, '  ');
}

function branches(trees: readonly LineageTree[], indent: string): string[] {
  return trees.flatMap(({ node, next }, at) => {
    const isLast = at === trees.length - 1;
    return [
      `${indent}${isLast ? '└─' : '├─'} ${printable(node.label)}`,
      ...branches(next, `${indent}${isLast ? '   ' : '│  '}`),
    ];
  });
}
