import type { Command } from 'commander';
import type { ModelItem, RunItem } from '../../lambdas/shared/catalog-items.ts';
import { getChampion, getRun } from '../client/catalog.ts';
import type { Connection } from '../client/connect.ts';
import { type EvaluationView, readEvaluation } from '../client/evaluations.ts';
import { type Approval, findModel, readApproval } from '../client/models.ts';
import { readSettings } from '../client/project-settings.ts';
import { evaluationLines } from './evaluation-view.ts';
import { print, printable, shortTime } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

const DAY_MS = 86_400_000;
/** As the project's settings have it where they say nothing. */
const DEFAULT_EXPIRY_DAYS = 14;

interface Shown {
  readonly model: ModelItem;
  readonly isChampion: boolean;
  readonly approval: Approval;
  /** Until when a pending version waits for a person. */
  readonly pendingUntil?: string;
  readonly run?: RunItem;
  readonly evaluation?: EvaluationView;
}

export function addShowModel(models: Command): void {
  subcommand(models, 'show <model>', 'approval, metrics with intervals, and gates of a model version')
    .addHelpText('after', '\nA model is meant by its version, by "champion", or by "last".')
    .action(async (text: string, _options, command: Command) => {
      const connection = await connectFor(command);
      const model = await findModel(connection, text);
      print(await shown(connection, model), optionsOf(command).json, render);
    });
}

async function shown(connection: Connection, model: ModelItem): Promise<Shown> {
  const [champion, approval, run, evaluation, settings] = await Promise.all([
    getChampion(connection),
    readApproval(connection, model),
    getRun(connection, model.run),
    readEvaluation(connection, model.run),
    readSettings(connection),
  ]);
  const days = settings.approvalExpiresAfterDays ?? DEFAULT_EXPIRY_DAYS;
  // versions from before the catalog recorded it expire by the project's days
  const until =
    model.approval?.until ?? new Date(Date.parse(model.registeredAt) + days * DAY_MS).toISOString();
  return {
    model,
    isChampion: champion?.modelVersion === model.modelVersion,
    approval,
    ...(approval.status === 'PendingManualApproval' && { pendingUntil: until }),
    ...(run && { run }),
    ...(evaluation && { evaluation }),
  };
}

function render({ model, isChampion, approval, pendingUntil, run, evaluation }: Shown): string {
  const { modelVersion } = model;
  const lines: [string, string | undefined][] = [
    ['approval', approvalText(approval, pendingUntil)],
    ['because', approval.description],
    ['dataset', `version ${model.datasetVersion}`],
    ['run', `${model.run}${run ? `, ${run.request.reason}` : ''}`],
    ['registered', `${shortTime(model.registeredAt)} UTC`],
    ['package', model.modelPackageArn],
  ];
  return [
    `model ${modelVersion}${isChampion ? ' (champion)' : ''}`,
    ...lines.flatMap(([name, text]) =>
      text === undefined ? [] : [`  ${name.padEnd(11)} ${printable(text)}`],
    ),
    '',
    ...(evaluation ? evaluationLines(evaluation) : ['its evaluation is not there']),
    ...(approval.status === 'PendingManualApproval'
      ? [
          '',
          `approve it: driftless models approve ${modelVersion} --reason TEXT`,
          `reject it:  driftless models reject ${modelVersion} --reason TEXT`,
        ]
      : []),
  ].join('\n');
}

function approvalText({ status, by, changedBy, at }: Approval, pendingUntil: string | undefined): string {
  if (pendingUntil !== undefined) return `pending, until ${shortTime(pendingUntil)} UTC`;
  const last = changedBy === undefined ? '' : `, last changed by ${changedBy}`;
  const who = by === undefined ? last : `, by ${by}`;
  return `${status.toLowerCase()}${who}${at === undefined ? '' : `, ${shortTime(at)} UTC`}`;
}
