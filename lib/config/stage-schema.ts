/** What `driftless.config.ts` may say about a stage. */
import { z } from 'zod';

export const stageSchema = z
  .strictObject({
    /** @default - the account of the credentials that deploy. */
    account: z
      .string()
      .regex(/^\d{12}$/, { error: 'twelve digits' })
      .optional(),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'an AWS region such as eu-west-1' }),
    /** Whether a registered model is approved by the gates alone or by a person. */
    approval: z.enum(['automatic', 'manual']).default('manual'),
    /** What happens to data, catalog and keys when the stack is deleted. */
    removal: z.enum(['retain', 'destroy']).default('retain'),
    /** Days that audit records cannot be deleted (Object Lock, governance mode). @default 365, or 0 where data is destroyed */
    auditRetentionDays: z.number().int().min(0).max(3650).optional(),
    /** E-mail addresses that get notifications. */
    notify: z.array(z.email({ error: 'an e-mail address' })).default([]),
    /** Architecture of the functions and of the DuckDB layer; `host` is this machine, for the local cloud. */
    architecture: z.enum(['x86_64', 'arm64', 'host']).default('x86_64'),
  })
  .superRefine(({ removal, auditRetentionDays = 0 }, context) => {
    if (removal !== 'destroy' || auditRetentionDays === 0) return;
    context.addIssue({
      code: 'custom',
      path: ['auditRetentionDays'],
      input: auditRetentionDays,
      message:
        "0 with removal 'destroy': locked records cannot be deleted; leave it out, or set removal to 'retain'",
    });
  })
  .transform((stage) => ({
    ...stage,
    auditRetentionDays: stage.auditRetentionDays ?? (stage.removal === 'destroy' ? 0 : 365),
  }));
