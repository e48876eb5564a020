/** What is stored of an endpoint. */
import type {
  AsyncInferenceConfig,
  ContainerDefinition,
  DataCaptureConfig,
  DeploymentConfig,
  EndpointStatus,
  ProductionVariant,
  ProductionVariantServerlessConfig,
  ProductionVariantStatus,
} from '@aws-sdk/client-sagemaker';
import { sagemakerArn } from '../names.ts';
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
  /** Set for serverless variants, which have no instances. */
  readonly serverless?: ProductionVariantServerlessConfig | undefined;
  /** Key of its instances' volumes. */
  readonly volumeKeyId?: string | undefined;
  readonly status?: readonly ProductionVariantStatus[];
}

/** One endpoint configuration on its instances. */
export interface Deployment {
  /** Counts the endpoint's deployments from 1; names folders. */
  readonly number: number;
  readonly configName: string;
  readonly variants: readonly VariantRecord[];
  readonly capture?: DataCaptureConfig | undefined;
  /** Set for asynchronous endpoints. */
  readonly async?: AsyncInferenceConfig | undefined;
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

/** The ARN of an endpoint by name. */
export function endpointArn(sagemaker: SageMaker, name: string): string {
  return sagemakerArn(sagemaker.cloud, 'endpoint', name);
}
