/** S3's `Object Created` event as EventBridge delivers it. */
import * as z from 'zod/mini';

/** Only the fields that are used; keys are plain text here, not URL-encoded as in bucket notifications. */
export const objectCreatedEvent = z.object({
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      etag: z._default(z.string(), ''),
      sequencer: z._default(z.string(), ''),
    }),
  }),
});

export type ObjectCreatedEvent = z.infer<typeof objectCreatedEvent>;
