/** An object was created below `incoming/`: commits the upload that it completes, if it completes one. */
import { makeHandler } from '../shared/make-handler.ts';
import { findProjectOfBucket, loadSettings } from '../shared/project-settings.ts';
import { type CommitUploadResult, commitUpload } from './upload/commit-upload.ts';
import { objectCreatedEvent } from './upload/object-created-event.ts';
import { parseUpload } from './upload/upload-request.ts';

export const handler = makeHandler({
  name: 'commit-upload',
  event: objectCreatedEvent,
  run: async ({ detail: { bucket, object } }): Promise<CommitUploadResult> => {
    const request = parseUpload(object);
    if (request.kind === 'ignored') return { outcome: 'ignored', reason: request.reason };
    const project = await findProjectOfBucket(bucket.name);
    const settings = await loadSettings(project.dataBucket, project.settingsDigest);
    return commitUpload(settings, request);
  },
});
