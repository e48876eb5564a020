/**
 * A version's model card in SageMaker's JSON schema, filled from what the run knows. Pure.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html
 */
import type { Baseline, Estimate, Evaluation, ModelMetrics } from '../evaluation/contract.ts';
import { s3Uri, sagemakerManifestKey } from '../shared/keys.ts';
import type { Metric, ProjectSettings } from '../shared/settings.ts';
import type { RegisterModelInput } from '../training/contract.ts';
import { oneLine, shortNumber } from './plain-text.ts';

/** Most characters of the schema's strings: of most, and of texts that are written by people. */
const STRING = 1024;
const TEXT = 2048;
/** Most metrics that training details may list. */
const MOST_METRICS = 50;
/** Characters of a card as JSON. */
const LONGEST_CARD = 100_000;
/** Most hyperparameters. */
const MOST_PARAMETERS = 100;
/** Facets by metric in a bias group; a card holds 100,000 characters and the report holds all. */
const MOST_FINDINGS = 100;

interface SimpleMetric {
  readonly name: string;
  readonly type: 'number' | 'string' | 'boolean';
  readonly value: number | string | boolean;
  readonly notes?: string;
}

interface MetricGroup {
  readonly name: string;
  readonly metric_data: readonly SimpleMetric[];
}

interface EvaluationDetail {
  readonly name: string;
  readonly evaluation_observation?: string;
  readonly datasets?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly metric_groups: readonly MetricGroup[];
}

/** The parts of the schema that a run can fill; property names are SageMaker's. */
export interface ModelCard {
  readonly model_overview: {
    readonly model_description: string;
    readonly model_creator: string;
    readonly model_artifact: readonly string[];
    readonly model_name: string;
    readonly problem_type: string;
    readonly algorithm_type: string;
    readonly inference_environment: { readonly container_image: readonly string[] };
  };
  readonly intended_uses: { readonly purpose_of_model: string; readonly risk_rating: 'Unknown' };
  readonly training_details: {
    readonly objective_function: { readonly notes: string };
    readonly training_observations: string;
    readonly training_job_details: {
      readonly training_datasets: readonly string[];
      readonly training_environment: { readonly container_image: readonly string[] };
      readonly user_provided_training_metrics: readonly {
        readonly name: string;
        readonly value: number;
      }[];
      readonly user_provided_hyper_parameters: readonly { readonly name: string; readonly value: string }[];
    };
  };
  readonly evaluation_details: readonly EvaluationDetail[];
  readonly additional_information: {
    readonly ethical_considerations: string;
    readonly caveats_and_recommendations: string;
    readonly custom_details: Readonly<Record<string, string>>;
  };
}

const PROBLEMS = {
  binary: 'Binary classification',
  multiclass: 'Multiclass classification',
  regression: 'Regression',
} as const;

/** The whole card, as it is kept beside the run's evidence. */
export function modelCard(
  settings: ProjectSettings,
  input: RegisterModelInput,
  { evaluation, baseline }: { readonly evaluation: Evaluation; readonly baseline: Baseline },
): ModelCard {
  const { run, dataset, image, modelDataUrl } = input;
  const { trainer, dataset: data, project } = settings;
  const features = baseline.schema.columns.filter(({ role }) => role === 'feature');
  const dataUri = s3Uri(settings.dataBucket, sagemakerManifestKey(dataset.version));
  return {
    model_overview: {
      model_description: oneLine(
        `Predicts ${data.target} of project ${project} from ${features.length} features; run ${run.run}.`,
      ),
      model_creator: `Driftless, run ${run.run}`,
      model_artifact: [modelDataUrl],
      model_name: settings.modelPackageGroup,
      problem_type: PROBLEMS[evaluation.problem],
      algorithm_type: algorithm(trainer),
      inference_environment: { container_image: [image] },
    },
    intended_uses: {
      purpose_of_model: oneLine(`Predict ${data.target} for rows of project ${project}.`, TEXT),
      // how much harm a wrong answer does is for a person to say
      risk_rating: 'Unknown',
    },
    training_details: {
      objective_function: {
        notes: `Judged by ${evaluation.primaryMetric} on the holdout`,
      },
      training_observations: oneLine(
        `Trained on dataset version ${dataset.version} (${dataset.rows} rows, digest ${dataset.digest}) because: ${run.request.reason}`,
        STRING,
      ),
      training_job_details: {
        training_datasets: [dataUri],
        training_environment: { container_image: [trainer.imageUri] },
        user_provided_training_metrics: entriesOf(evaluation.challenger.metrics)
          .slice(0, MOST_METRICS)
          .map(([name, { value }]) => ({ name, value })),
        user_provided_hyper_parameters: Object.entries(trainer.hyperparameters)
          .slice(0, MOST_PARAMETERS)
          .map(([name, value]) => ({ name, value: oneLine(value, STRING) })),
      },
    },
    evaluation_details: [details(evaluation)],
    additional_information: {
      ethical_considerations: oneLine(fairness(evaluation), TEXT),
      caveats_and_recommendations: oneLine(caveats(evaluation), TEXT),
      custom_details: {
        run: run.run,
        trigger: run.request.kind,
        dataset_digest: dataset.digest,
        code_digest: run.codeDigest,
        settings_digest: run.settingsDigest,
        features: oneLine(features.map(({ name, type }) => `${name} (${type})`).join(', '), STRING),
      },
    },
  };
}

