/** What `driftless.config.ts` may say about serving. */
import { z } from 'zod';
import { instanceType, positive } from './fields.ts';

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
