/** What `driftless.config.ts` may say about retraining: triggers, guards and budgets. */
import { z } from 'zod';
import { positive } from './fields.ts';

const usd = z.number().positive();

export const retrainingSchema = z
  .strictObject({
    onDataset: z.boolean().default(true),
    onCodeChange: z.boolean().default(true),
    onAlarm: z.boolean().default(true),
    /** Asks for a run again and again, UTC. @default - never */
    schedule: z
      .string()
      .regex(/^(rate\(\d+ (minute|hour|day)s?\)|cron\([^)]+\))$/, {
        error: 'rate(7 days) or cron(0 6 ? * MON *), as EventBridge Scheduler writes them',
      })
      .optional(),
    /** Events of the account's default bus that ask for a run. @default - none */
    onEvents: z
      .array(
        z.strictObject({
          source: z.string().min(1),
          detailType: z.string().min(1),
          /** Matched as EventBridge matches `detail`. */
          detail: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .max(10)
      .optional(),
    /** Holds back alarms only; an upload or a person is not held back. */
    cooldownHours: z.number().min(0).default(24),
    /** It doubles with each run for an alarm that brought no better model, up to this. @default - 8 cooldowns */
    maximumCooldownHours: z.number().min(0).optional(),
    minimumNewLabels: positive.default(1000),
    maximumRunsPerDay: positive.default(10),
    /** UTC months. @default - as many as the days allow */
    maximumRunsPerMonth: positive.optional(),
    /** Bounds in US dollars, by the price that you expect of a run. @default - money is not counted */
    cost: z
      .strictObject({
        usdPerRun: usd,
        maximumUsdPerDay: usd.optional(),
        maximumUsdPerMonth: usd.optional(),
      })
      .optional(),
  })
  .superRefine(({ cooldownHours, maximumCooldownHours, cost }, context) => {
    const mistake = (path: string[], input: unknown, message: string) =>
      context.addIssue({ code: 'custom', path, input, message });
    if (maximumCooldownHours !== undefined && maximumCooldownHours < cooldownHours) {
      const message = `at least cooldownHours (${cooldownHours}); raise it or lower cooldownHours`;
      mistake(['maximumCooldownHours'], maximumCooldownHours, message);
    }
    for (const bound of ['maximumUsdPerDay', 'maximumUsdPerMonth'] as const) {
      const value = cost?.[bound];
      if (value === undefined || value >= cost!.usdPerRun) continue;
      const message = `at least usdPerRun (${cost!.usdPerRun}), or no run could ever start`;
      mistake(['cost', bound], value, message);
    }
  });
