/** S3's `Object Created` event as EventBridge delivers it. */
import * as z from 'zod/mini';

/**
 * Only the fields that are used; keys are plain text here, not URL-encoded as in bucket notifications.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const objectCreatedEvent = z.object({
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      etag: z._default(z.string(), ''),
      sequencer: z._default(z.string(), ''),
      /** Absent for objects of a bucket without versions. */
      'version-id': z.optional(z.string()),
    }),
    /** Account that put the object, or a service of AWS. */
    requester: z.optional(z.string()),
    'source-ip-address': z.optional(z.string()),
  }),
});

export type ObjectCreatedEvent = z.infer<typeof objectCreatedEvent>;
