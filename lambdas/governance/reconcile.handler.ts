/** The schedule asks whether everything is as the catalog says. */
import { now } from '../shared/clock.ts';
import { stage } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { forEachProject, listProjects } from '../shared/project-settings.ts';
import { executionArn } from '../training/execution-arn.ts';
import { findDifferences } from './differences.ts';
import { mend } from './mend.ts';
import { readProjectView } from './project-view.ts';

export const handler = makeHandler<unknown, { readonly found: number; readonly repaired: number }>({
  name: 'reconcile',
  run: async (_event, { invokedFunctionArn }) => {
    let found = 0;
    let repaired = 0;
    await forEachProject(await listProjects(), async (project) => {
      const arnOf = (run: string) => executionArn(stage(), 'training', run, invokedFunctionArn);
      const view = await readProjectView(project, arnOf, now());
      for (const difference of findDifferences(view)) {
        found += 1;
        if (await mend(project.project, difference, now())) repaired += 1;
      }
    });
    return { found, repaired };
  },
});