/**
 * The card of a model package, as JSON of at most 100,000 characters: its overview has the creator and the artifact only,
 * the rest being the package's own. A card of too many words has its longest texts cut; the whole one is in the bucket.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html
 */
export function packageCard({ model_overview, ...rest }: ModelCard): string {
  const { model_creator, model_artifact } = model_overview;
  const card = { model_overview: { model_creator, model_artifact }, ...rest };
  let content = JSON.stringify(card);
  for (let longest = STRING / 2; content.length > LONGEST_CARD && longest >= 16; longest /= 2) {
    content = JSON.stringify(card, (_, value) =>
      typeof value === 'string' ? oneLine(value, longest) : value,
    );
  }
  return content;
}

function algorithm(trainer: ProjectSettings['trainer']): string {
  switch (trainer.kind) {
    case 'script':
      return `Script in ${trainer.framework} ${trainer.frameworkVersion}`;
    case 'built-in':
      return `Built-in ${trainer.algorithm} ${trainer.algorithmVersion}`;
    case 'image':
      return oneLine(`Container image ${trainer.imageUri}`, STRING);
  }
}

function details(evaluation: Evaluation): EvaluationDetail {
  const { champion, difference, slices, bias, judgements, holdout } = evaluation;
  const worst = slices?.worst;
  const groups: MetricGroup[] = [
    group('Challenger on the holdout', evaluation.challenger.metrics),
    ...(champion
      ? [group(`Champion (model version ${champion.modelVersion}), same rows`, champion.metrics)]
      : []),
    ...(difference
      ? [{ name: 'Challenger minus champion', metric_data: [metric(difference.metric, difference)] }]
      : []),
    ...(worst
      ? [
          {
            name: `Worst slice: ${worst.column} = ${worst.value}`,
            metric_data: [metric(evaluation.primaryMetric, worst.estimate)],
          },
        ]
      : []),
    {
      name: 'Gates',
      metric_data: judgements.map(({ rule, verdict, reason }) => ({
        name: rule,
        type: 'string' as const,
        value: verdict,
        notes: oneLine(reason, STRING),
      })),
    },
    ...(bias && bias.findings.length > 0 ? [{ name: 'Bias', metric_data: findings(bias.findings) }] : []),
  ];
  return {
    name: 'Holdout',
    evaluation_observation: oneLine(evaluation.reason, TEXT),
    datasets: [holdout.features, holdout.labels],
    metadata: {
      rows: String(holdout.rows),
      confidence: String(evaluation.confidence),
      split_digest: evaluation.splitDigest,
      evaluated_at: evaluation.evaluatedAt,
    },
    metric_groups: groups.filter(({ metric_data }) => metric_data.length > 0),
  };
}

const entriesOf = ({ values }: ModelMetrics) => Object.entries(values) as [Metric, Estimate][];

const group = (name: string, metrics: ModelMetrics): MetricGroup => ({
  name,
  metric_data: entriesOf(metrics).map(([each, estimate]) => metric(each, estimate)),
});

function metric(name: string, { value, low, high, method }: Estimate): SimpleMetric {
  const bounds =
    low !== undefined && high !== undefined
      ? { notes: `interval ${shortNumber(low)} to ${shortNumber(high)}${method ? ` (${method})` : ''}` }
      : {};
  return { name, type: 'number', value, ...bounds };
}

function findings(all: NonNullable<Evaluation['bias']>['findings']): SimpleMetric[] {
  return all.slice(0, MOST_FINDINGS).map(({ column, value, metric: name, estimate, verdict }) => ({
    name: oneLine(`${name} of ${column} = ${value}`, STRING),
    // infinite values have no number in JSON
    ...(typeof estimate === 'number'
      ? { type: 'number' as const, value: estimate }
      : { type: 'string' as const, value: estimate ?? 'undefined' }),
    notes: verdict,
  }));
}

function fairness({ bias, judgements }: Evaluation): string {
  const judged = judgements.find(({ rule }) => rule === 'fairness');
  if (judged) return `Fairness ${judged.verdict}: ${judged.reason}`;
  return bias
    ? `Bias metrics are in ${bias.report}.`
    : 'No sensitive column is declared: bias was not measured.';
}

function caveats({ judgements, championSkipped }: Evaluation): string {
  const said = judgements.filter(({ verdict }) => verdict !== 'PASS' && verdict !== 'NOT_APPLICABLE');
  const notes = said.map(({ rule, verdict, reason }) => `${rule} ${verdict}: ${reason}`);
  if (championSkipped !== undefined) notes.push(`Not compared with a champion: ${championSkipped}.`);
  return notes.length > 0 ? notes.join(' ') : 'Every gate passed.';
}
