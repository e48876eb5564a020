/** A regression by SageMaker's built-in XGBoost: no code of the project, numeric columns. */
import { defineConfig } from '../../lib/config/load.ts';

export default defineConfig({
  stages: {
    local: { region: 'us-east-1', approval: 'automatic', removal: 'destroy', architecture: 'host' },
  },
  projects: {
    'daily-temperature': {
      problem: { type: 'regression' },
      dataset: {
        target: 'temp_max_tomorrow',
        key: 'day_id',
        eventTime: 'measured_at',
        columns: {
          day_id: { type: 'string' },
          measured_at: { type: 'timestamp' },
          new_york: { type: 'integer', minimum: 0, maximum: 1 },
          temp_max: { type: 'double', minimum: -40, maximum: 50 },
          temp_min: { type: 'double', minimum: -40, maximum: 50 },
          precipitation: { type: 'double', minimum: 0 },
          wind: { type: 'double', minimum: 0 },
          temp_max_before: { type: 'double', minimum: -40, maximum: 50 },
          season_sin: { type: 'double', minimum: -1, maximum: 1 },
          season_cos: { type: 'double', minimum: -1, maximum: 1 },
          temp_max_tomorrow: { type: 'double', minimum: -40, maximum: 50 },
        },
        minimumRows: 1_000,
      },
      // forecasts are for days to come: the newest rows are held out
      split: { by: 'event-time' },
      trainer: {
        kind: 'built-in',
        hyperparameters: {
          objective: 'reg:squarederror',
          num_round: 80,
          max_depth: 4,
          eta: 0.08,
          subsample: 0.8,
          seed: 1,
        },
      },
      gates: {
        primaryMetric: 'mae',
        // degrees, for the upper bound of the interval; "as warm as today" is wrong by 2.58 on average
        minimum: 2.6,
        minimumHoldoutRows: 300,
        slices: { columns: ['new_york'], minimumRows: 100 },
      },
      monitors: { minimumSamples: 100, quality: { metric: 'mae', maximumDrop: 1, minimumLabels: 100 } },
    },
  },
});
