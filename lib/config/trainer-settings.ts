/** From a trainer's config to its settings: images, units and defaults filled in. */
import type {
  FairnessSettings,
  OutputSettings,
  ProblemSettings,
  TrainerSettings,
} from '../../lambdas/shared/settings.ts';
import { sklearnImage, xgboostImage } from './images.ts';
import type { ProjectConfig } from './schema.ts';
import { xgboostTexts } from './xgboost-hyperparameters.ts';

type TrainerConfig = ProjectConfig['trainer'];

/**
 * @param builtImage URI of the image that was built from the trainer's `dockerfile`.
 * @throws ConfigError for a region without AWS's images.
 */
export function trainerSettings(
  trainer: TrainerConfig,
  problem: ProblemSettings,
  region: string,
  builtImage?: string,
): TrainerSettings {
  const common = commonSettings(trainer, problem);
  switch (trainer.kind) {
    case 'script': {
      const { framework, frameworkVersion = '', entryPoint, image, servingImage } = trainer;
      return {
        kind: 'script',
        ...{ framework, frameworkVersion, entryPoint },
        imageUri: image ?? (framework === 'sklearn' ? sklearnImage : xgboostImage)(region, frameworkVersion),
        ...(servingImage === undefined ? {} : { servingImageUri: servingImage }),
        hyperparameters: texts(trainer.hyperparameters),
        ...common,
      };
    }
    case 'built-in': {
      const { algorithm, algorithmVersion } = trainer;
      return {
        kind: 'built-in',
        ...{ algorithm, algorithmVersion },
        imageUri: xgboostImage(region, algorithmVersion),
        hyperparameters: xgboostTexts(trainer.hyperparameters),
        ...common,
      };
    }
    case 'image': {
      const imageUri = builtImage ?? trainer.image;
      if (imageUri === undefined) throw new TypeError(`the image of ${trainer.dockerfile} was not built`);
      return { kind: 'image', imageUri, hyperparameters: texts(trainer.hyperparameters), ...common };
    }
  }
}

const texts = (values: Readonly<Record<string, string | number | boolean>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

function commonSettings(trainer: TrainerConfig, problem: ProblemSettings) {
  const { instanceType, instanceCount, volumeSizeGb, environment, spot, keepAliveMinutes } = trainer;
  const { networkIsolation, encryptTraffic, vpc, tags, reuse, metrics } = trainer;
  return {
    ...{ instanceType, instanceCount, volumeSizeGb },
    maxRuntimeSeconds: trainer.maxRuntimeMinutes * 60,
    ...(spot && { spot: { maxWaitSeconds: spot.maxWaitMinutes * 60, checkpoints: spot.checkpoints } }),
    ...(keepAliveMinutes !== undefined && { keepAliveSeconds: keepAliveMinutes * 60 }),
    ...defined({ environment, networkIsolation, encryptTraffic, vpc, tags, reuse, metrics }),
    ...(trainer.output && { output: outputSettings(trainer.output, problem) }),
  };
}

function outputSettings(
  output: NonNullable<TrainerConfig['output']>,
  problem: ProblemSettings,
): OutputSettings {
  const { contentType, list, value, threshold } = output;
  const kind = output.kind ?? (problem.type === 'regression' ? 'value' : 'probability');
  return { contentType, kind, ...defined({ list, value, threshold }) };
}

/** Facets that are not named are the declared sensitive columns. */
export function fairnessSettings({ dataset, gates }: ProjectConfig): FairnessSettings | undefined {
  if (!gates.fairness) return undefined;
  const sensitive = Object.entries(dataset.columns).filter(([, { role }]) => role === 'sensitive');
  return { ...gates.fairness, facets: gates.fairness.facets ?? sensitive.map(([column]) => ({ column })) };
}

/** Without members that are undefined: settings are JSON, and their digest is of what is there. */
function defined<Members extends object>(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members;
}
