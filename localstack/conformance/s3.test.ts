import { s3BucketAccessCases } from './cases/s3-bucket-access.ts';
import { s3BucketSettingCases } from './cases/s3-bucket-settings.ts';
import { s3BucketCases } from './cases/s3-buckets.ts';
import { s3MultipartCases } from './cases/s3-multipart.ts';
import { s3ObjectCases } from './cases/s3-objects.ts';
import { s3ProtectionCases } from './cases/s3-protection.ts';
import { runCases } from './run-cases.ts';

for (const cases of [
  s3BucketCases,
  s3BucketAccessCases,
  s3BucketSettingCases,
  s3ProtectionCases,
  s3ObjectCases,
  s3MultipartCases,
]) {
  runCases(cases);
}
