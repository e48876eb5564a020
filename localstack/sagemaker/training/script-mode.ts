/** What the training toolkit inside a framework image makes of a job: command line arguments and SM_ variables. */
import { availableParallelism } from 'node:os';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { findRunner } from '../runners/images.ts';
import { inputDataConfig, type OptMl, resourceConfig } from './opt-ml.ts';

const PLATFORM_PREFIX = 'sagemaker_';
const TUNING_METRIC = '_tuning_objective_metric';

export interface ScriptMode {
  /** For example `train.py`. */
  readonly program: string;
  /** For example `train`. */
  readonly moduleName: string;
  /** S3 URI of the source archive, or a path under /opt/ml. */
  readonly submitDirectory: string | undefined;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A hyperparameter as the toolkit reads it: JSON if it parses, else the text itself. */
interface Hyperparameter {
  readonly name: string;
  readonly value: unknown;
  /** Text of a number as it was given: JavaScript would turn `1.0` into `1`. */
  readonly numberText?: string;
}

/** How the toolkit would start the user's script; undefined when the job names none (built-in algorithm mode). */
export function scriptModeOf(job: DescribeTrainingJobResponse, tree: OptMl): ScriptMode | undefined {
  const all = Object.entries(job.HyperParameters ?? {}).map(([name, text]) => parse(name, text));
  const platform = new Map(all.map(({ name, value }) => [name, value]));
  const program = textOrUndefined(platform.get('sagemaker_program') ?? job.Environment?.SAGEMAKER_PROGRAM);
  if (program === undefined) return undefined;
  const submitDirectory = textOrUndefined(
    platform.get('sagemaker_submit_directory') ?? job.Environment?.SAGEMAKER_SUBMIT_DIRECTORY,
  );
  const own = all
    .filter(({ name }) => !name.startsWith(PLATFORM_PREFIX) && name !== TUNING_METRIC)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const args = own.flatMap((each) => [
    each.name.length > 1 ? `--${each.name}` : `-${each.name}`,
    tree.relocate(argumentText(each)),
  ]);
  const frameworkParameters = all.filter(
    ({ name }) => name.startsWith(PLATFORM_PREFIX) && !KNOWN_PLATFORM_PARAMETERS.has(name),
  );
  const moduleName = program.replace(/\.py$/, '');
  const channels = (job.InputDataConfig ?? []).map((channel) => channel.ChannelName ?? '').sort();
  const values: Record<string, unknown> = {
    hosts: ['algo-1'],
    network_interface_name: 'eth0',
    hps: Object.fromEntries(own.map(({ name, value }) => [name, value])),
    user_entry_point: program,
    framework_params: Object.fromEntries(frameworkParameters.map(({ name, value }) => [name, value])),
    resource_config: resourceConfig(job),
    input_data_config: inputDataConfig(job.InputDataConfig ?? []),
    output_data_dir: tree.outputData,
    channels,
    current_host: 'algo-1',
    module_name: moduleName,
    log_level: platform.get('sagemaker_container_log_level') ?? 20,
    framework_module: `sagemaker_${frameworkOf(job)}_container.training:main`,
    input_dir: tree.input,
    input_config_dir: tree.inputConfig,
    output_dir: tree.output,
    num_cpus: availableParallelism(),
    num_gpus: 0,
    model_dir: tree.model,
    module_dir: submitDirectory ?? tree.code,
    user_args: args,
    output_intermediate_dir: `${tree.output}/intermediate`,
  };
  values.training_env = { ...values, job_name: job.TrainingJobName };
  for (const channel of channels) values[`channel_${channel}`] = tree.channel(channel);
  for (const each of own) values[`hp_${each.name}`] = each.numberText ?? each.value;
  const environment = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`SM_${name.toUpperCase()}`, variableText(value)]),
  );
  return { program, moduleName, submitDirectory, args, environment };
}

function frameworkOf({ AlgorithmSpecification }: DescribeTrainingJobResponse): string {
  return findRunner(AlgorithmSpecification?.TrainingImage ?? '', 'training')?.framework ?? 'xgboost';
}

const KNOWN_PLATFORM_PARAMETERS = new Set([
  'sagemaker_program',
  'sagemaker_submit_directory',
  'sagemaker_container_log_level',
  'sagemaker_job_name',
  'sagemaker_region',
  'sagemaker_s3_output',
]);

function parse(name: string, text: string): Hyperparameter {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' ? { name, value, numberText: text.trim() } : { name, value };
  } catch {
    return { name, value: text };
  }
}

/** Python's `str` of the value, which is what the toolkit passes. */
function argumentText({ value, numberText }: Hyperparameter): string {
  if (numberText !== undefined) return numberText;
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${key}=${pythonText(member)}`)
      .join(',');
  }
  return pythonText(value);
}

function pythonText(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value as object)
      .map(([key, member]) => `${pythonLiteral(key)}: ${pythonLiteral(member)}`)
      .join(', ')}}`;
  }
  return String(value);
}

function pythonLiteral(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : pythonText(value);
}

function variableText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : pythonText(value);
}

function textOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
