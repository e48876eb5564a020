/** Who says how CloudWatch answers, and the refusal that many operations share. */
import type { AwsRefusal } from '../operation-case.ts';
import { deniedSentence } from './without-policies.ts';

/** AWS's answers, recorded against a real account by the authors of another emulator. */
export const RECORDED_CLOUDWATCH =
  'https://github.com/localstack/localstack/blob/main/tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json';

/** Page of an operation in CloudWatch's API reference. */
export function cloudWatchPage(operation: string): string {
  return `https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_${operation}.html`;
}

/** CloudWatch's refusal of the role that `roleWithoutPolicies` made. */
export function deniedCloudWatch(role: string, operation: string, resource?: string): AwsRefusal {
  return {
    name: 'AccessDenied',
    message: deniedSentence(role, `cloudwatch:${operation}`, resource),
    status: 403,
  };
}
/** That refusal as CloudWatch gave it: of an alarm's tags, with code and status. */
export const DENIED_CLOUDWATCH = 'https://github.com/ministryofjustice/cloud-platform/issues/5865';
/** As it gave it for an action without resources. */
export const DENIED_WITHOUT_RESOURCE =
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html, https://github.com/prometheus-community/yet-another-cloudwatch-exporter/issues/57';
