/** An object was created below `incoming/`: receives the upload that it completes, if it completes one. */
import { ENV } from '../shared/contract.ts';
import { requireEnv } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { findProjectOfBucket, loadSettings } from '../shared/project-settings.ts';
import { objectCreatedEvent } from './upload/object-created-event.ts';
import { type ReceiveUploadResult, receiveUpload } from './upload/receive-upload.ts';
import { parseUpload } from './upload/upload-request.ts';

export const handler = makeHandler({
  name: 'receive-upload',
  event: objectCreatedEvent,
  run: async ({ detail }): Promise<ReceiveUploadResult> => {
    const { bucket, object, requester, 'source-ip-address': sourceIp } = detail;
    const request = parseUpload({ key: object.key, versionId: object['version-id'] ?? 'null' });
    if (request.kind === 'ignored') return { outcome: 'ignored', reason: request.reason };
    const project = await findProjectOfBucket(bucket.name);
    const settings = await loadSettings(project.dataBucket, project.settingsDigest);
    const stateMachineArn = requireEnv(ENV.ingestStateMachine);
    return receiveUpload({ settings, request, origin: { requester, sourceIp }, stateMachineArn });
  },
});
