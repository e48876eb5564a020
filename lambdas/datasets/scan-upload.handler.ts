/** Step "Scan the upload" of the ingest workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { ScanPlan, ScanResult } from './contract.ts';
import { scanUpload } from './scan/scan-upload.ts';

export const handler = makeHandler<ScanPlan, ScanResult>({
  name: 'scan-upload',
  run: async (plan) => {
    const { dataBucket } = await loadProject(plan.project);
    return scanUpload(await loadSettings(dataBucket, plan.settingsDigest), plan);
  },
});
