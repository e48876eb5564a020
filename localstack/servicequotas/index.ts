/** Service Quotas: the quotas of SageMaker that were set on this cloud. */
import { createHash } from 'node:crypto';
import type {
  ListServiceQuotasCommandInput,
  ListServiceQuotasCommandOutput,
  ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Service } from '../core/service.ts';
import { type QuotaRecord, quotasOf } from './quotas.ts';

const SERVICES: Readonly<Record<string, string>> = { sagemaker: 'Amazon SageMaker' };
/** Of AWS's service codes that this cloud knows but has no quotas of. */
const WITHOUT_QUOTAS = ['dynamodb', 'events', 'kms', 'lambda', 's3', 'sns', 'sqs', 'states'];
const DEFAULT_PAGE = 100;

/** Makes the Service Quotas service. */
export function createServiceQuotasService(cloud: Cloud): Service {
  const quotas = quotasOf(cloud);

  function describe({ serviceCode, name, value }: QuotaRecord): ServiceQuota {
    const code = quotaCode(name);
    return {
      ServiceCode: serviceCode,
      ServiceName: SERVICES[serviceCode],
      QuotaArn: `arn:aws:servicequotas:${cloud.region}:${cloud.account}:${serviceCode}/${code}`,
      QuotaCode: code,
      QuotaName: name,
      Value: value,
      Unit: 'None',
      Adjustable: true,
      GlobalQuota: false,
      QuotaAppliedAtLevel: 'ACCOUNT',
    };
  }

  return {
    name: 'servicequotas',
    operations: {
      ListServiceQuotas: (
        input: ListServiceQuotasCommandInput,
      ): Omit<ListServiceQuotasCommandOutput, '$metadata'> => {
        const { ServiceCode = '', NextToken, MaxResults = DEFAULT_PAGE } = input;
        refuseOthers(input);
        const own = quotas
          .values()
          .filter(({ serviceCode }) => serviceCode === ServiceCode)
          .sort((one, other) => (one.name < other.name ? -1 : 1));
        const page = pageOf(own, {
          token: NextToken,
          size: MaxResults,
          invalidTokenCode: 'InvalidPaginationTokenException',
        });
        return {
          Quotas: page.items.map(describe),
          ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
        };
      },
    },
    authorize: (operation) => [{ action: `servicequotas:${operation}`, resource: '*' }],
  };
}

function refuseOthers({
  ServiceCode = '',
  QuotaCode,
  QuotaAppliedAtLevel,
}: ListServiceQuotasCommandInput): void {
  if (QuotaCode !== undefined) throw new NotImplementedByLocalCloud('servicequotas QuotaCode');
  if (QuotaAppliedAtLevel !== undefined && QuotaAppliedAtLevel !== 'ACCOUNT') {
    throw new NotImplementedByLocalCloud(`servicequotas QuotaAppliedAtLevel ${QuotaAppliedAtLevel}`);
  }
  if (WITHOUT_QUOTAS.includes(ServiceCode)) {
    throw new NotImplementedByLocalCloud(`servicequotas ServiceCode ${ServiceCode}`);
  }
  if (SERVICES[ServiceCode]) return;
  throw new AwsError(
    'NoSuchResourceException',
    'The request failed because the specified service does not exist.',
    { status: 400 },
  );
}

/** `L-` and eight hexadecimal digits, as AWS's; which ones AWS gave a quota is not known here. */
function quotaCode(name: string): string {
  return `L-${createHash('sha256').update(name).digest('hex').slice(0, 8).toUpperCase()}`;
}
