/** The schedule asks whether everything below `incoming/` is committed or reported. */
import { now } from '../shared/clock.ts';
import { ENV } from '../shared/contract.ts';
import { requireEnv } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { forEachProject, listProjects, loadSettings } from '../shared/project-settings.ts';
import { type SweepResult, sweepIncoming } from './upload/sweep-incoming.ts';

export const handler = makeHandler<unknown, SweepResult>({
  name: 'sweep-incoming',
  run: async () => {
    const stateMachineArn = requireEnv(ENV.ingestStateMachine);
    let sum: SweepResult = { received: 0, resumed: 0, late: 0, expired: 0 };
    await forEachProject(await listProjects(), async ({ dataBucket, settingsDigest }) => {
      const settings = await loadSettings(dataBucket, settingsDigest);
      const found = await sweepIncoming({ settings, stateMachineArn, now: now() });
      sum = {
        received: sum.received + found.received,
        resumed: sum.resumed + found.resumed,
        late: sum.late + found.late,
        expired: sum.expired + found.expired,
      };
    });
    return sum;
  },
});
