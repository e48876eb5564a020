/**
 * Settings that one run takes instead of the deployed ones. Pure.
 *
 * Only what decides how a model is trained can be set for one run. What it is judged by, what it is split by and how it
 * is served is what was deployed and reviewed: a person in a hurry must not get a model past a gate by an option.
 */
import type { ProjectSettings, TrainerSettings, TuningSettings } from './settings.ts';

/** Values by path, for example `{ 'trainer.hyperparameters.max_depth': '6', 'trainer.maxRuntimeSeconds': '600' }`. */
export type RunOverrides = Readonly<Record<string, string>>;

const HYPERPARAMETERS = 'trainer.hyperparameters.';
/** SageMaker's limits for a hyperparameter's name and value. */
const LONGEST_NAME = 256;
const LONGEST_VALUE = 2500;
/** SageMaker allows 100; the container of a script needs five. */
const MOST_HYPERPARAMETERS = 95;
const MOST_OVERRIDES = 50;

type Parsed = { readonly value: unknown } | { readonly allowed: string };
type Parse = (text: string) => Parsed;

const whole =
  (minimum: number, maximum: number): Parse =>
  (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum
      ? { value: Number(text) }
      : { allowed: `a whole number from ${minimum} to ${maximum}` };
const flag: Parse = (text) =>
  text === 'true' || text === 'false' ? { value: text === 'true' } : { allowed: 'true or false' };
const instanceType: Parse = (text) =>
  /^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(text)
    ? { value: text }
    : { allowed: 'an instance type such as ml.m5.large' };

const TRAINER = {
  'trainer.instanceType': instanceType,
  'trainer.instanceCount': whole(1, 100),
  'trainer.volumeSizeGb': whole(1, 16384),
  'trainer.maxRuntimeSeconds': whole(60, 28 * 86_400),
  'trainer.reuse': flag,
} as const satisfies Record<string, Parse>;
const TUNING = {
  'tuning.maximumJobs': whole(1, 750),
  'tuning.maximumParallelJobs': whole(1, 100),
  'tuning.earlyStopping': flag,
  'tuning.warmStart': flag,
  'tuning.seed': whole(0, 999_999_999),
} as const satisfies Record<string, Parse>;

/** Every path that can be set for one run, as messages and help name them. */
export const OVERRIDE_PATHS: readonly string[] = [
  `${HYPERPARAMETERS}NAME`,
  ...Object.keys(TRAINER),
  ...Object.keys(TUNING),
];

/**
 * The settings with the overrides in place, and what is wrong with them, one sentence each. `settings` is only of use
 * when there are no mistakes.
 */
export function applyOverrides(
  settings: ProjectSettings,
  overrides: RunOverrides,
): { readonly settings: ProjectSettings; readonly mistakes: readonly string[] } {
  const mistakes: string[] = [];
  const hyperparameters: Record<string, string> = {};
  const trainer: Record<string, unknown> = {};
  const tuning: Record<string, unknown> = {};
  const entries = Object.entries(overrides);
  if (entries.length > MOST_OVERRIDES) {
    mistakes.push(`got ${entries.length} values; allowed: at most ${MOST_OVERRIDES}`);
  }
  for (const [path, text] of entries) {
    // requests also come as events that nobody's type has checked
    if (typeof text !== 'string') {
      mistakes.push(`${path}: got ${JSON.stringify(text)}; allowed: its value as a text`);
      continue;
    }
    if (path.startsWith(HYPERPARAMETERS)) {
      const name = path.slice(HYPERPARAMETERS.length);
      const mistake = hyperparameterMistake(settings, name, text);
      if (mistake === undefined) hyperparameters[name] = text;
      else mistakes.push(`${path}: ${mistake}`);
      continue;
    }
    const [place, parse] = placeOf(path, trainer, tuning);
    if (!parse) {
      mistakes.push(unknownPath(path));
    } else if (place === tuning && !settings.tuning) {
      mistakes.push(
        `${path}: the project does not tune; describe projects.${settings.project}.tuning, then deploy`,
      );
    } else {
      const parsed = parse(text);
      if ('value' in parsed) place[path.slice(path.indexOf('.') + 1)] = parsed.value;
      else mistakes.push(`${path}: got "${text}"; allowed: ${parsed.allowed}`);
    }
  }
  const together = {
    ...settings,
    trainer: {
      ...settings.trainer,
      ...trainer,
      hyperparameters: { ...settings.trainer.hyperparameters, ...hyperparameters },
    } as TrainerSettings,
    ...(settings.tuning ? { tuning: { ...settings.tuning, ...tuning } as TuningSettings } : {}),
  };
  return { settings: together, mistakes: [...mistakes, ...contradictions(together)] };
}

function placeOf(
  path: string,
  trainer: Record<string, unknown>,
  tuning: Record<string, unknown>,
): [Record<string, unknown>, Parse | undefined] {
  if (Object.hasOwn(TRAINER, path)) return [trainer, TRAINER[path as keyof typeof TRAINER]];
  if (Object.hasOwn(TUNING, path)) return [tuning, TUNING[path as keyof typeof TUNING]];
  return [trainer, undefined];
}

function unknownPath(path: string): string {
  const why = path.startsWith('gates.')
    ? 'models are judged by the gates that were deployed; change them in the project and deploy'
    : `allowed: ${OVERRIDE_PATHS.join(', ')}; anything else is changed in the project and deployed`;
  return `${path}: cannot be set for one run; ${why}`;
}

function hyperparameterMistake(
  { tuning, project }: ProjectSettings,
  name: string,
  value: string,
): string | undefined {
  if (!/^[\w.:-]+$/.test(name) || name.length > LONGEST_NAME || /^_|^sagemaker_/.test(name)) {
    return `got the name "${name}"; allowed: letters, digits and . _ : - (at most ${LONGEST_NAME}), not beginning with _ or sagemaker_`;
  }
  if (value === '' || value.length > LONGEST_VALUE) {
    return `got ${value.length} characters; allowed: 1 to ${LONGEST_VALUE}`;
  }
  if (tuning && Object.hasOwn(tuning.ranges, name)) {
    return `the tuning job searches it; take it out of projects.${project}.tuning.ranges to set it`;
  }
  return undefined;
}

/** What each value alone is allowed to be, but not together with the others. */
function contradictions({ trainer, tuning }: ProjectSettings): string[] {
  const mistakes: string[] = [];
  const count = Object.keys(trainer.hyperparameters).length;
  if (count > MOST_HYPERPARAMETERS) {
    mistakes.push(`trainer.hyperparameters: got ${count} in all; allowed: at most ${MOST_HYPERPARAMETERS}`);
  }
  if (trainer.spot && trainer.maxRuntimeSeconds > trainer.spot.maxWaitSeconds) {
    mistakes.push(
      `trainer.maxRuntimeSeconds: got ${trainer.maxRuntimeSeconds}; allowed: at most the ${trainer.spot.maxWaitSeconds} that spot waits in all`,
    );
  }
  if (tuning && tuning.maximumParallelJobs > tuning.maximumJobs) {
    mistakes.push(
      `tuning.maximumParallelJobs: got ${tuning.maximumParallelJobs}; allowed: at most tuning.maximumJobs, ${tuning.maximumJobs}`,
    );
  }
  return mistakes;
}
