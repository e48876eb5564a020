/** What in a project's problem, trainer, tuning and gates contradicts something else there. */
import type { z } from 'zod';
import type { Mistake } from './dataset-mistakes.ts';
import { METRICS } from './fields.ts';
import { groupMistakes } from './group-mistakes.ts';
import { problemOf } from './problem.ts';
import type { projectSchema } from './schema.ts';
import { FRAMEWORK_VERSIONS } from './trainer-schema.ts';
import { tuningMistakes } from './tuning-mistakes.ts';

type Project = z.output<typeof projectSchema>;

/** Every contradiction, each with its path below the project. */
export function trainingMistakes(project: Project): Mistake[] {
  return [
    ...problemMistakes(project),
    ...metricMistakes(project),
    ...imageMistakes(project),
    ...jobMistakes(project),
    ...builtInMistakes(project),
    ...outputMistakes(project),
    ...groupMistakes(project),
    ...tuningMistakes(project),
  ];
}

function problemMistakes(project: Project): Mistake[] {
  const problem = problemOf(project);
  const type = project.dataset.columns[project.dataset.target]?.type;
  const path = ['problem'];
  if (problem.type === 'regression') {
    if (type === undefined || type === 'integer' || type === 'double') return [];
    const message = `classes for a target of type ${type}; a regression needs an integer or double target`;
    return [{ path: [...path, 'type'], input: 'regression', message }];
  }
  const { classes } = problem;
  if (problem.type === 'binary' && classes.length !== 2) {
    const message = `two classes, and the target's allowedValues are ${classes.join(', ')}; name them in problem.classes`;
    return [{ path: [...path, 'classes'], input: classes, message }];
  }
  if (problem.type === 'multiclass' && classes.length < 3) {
    const message = 'at least three classes; list them, or use type "binary"';
    return [{ path: [...path, 'classes'], input: classes, message }];
  }
  return [];
}

function metricMistakes(project: Project): Mistake[] {
  const { type } = problemOf(project);
  const allowed: readonly string[] = METRICS[type];
  const named: [string[], string | undefined][] = [
    [['gates', 'primaryMetric'], project.gates.primaryMetric],
    [['monitors', 'quality', 'metric'], project.monitors.quality.metric],
  ];
  return named.flatMap(([path, input]) =>
    input === undefined || allowed.includes(input)
      ? []
      : [
          {
            path,
            input,
            message: `a metric of a ${type} problem (${allowed.join(', ')}); choose one of them`,
          },
        ],
  );
}

function imageMistakes({ trainer }: Project): Mistake[] {
  if (trainer.kind === 'image') {
    if ((trainer.image === undefined) !== (trainer.dockerfile === undefined)) return [];
    const message = 'either image or dockerfile; set one of the two';
    return [{ path: ['trainer', 'image'], input: trainer.image ?? null, message }];
  }
  if (trainer.kind !== 'script') return [];
  if (trainer.framework === 'pytorch') {
    // AWS's images of PyTorch either train or serve
    const message = 'an image in ECR for framework "pytorch", and servingImage; set both';
    return (['image', 'servingImage'] as const)
      .filter((field) => trainer[field] === undefined)
      .map((field) => ({ path: ['trainer', field], input: null, message }));
  }
  if (trainer.image !== undefined) return [];
  const known: readonly string[] = FRAMEWORK_VERSIONS[trainer.framework];
  const { frameworkVersion } = trainer;
  if (frameworkVersion === undefined || known.includes(frameworkVersion)) return [];
  const message = `${known.map((one) => `"${one}"`).join(', ')}, or any version together with image; choose one or set trainer.image`;
  return [{ path: ['trainer', 'frameworkVersion'], input: frameworkVersion, message }];
}

