/** The schedule asks whether a model version has waited too long for its approval. */
import { now } from '../shared/clock.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { forEachProject, listProjects } from '../shared/project-settings.ts';
import { type ExpiryResult, expireApprovals } from './expire-approvals.ts';

export const handler = makeHandler<unknown, ExpiryResult>({
  name: 'expire-approvals',
  run: async () => {
    const total = { expired: 0, caughtUp: 0 };
    await forEachProject(await listProjects(), async ({ project }) => {
      const { expired, caughtUp } = await expireApprovals(project, now());
      total.expired += expired;
      total.caughtUp += caughtUp;
    });
    return total;
  },
});
