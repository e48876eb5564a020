/** Three classes by a scikit-learn script, whose penalty is searched by a hyperparameter tuning job. */
import { defineConfig } from '../../lib/config/load.ts';

export default defineConfig({
  stages: {
    local: { region: 'us-east-1', approval: 'automatic', removal: 'destroy', architecture: 'host' },
  },
  projects: {
    penguins: {
      problem: { type: 'multiclass' },
      dataset: {
        target: 'species',
        key: 'penguin_id',
        columns: {
          penguin_id: { type: 'string', pattern: 'penguin-[0-9]{3}' },
          island: { type: 'string', allowedValues: ['Biscoe', 'Dream', 'Torgersen'] },
          beak_length_mm: { type: 'double', minimum: 20, maximum: 80 },
          beak_depth_mm: { type: 'double', minimum: 5, maximum: 40 },
          flipper_length_mm: { type: 'integer', minimum: 100, maximum: 300 },
          body_mass_g: { type: 'integer', minimum: 1_000, maximum: 10_000 },
          species: { type: 'string', allowedValues: ['Adelie', 'Chinstrap', 'Gentoo'] },
        },
        minimumRows: 300,
      },
      // every species keeps its share on each side
      split: { holdoutFraction: 0.3, validationFraction: 0.2, stratify: true },
      trainer: {
        source: 'trainer',
        framework: 'sklearn',
        metrics: [{ name: 'validation:loss', regex: 'validation_loss=([0-9.]+)' }],
      },
      tuning: {
        strategy: 'Random',
        objective: { metric: 'validation:loss', goal: 'Minimize' },
        ranges: {
          'inverse-penalty': { type: 'continuous', minimum: 0.001, maximum: 100, scale: 'logarithmic' },
        },
        maximumJobs: 3,
        maximumParallelJobs: 1,
        seed: 7,
      },
      gates: {
        primaryMetric: 'accuracy',
        // for the lower bound of the interval; the most frequent species is 0.44 of the rows
        minimum: 0.85,
        minimumHoldoutRows: 80,
      },
      monitors: { minimumSamples: 50, quality: { metric: 'accuracy', minimumLabels: 50 } },
    },
  },
});
