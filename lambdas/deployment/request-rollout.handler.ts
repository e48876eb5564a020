/** SageMaker told that a model package was approved. */
import * as z from 'zod/mini';
import { ENV } from '../shared/contract.ts';
import { requireEnv } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { requestRollout } from './request-rollout.ts';

const modelPackageEvent = z.object({
  time: z.string(),
  detail: z.object({
    ModelPackageGroupName: z.string(),
    ModelPackageVersion: z.number(),
    ModelPackageArn: z.string(),
    ModelApprovalStatus: z.literal('Approved'),
    /** ISO text, or epoch milliseconds as other SageMaker events have it. */
    LastModifiedTime: z.optional(z.union([z.string(), z.number()])),
  }),
});

export const handler = makeHandler({
  name: 'request-rollout',
  event: modelPackageEvent,
  run: ({ time, detail }) =>
    requestRollout(
      {
        group: detail.ModelPackageGroupName,
        modelVersion: detail.ModelPackageVersion,
        modelPackageArn: detail.ModelPackageArn,
        approvedAt: new Date(detail.LastModifiedTime ?? time).toISOString(),
      },
      requireEnv(ENV.rolloutStateMachine),
    ),
});
