/** Judges windows of one project: on its schedule, or because a person asked (`MonitorRequested`). */
import * as z from 'zod/mini';
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import { type JudgedWindow, runMonitor } from './run-monitor.ts';

const requested = z.object({
  detail: z.object({
    project: z.string(),
    requestId: z.string(),
    window: z.optional(z.string()),
    force: z.optional(z.boolean()),
  }),
});
const scheduled = z.object({ project: z.string(), scheduled: z.literal(true) });

export const handler = makeHandler({
  name: 'run-monitor',
  event: z.union([requested, scheduled]),
  run: async (event): Promise<{ judged: JudgedWindow[] }> => {
    const asked = 'detail' in event ? event.detail : { project: event.project };
    const { dataBucket, settingsDigest } = await loadProject(asked.project);
    const settings = await loadSettings(dataBucket, settingsDigest);
    const { window, force = false, requestId } = asked as Partial<z.infer<typeof requested>['detail']>;
    return { judged: await runMonitor(settings, { window, force, requestId }) };
  },
});
