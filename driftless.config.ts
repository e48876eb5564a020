/** What this checkout deploys: its stages and its projects. Every field: lib/config/schema.ts. */
import { defineConfig } from './lib/config/load.ts';

export default defineConfig({
  stages: {
    local: {
      region: 'us-east-1',
      approval: 'automatic',
      removal: 'destroy',
      architecture: 'host',
    },
    dev: {
      region: 'us-east-1',
      approval: 'automatic',
      removal: 'destroy',
    },
    prod: {
      region: 'us-east-1',
      approval: 'manual',
    },
  },
  projects: {
    'flight-delays': {
      dataset: {
        target: 'late',
        key: 'flight_id',
        eventTime: 'departed_at',
        columns: {
          flight_id: { type: 'string' },
          departed_at: { type: 'timestamp' },
          origin: { type: 'string' },
          destination: { type: 'string' },
          distance: { type: 'integer', minimum: 0, maximum: 10_000 },
          departure_minute: { type: 'integer', minimum: 0, maximum: 1439 },
          weekday: { type: 'integer', minimum: 0, maximum: 6 },
          late: { type: 'integer', minimum: 0, maximum: 1 },
        },
        minimumRows: 5_000,
      },
      trainer: {
        source: 'examples/flight-delays/trainer',
        hyperparameters: { rounds: 120, 'max-depth': 6, eta: 0.15 },
      },
      gates: { primaryMetric: 'auc', minimum: 0.58 },
      monitors: { quality: { metric: 'auc', maximumDrop: 0.05 } },
      // Two weeks: long enough that a model trained on new rows is judged before the next one is.
      retraining: { cooldownHours: 336, minimumNewLabels: 2_000 },
    },
  },
});
