/** Step "Smoke test in the bake" of the rollout workflow. */
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../shared/clock.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { SmokeTestInput, SmokeTestResult } from './contract.ts';
import { smokeTest } from './smoke-test.ts';

export const handler = makeHandler<SmokeTestInput, SmokeTestResult>({
  name: 'smoke-test',
  run: async (input) => {
    const { dataBucket, settingsDigest } = await loadProject(input.rollout.project);
    return smokeTest(await loadSettings(dataBucket, settingsDigest), input, { sleep, now });
  },
});
