/** What `driftless.config.ts` may say about serving and monitoring. */
import { z } from 'zod';
import { instanceType, metric, positive } from './fields.ts';

export const servingSchema = z.strictObject({
  instanceType: instanceType.default('ml.m5.large'),
  instanceCount: positive.default(1),
  /** Minutes that the old fleet is kept after the shift, while alarms and the smoke test watch. At most 60. */
  bakeMinutes: z.number().min(3).max(60).default(5),
  smokeTest: z
    .strictObject({
      rows: positive.max(1000).default(50),
      /** Absolute difference of probabilities. */
      tolerance: z.number().positive().default(1e-4),
    })
    .prefault({}),
  capturePercentage: z.number().int().min(0).max(100).default(100),
  /** Alarm on the model's p90 latency. */
  maximumLatencyMs: positive.default(1000),
});

export const monitorsSchema = z.strictObject({
  /** How often the monitor looks for complete windows: every so many hours of the day, at half past, UTC. */
  everyHours: z.literal([1, 2, 3, 4, 6, 8, 12, 24]).default(24),
  /** Length of a window; 168 aligns it to weeks that start on Monday, UTC. */
  windowHours: positive.max(744).default(168),
  minimumSamples: positive.default(200),
  psi: z
    .strictObject({ warn: z.number().positive().default(0.1), alert: z.number().positive().default(0.2) })
    .prefault({}),
  predictionPsi: z
    .strictObject({ warn: z.number().positive().default(0.1), alert: z.number().positive().default(0.15) })
    .prefault({}),
  quality: z
    .strictObject({
      /** @default - auc, accuracy or rmse, by the problem */
      metric: metric.optional(),
      /** How far the metric may fall below its holdout value. */
      maximumDrop: z.number().min(0).default(0.05),
      minimumLabels: positive.default(200),
    })
    .prefault({}),
});
