/** Step "Record the failure" of the ingest workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import { type FailUploadInput, failUpload } from './upload/fail-upload.ts';

export const handler = makeHandler<FailUploadInput, { readonly reason: string }>({
  name: 'fail-upload',
  run: async (input) => {
    const { dataBucket, settingsDigest } = await loadProject(input.project);
    return failUpload(await loadSettings(dataBucket, settingsDigest), input);
  },
});
