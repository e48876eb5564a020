/** Step "Commit" of the ingest workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { ScanResult } from './contract.ts';
import { type CommitUploadResult, commitUpload } from './upload/commit-upload.ts';

export const handler = makeHandler<ScanResult, CommitUploadResult>({
  name: 'commit-upload',
  run: async (scan) => {
    const { dataBucket } = await loadProject(scan.project);
    return commitUpload(await loadSettings(dataBucket, scan.settingsDigest), scan);
  },
});
