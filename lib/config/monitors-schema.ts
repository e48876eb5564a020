/** What `driftless.config.ts` may say about monitors: windows, thresholds, labels. */
import { z } from 'zod';
import { fraction, metric, positive } from './fields.ts';

const positiveNumber = z.number().positive();
/** WARN at `warn`, FAIL at `alert`. */
const thresholds = (warn: number, alert: number) =>
  z.strictObject({ warn: positiveNumber.default(warn), alert: positiveNumber.default(alert) });
/** The rise of a share, 0..1; without `alert` it is never more than a warning. */
const rise = z.strictObject({ warn: fraction, alert: fraction.optional() });
const rises = { missing: rise, invalid: rise, outOfRange: rise, newCategories: rise };

export const monitorsSchema = z
  .strictObject({
    /** How often the monitor looks for complete windows: every so many hours of the day, at half past, UTC. */
    everyHours: z.literal([1, 2, 3, 4, 6, 8, 12, 24]).default(24),
    /** Length of a window; 168 aligns it to weeks that start on Monday, UTC. */
    windowHours: positive.max(744).default(168),
    minimumSamples: positive.default(200),
    psi: thresholds(0.1, 0.2).prefault({}),
    predictionPsi: thresholds(0.1, 0.15).prefault({}),
    /** Rate of false discoveries over the features of a window. */
    falseDiscovery: fraction.default(0.01),
    /** Rises of bad shares against the baseline. @default - see docs/monitoring.md */
    dataQuality: z
      .strictObject({ ...rises, malformed: rise })
      .partial()
      .optional(),
    /** What is different for a feature, by its name. */
    columns: z
      .record(
        z.string(),
        z.strictObject({
          ignore: z.boolean().optional(),
          psi: thresholds(0.1, 0.2).optional(),
          minimumSamples: positive.optional(),
          dataQuality: z.strictObject(rises).partial().optional(),
        }),
      )
      .optional(),
    /** The alarm on drift is raised when so many of the last judged windows failed. */
    alarm: z.strictObject({ failing: positive.default(1), of: positive.max(24).default(1) }).prefault({}),
    quality: z
      .strictObject({
        /** @default - auc, accuracy or rmse, by the problem */
        metric: metric.optional(),
        /** How far the metric may fall below its holdout value. */
        maximumDrop: z.number().min(0).default(0.05),
        minimumLabels: positive.default(200),
        /** Share of the rows that need a label. */
        minimumCoverage: z.number().min(0).max(1).default(0),
        /** Hours after a window's end in which labels may come. */
        labelDeadlineHours: positive.default(1440),
      })
      .prefault({}),
  })
  .superRefine(({ psi, predictionPsi, columns = {}, alarm, dataQuality = {} }, context) => {
    type Pair = { readonly warn: number; readonly alert?: number | undefined } | undefined;
    const pairs: (readonly [path: readonly string[], pair: Pair])[] = [
      [['psi'], psi],
      [['predictionPsi'], predictionPsi],
      ...Object.entries(dataQuality).map(([name, pair]) => [['dataQuality', name], pair] as const),
      ...Object.entries(columns).map(([name, own]) => [['columns', name, 'psi'], own.psi] as const),
    ];
    for (const [path, pair] of pairs) {
      if (pair?.alert === undefined || pair.warn <= pair.alert) continue;
      const message = `at most alert (${pair.alert}); lower warn or raise alert`;
      context.addIssue({ code: 'custom', path: [...path, 'warn'], input: pair.warn, message });
    }
    if (alarm.failing > alarm.of) {
      const message = `at most of (${alarm.of}): more windows cannot fail than are looked at`;
      context.addIssue({ code: 'custom', path: ['alarm', 'failing'], input: alarm.failing, message });
    }
  });
