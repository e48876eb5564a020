/** Changes of an endpoint's state, and the events that tell of them. */
import { emitStateChange } from '../events.ts';
import type { SageMaker } from '../sagemaker.ts';
import { variantSummary } from './endpoint-description.ts';
import { type EndpointRecord, updateEndpointRecord, type VariantRecord } from './endpoint-record.ts';

/** Stores a change and emits `Endpoint State Change`. */
export function changeEndpointState(
  sagemaker: SageMaker,
  name: string,
  change: Partial<EndpointRecord>,
): EndpointRecord {
  const record = updateEndpointRecord(sagemaker, name, change);
  emitEndpointState(sagemaker, record);
  return record;
}

/** `InService` -> `IN_SERVICE`, as events spell it. */
const upperSnake = (status: string): string => status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

export function emitEndpointState(sagemaker: SageMaker, record: EndpointRecord): void {
  const shown = record.pending ?? record.live;
  emitStateChange(sagemaker, 'Endpoint State Change', record.arn, {
    EndpointName: record.name,
    EndpointArn: record.arn,
    EndpointConfigName: shown.configName,
    ProductionVariants: shown.variants.map((each) => ({
      VariantName: each.name,
      DesiredWeight: each.desiredWeight,
      ...(each.serverless ? {} : { DesiredInstanceCount: each.desiredInstances }),
    })),
    EndpointStatus: upperSnake(record.status),
    ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
    CreationTime: record.createdAt,
    LastModifiedTime: record.modifiedAt,
  });
}

/** Emits `Endpoint Deployment State Change`: both fleets while an update goes on. */
export function emitDeploymentState(sagemaker: SageMaker, record: EndpointRecord): void {
  const withoutImages = (variants: readonly VariantRecord[]) =>
    variants.map((each) => ({ ...variantSummary(each), DeployedImages: undefined }));
  emitStateChange(sagemaker, 'Endpoint Deployment State Change', record.arn, {
    EndpointName: record.name,
    EndpointArn: record.arn,
    EndpointConfigName: record.live.configName,
    ProductionVariants: withoutImages(record.live.variants),
    EndpointStatus: upperSnake(record.status),
    CreationTime: record.createdAt,
    LastModifiedTime: record.modifiedAt,
    ...(record.pending
      ? {
          PendingDeploymentSummary: {
            EndpointConfigName: record.pending.configName,
            StartTime: record.pending.startedAt,
            ProductionVariants: withoutImages(record.pending.variants),
          },
        }
      : {}),
  });
}
