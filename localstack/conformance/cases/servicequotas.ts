/** Service Quotas. */
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { expect } from 'vitest';
import { quotasOf, setQuota } from '../../servicequotas/quotas.ts';
import { serviceCases } from '../operation-case.ts';

export const serviceQuotasCases = serviceCases({
  service: 'servicequotas',
  folders: ['servicequotas'],
  makeClient: ({ clientConfig }) => new ServiceQuotasClient(clientConfig),
  operations: {
    ListServiceQuotas: {
      source: 'https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html',
      answers: async ({ client, running }) => {
        const name = 'ml.m5.large for training job usage';
        setQuota(quotasOf(running.cloud), { serviceCode: 'sagemaker', name, value: 4 });
        const { Quotas } = await client.send(new ListServiceQuotasCommand({ ServiceCode: 'sagemaker' }));
        expect(Quotas).toEqual([
          {
            ServiceCode: 'sagemaker',
            ServiceName: 'Amazon SageMaker',
            QuotaArn: expect.stringMatching(
              /^arn:aws:servicequotas:us-east-1:000000000000:sagemaker\/L-[0-9A-F]{8}$/,
            ),
            QuotaCode: expect.stringMatching(/^L-[0-9A-F]{8}$/),
            QuotaName: name,
            Value: 4,
            Unit: 'None',
            Adjustable: true,
            GlobalQuota: false,
            QuotaAppliedAtLevel: 'ACCOUNT',
          },
        ]);
      },
      refuses: ({ client }) => client.send(new ListServiceQuotasCommand({ ServiceCode: 'SageMaker' })),
      refusal: {
        name: 'NoSuchResourceException',
        message: 'The request failed because the specified service does not exist.',
        status: 400,
      },
      refusalSource: 'https://github.com/aws/aws-cli/issues/4569',
    },
  },
});
