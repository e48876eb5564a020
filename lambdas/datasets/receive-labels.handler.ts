/** An object was created below `labels/`: counts its records and tells the bus. */
import { LABELS_PREFIX } from '../shared/keys.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { findProjectOfBucket, loadSettings } from '../shared/project-settings.ts';
import { type ReceiveLabelsResult, receiveLabels } from './labels/receive-labels.ts';
import { objectCreatedEvent } from './upload/object-created-event.ts';

export const handler = makeHandler({
  name: 'receive-labels',
  event: objectCreatedEvent,
  run: async ({ detail: { bucket, object } }): Promise<ReceiveLabelsResult | { outcome: 'ignored' }> => {
    const isFile = object.key.startsWith(LABELS_PREFIX) && !object.key.endsWith('/');
    if (!isFile) return { outcome: 'ignored' };
    const project = await findProjectOfBucket(bucket.name);
    return receiveLabels(await loadSettings(project.dataBucket, project.settingsDigest), object.key);
  },
});
