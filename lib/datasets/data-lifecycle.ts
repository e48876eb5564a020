/** What S3 removes from a project's data bucket by itself, and when. */
import { Duration } from 'aws-cdk-lib';
import type { LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { INCOMING_PREFIX, STATE_TAG } from '../../lambdas/shared/keys.ts';

/** Long enough to look at what went wrong, and to take back a deletion. */
const KEPT_DAYS = 7;
/** A commit that was announced is finished within hours; what nobody finished in a month is of a commit that lost. */
const PENDING_DAYS = 30;

/**
 * Uploads leave `incoming/` by their tag, which is set after their copies were verified; the day of grace counts from
 * the upload. The bucket is versioned, so an expired object is only hidden, and its bytes go with the noncurrent ones.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export const dataLifecycle: readonly LifecycleRule[] = [
  ...(['committed', 'rejected', 'expired'] as const).map((state) => ({
    id: `incoming-${state}`,
    prefix: INCOMING_PREFIX,
    tagFilters: { [STATE_TAG]: state },
    expiration: Duration.days(1),
  })),
  {
    id: 'incoming-noncurrent',
    prefix: INCOMING_PREFIX,
    noncurrentVersionExpiration: Duration.days(KEPT_DAYS),
    expiredObjectDeleteMarker: true,
  },
  ...expireBelow('uploads/', KEPT_DAYS),
  ...expireBelow('datasets/pending/', PENDING_DAYS),
];

/** Objects of this age go, and their bytes a day later. */
function expireBelow(prefix: string, days: number): LifecycleRule[] {
  const name = prefix.replaceAll('/', '-').replace(/-$/, '');
  return [
    {
      id: `${name}-old`,
      prefix,
      expiration: Duration.days(days),
      noncurrentVersionExpiration: Duration.days(1),
    },
    // S3 does not take a marker's expiry and an object's in one rule
    { id: `${name}-markers`, prefix, expiredObjectDeleteMarker: true },
  ];
}
