/** What is stored of an endpoint, and its two faces: DescribeEndpoint's and the events'. */
import type {
  ContainerDefinition,
  DataCaptureConfig,
  DeploymentConfig,
  DescribeEndpointOutput,
  EndpointStatus,
  ProductionVariant,
  ProductionVariantStatus,
  ProductionVariantSummary,
} from '@aws-sdk/client-sagemaker';
import { emitStateChange } from '../events.ts';
import { sagemakerArn } from '../names.ts';
import { imageDigest } from '../registry/packages.ts';
import type { SageMaker } from '../sagemaker.ts';

/** A variant as deployed: configuration and model are copied, so that deleting either leaves the endpoint alone. */
export interface VariantRecord {
  readonly name: string;
  readonly config: ProductionVariant;
  readonly container: ContainerDefinition;
  readonly roleArn: string;
  readonly deployedAt: Date;
  readonly currentWeight: number;
  readonly desiredWeight: number;
  readonly currentInstances: number;
  readonly desiredInstances: number;
  readonly status?: readonly ProductionVariantStatus[];
}

/** One endpoint configuration on its instances. */
export interface Deployment {
  /** Counts the endpoint's deployments from 1; names folders. */
  readonly number: number;
  readonly configName: string;
  readonly variants: readonly VariantRecord[];
  readonly capture?: DataCaptureConfig | undefined;
  readonly startedAt: Date;
}

export interface EndpointRecord {
  readonly name: string;
  readonly arn: string;
  readonly status: EndpointStatus;
  readonly failureReason?: string | undefined;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly live: Deployment;
  readonly pending?: Deployment | undefined;
  /** How many deployments there were. */
  readonly deployments: number;
  /** Of the last deployment, or given at creation: what RetainDeploymentConfig means. */
  readonly deploymentConfig?: DeploymentConfig | undefined;
  readonly lastDeploymentConfig?: DeploymentConfig | undefined;
}

/** Folder name of an endpoint; names are unique without regard to case. */
export const endpointKey = (name: string): string => name.toLowerCase();

/** Stores a change and its time. */
export function updateEndpointRecord(
  sagemaker: SageMaker,
  name: string,
  change: Partial<EndpointRecord>,
): EndpointRecord {
  const before = sagemaker.endpoints.get(endpointKey(name))!;
  const after = { ...before, ...change, modifiedAt: sagemaker.cloud.clock.date() };
  sagemaker.endpoints.put(endpointKey(name), after);
  return after;
}

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
      DesiredInstanceCount: each.desiredInstances,
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
              InstanceType: each.config.InstanceType,
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

function variantSummary(variant: VariantRecord): ProductionVariantSummary {
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
    CurrentInstanceCount: variant.currentInstances,
    DesiredInstanceCount: variant.desiredInstances,
    ...(variant.status ? { VariantStatus: [...variant.status] } : {}),
  };
}

/** The ARN of an endpoint by name. */
export function endpointArn(sagemaker: SageMaker, name: string): string {
  return sagemakerArn(sagemaker.cloud, 'endpoint', name);
}
