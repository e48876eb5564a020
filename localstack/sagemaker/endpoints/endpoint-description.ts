/** DescribeEndpoint's view of an endpoint. */
import type {
  DataCaptureConfig,
  DescribeEndpointOutput,
  EndpointStatus,
  ProductionVariantSummary,
} from '@aws-sdk/client-sagemaker';
import { imageDigest } from '../registry/packages.ts';
import type { EndpointRecord, VariantRecord } from './endpoint-record.ts';

/** DescribeEndpoint's answer. */
export function endpointDescription(record: EndpointRecord): DescribeEndpointOutput {
  const { live, pending } = record;
  const isCreating = record.status === 'Creating';
  return {
    EndpointName: record.name,
    EndpointArn: record.arn,
    EndpointConfigName: live.configName,
    EndpointStatus: record.status,
    CreationTime: record.createdAt,
    LastModifiedTime: record.modifiedAt,
    ...(isCreating ? {} : { ProductionVariants: live.variants.map(variantSummary) }),
    ...(live.async ? { AsyncInferenceConfig: live.async } : {}),
    ...(live.capture ? { DataCaptureConfig: captureSummary(live.capture, record.status) } : {}),
    ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
    ...(record.lastDeploymentConfig ? { LastDeploymentConfig: record.lastDeploymentConfig } : {}),
    ...(pending
      ? {
          PendingDeploymentSummary: {
            EndpointConfigName: pending.configName,
            StartTime: pending.startedAt,
            ProductionVariants: pending.variants.map((each) => ({
              ...variantSummary(each),
              ...(each.config.InstanceType ? { InstanceType: each.config.InstanceType } : {}),
            })),
          },
        }
      : {}),
  };
}

function captureSummary(
  capture: DataCaptureConfig,
  status: EndpointStatus,
): DescribeEndpointOutput['DataCaptureConfig'] {
  const isStarted = capture.EnableCapture === true && status !== 'Creating' && status !== 'Failed';
  return {
    EnableCapture: capture.EnableCapture,
    CaptureStatus: isStarted ? 'Started' : 'Stopped',
    CurrentSamplingPercentage: capture.InitialSamplingPercentage,
    DestinationS3Uri: capture.DestinationS3Uri,
    KmsKeyId: capture.KmsKeyId ?? '',
  };
}

/** A variant as DescribeEndpoint shows it. */
export function variantSummary(variant: VariantRecord): ProductionVariantSummary {
  const image = variant.container.Image ?? '';
  return {
    VariantName: variant.name,
    DeployedImages: [
      {
        SpecifiedImage: image,
        ResolvedImage: `${image.replace(/:[^:/]+$/, '')}@${imageDigest(image)}`,
        ResolutionTime: variant.deployedAt,
      },
    ],
    CurrentWeight: variant.currentWeight,
    DesiredWeight: variant.desiredWeight,
    ...(variant.serverless
      ? { CurrentServerlessConfig: variant.serverless, DesiredServerlessConfig: variant.serverless }
      : {
          CurrentInstanceCount: variant.currentInstances,
          DesiredInstanceCount: variant.desiredInstances,
        }),
    ...(variant.config.RoutingConfig ? { RoutingConfig: variant.config.RoutingConfig } : {}),
    ...(variant.status ? { VariantStatus: [...variant.status] } : {}),
  };
}
