/** SageMaker told that a model package was approved or rejected, by whatever way: policy, command or console. */
import * as z from 'zod/mini';
import { stage } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { Names } from '../shared/names.ts';
import { listProjects } from '../shared/project-settings.ts';
import { describePackage, type RecordOutcome, recordApproval } from './approval-store.ts';

const modelPackageEvent = z.object({
  detail: z.object({
    ModelPackageGroupName: z.string(),
    ModelPackageArn: z.string(),
  }),
});

export const handler = makeHandler({
  name: 'record-approval',
  event: modelPackageEvent,
  run: async ({ detail }): Promise<{ readonly outcome: RecordOutcome | 'unknown-group' }> => {
    const names = new Names(stage(), { account: '', region: '' });
    const owner = (await listProjects()).find(
      ({ project }) => names.modelPackageGroup(project) === detail.ModelPackageGroupName,
    );
    if (!owner) return { outcome: 'unknown-group' };
    // events come in no order, and do not say who: what counts is what the registry says now
    return { outcome: await recordApproval(owner.project, await describePackage(detail.ModelPackageArn)) };
  },
});