function jobMistakes({ trainer, tuning }: Project): Mistake[] {
  const { spot, maxRuntimeMinutes, networkIsolation, keepAliveMinutes } = trainer;
  const mistakes: Mistake[] = [];
  const add = (path: string[], input: unknown, message: string) =>
    mistakes.push({ path: ['trainer', ...path], input, message });
  if (spot && spot.maxWaitMinutes < maxRuntimeMinutes) {
    const message = `at least maxRuntimeMinutes (${maxRuntimeMinutes}), which it holds; raise it`;
    add(['spot', 'maxWaitMinutes'], spot.maxWaitMinutes, message);
  }
  if (spot && !spot.checkpoints && trainer.kind === 'built-in' && spot.maxWaitMinutes > 60) {
    add(
      ['spot', 'maxWaitMinutes'],
      spot.maxWaitMinutes,
      'at most 60 without checkpoints; set checkpoints to true',
    );
  }
  if (spot && keepAliveMinutes !== undefined) {
    add(['keepAliveMinutes'], keepAliveMinutes, 'only without spot; remove one of the two');
  }
  if (tuning && keepAliveMinutes !== undefined) {
    add(
      ['keepAliveMinutes'],
      keepAliveMinutes,
      'only without tuning, whose jobs have no warm pools; remove it',
    );
  }
  if (networkIsolation && trainer.kind === 'script') {
    const message = 'false for a script, whose container fetches the code from S3 itself; use kind "image"';
    add(['networkIsolation'], true, message);
  }
  return mistakes;
}

function builtInMistakes(project: Project): Mistake[] {
  const { trainer, dataset } = project;
  if (trainer.kind !== 'built-in') return [];
  const { objective, eval_metric: metrics = [] } = trainer.hyperparameters;
  const { type } = problemOf(project);
  const mistakes: Mistake[] = [];
  const allowed = { binary: /^binary:/, multiclass: /^multi:/, regression: /^(reg|count):/ }[type];
  if (objective !== undefined && !allowed.test(objective)) {
    const message = `an objective of a ${type} problem (${allowed.source.slice(1)}...); choose one or remove it`;
    mistakes.push({ path: ['trainer', 'hyperparameters', 'objective'], input: objective, message });
  }
  if (type !== 'binary' && metrics.includes('auc')) {
    const message = 'without "auc", which the algorithm has for two classes only; remove it';
    mistakes.push({ path: ['trainer', 'hyperparameters', 'eval_metric'], input: metrics, message });
  }
  if (trainer.hyperparameters.objective === 'reg:absoluteerror' && trainer.algorithmVersion === '1.7-1') {
    const message = 'only with algorithmVersion "3.0-5"; set it or choose another objective';
    mistakes.push({ path: ['trainer', 'hyperparameters', 'objective'], input: objective, message });
  }
  for (const [name, { type: column, role }] of Object.entries(dataset.columns)) {
    const isFeature = role === 'feature' && ![dataset.target, dataset.key, dataset.eventTime].includes(name);
    if (!isFeature || (column !== 'string' && column !== 'timestamp')) continue;
    const message = `numbers and booleans only with the built-in algorithm; give "${name}" role "ignored", encode it before the upload, or use a trainer of kind "script"`;
    mistakes.push({ path: ['dataset', 'columns', name, 'type'], input: column, message });
  }
  return mistakes;
}

function outputMistakes(project: Project): Mistake[] {
  const { output } = project.trainer;
  if (!output) return [];
  const { type } = problemOf(project);
  const allowed = { binary: ['probability', 'score'], multiclass: ['probability'], regression: ['value'] }[
    type
  ];
  const mistakes: Mistake[] = [];
  const add = (field: string, input: unknown, message: string) =>
    mistakes.push({ path: ['trainer', 'output', field], input, message });
  if (output.kind !== undefined && !allowed.includes(output.kind)) {
    add(
      'kind',
      output.kind,
      `${allowed.map((one) => `"${one}"`).join(' or ')} for a ${type} problem; change or remove it`,
    );
  }
  if (output.threshold !== undefined && type !== 'binary') {
    add('threshold', output.threshold, 'only for a binary problem; remove it');
  }
  if (output.list !== undefined && output.contentType !== 'application/json') {
    add('list', output.list, 'only with contentType "application/json"; remove it');
  }
  if (output.value !== undefined && output.contentType === 'text/csv') {
    add('value', output.value, 'only with JSON or JSON Lines; remove it');
  }
  return mistakes;
}
