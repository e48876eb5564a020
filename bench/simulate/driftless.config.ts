/** What the half year is played on: the flight-delays example without the weekday, judged by the day. Frozen with the events. */
import example from '../../driftless.config.ts';
import { defineConfig } from '../../lib/config/load.ts';

const { dataset } = example.projects['flight-delays']!;
const { weekday: _, ...columns } = dataset.columns!;
const hyperparameters = { rounds: 120, 'max-depth': 6, eta: 0.15 };

export default defineConfig({
  stages: {
    local: { region: 'us-east-1', approval: 'automatic', removal: 'destroy', architecture: 'host' },
  },
  projects: {
    'flight-delays': {
      dataset: { ...dataset, columns },
      trainer: { source: '../../examples/flight-delays/trainer', hyperparameters },
      gates: { primaryMetric: 'auc', minimum: 0.55 },
      monitors: {
        windowHours: 24,
        alarm: { failing: 2, of: 3 },
        quality: { metric: 'auc', maximumDrop: 0.05, minimumLabels: 300 },
      },
      retraining: { cooldownHours: 96, minimumNewLabels: 2_000 },
    },
  },
});
