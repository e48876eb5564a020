/** Step "Plan the scan" of the ingest workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { IngestInput, ScanPlan } from './contract.ts';
import { planScan } from './scan/plan-scan.ts';

export const handler = makeHandler<IngestInput, ScanPlan>({
  name: 'plan-scan',
  run: async ({ project, upload }) => {
    const { dataBucket, settingsDigest } = await loadProject(project);
    return planScan(await loadSettings(dataBucket, settingsDigest), upload);
  },
});
