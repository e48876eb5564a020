/** What every operation of SageMaker works on: the cloud, the stored resources and the processes that run. */
import type {
  CreateModelInput,
  DescribeEndpointConfigOutput,
  DescribeHyperParameterTuningJobResponse,
  DescribeModelPackageGroupOutput,
  DescribeModelPackageOutput,
  DescribeProcessingJobResponse,
  DescribeTrainingJobResponse,
  DescribeTransformJobResponse,
  MetricData,
  Tag,
} from '@aws-sdk/client-sagemaker';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { quotasOf } from '../servicequotas/quotas.ts';
import { type Capacity, createCapacity } from './capacity.ts';
import type { AsyncRequest } from './endpoints/async-request.ts';
import type { EndpointRecord } from './endpoints/endpoint-record.ts';
import type { Fleet } from './endpoints/fleet.ts';
import type { AssociationRecord } from './lineage/associations.ts';
import type { LineageEntity } from './lineage/entities.ts';
import { defaultRunnersDirectory } from './runners/prepare-runner.ts';
import { createProcesses, type Processes } from './runners/processes.ts';

export interface ModelRecord extends CreateModelInput {
  readonly ModelArn: string;
  readonly CreationTime: Date;
}

export interface SageMakerOptions {
  /** Where virtual environments are kept between runs. @default LOCAL_CLOUD_RUNNERS_DIR or ~/.cache/local-cloud/runners */
  readonly runnersDirectory?: string;
  /** Chooses variants and captured requests; 0 <= random() < 1. @default Math.random */
  readonly random?: () => number;
}

/** Records are what Describe answers; they are replaced, never changed in place. */
export interface SageMaker {
  readonly cloud: Cloud;
  readonly runnersDirectory: string;
  readonly trainingJobs: Collection<DescribeTrainingJobResponse>;
  readonly transformJobs: Collection<DescribeTransformJobResponse>;
  readonly processingJobs: Collection<DescribeProcessingJobResponse>;
  readonly tuningJobs: Collection<DescribeHyperParameterTuningJobResponse>;
  readonly models: Collection<ModelRecord>;
  readonly endpointConfigs: Collection<DescribeEndpointConfigOutput>;
  readonly endpoints: Collection<EndpointRecord>;
  readonly packageGroups: Collection<DescribeModelPackageGroupOutput>;
  readonly packages: Collection<DescribeModelPackageOutput>;
  /** Highest version ever given in a group, by group name: versions are not used again. */
  readonly packageVersions: Collection<number>;
  /** ARN made for a request, by group and client token: the same request again is the same package. */
  readonly packageTokens: Collection<string>;
  /** Artifacts, actions and contexts, by ARN. */
  readonly lineage: Collection<LineageEntity>;
  /** By the ARNs of source and destination. */
  readonly associations: Collection<AssociationRecord>;
  /** By ARN. */
  readonly tags: Collection<readonly Tag[]>;
  readonly processes: Processes;
  readonly capacity: Capacity;
  /** What training jobs of tuning jobs have printed of their metrics, by ARN, in order. */
  readonly reportedMetrics: Map<string, readonly MetricData[]>;
  /** Stop requests of running jobs, by ARN. */
  readonly running: Map<string, AbortController>;
  /** Serving processes, by endpoint name. */
  readonly fleets: Map<string, Fleet[]>;
  /** Asynchronous invocations that are accepted and not done, in the order of their arrival. */
  readonly asyncRequests: Collection<AsyncRequest>;
  readonly random: () => number;
}

/** Opens the service's state in the cloud's data directory. */
export function openSageMaker(cloud: Cloud, options: SageMakerOptions = {}): SageMaker {
  const open = <T>(name: string): Collection<T> => cloud.collection<T>('sagemaker', name);
  return {
    cloud,
    runnersDirectory: options.runnersDirectory ?? defaultRunnersDirectory(),
    trainingJobs: open('training-jobs'),
    transformJobs: open('transform-jobs'),
    processingJobs: open('processing-jobs'),
    tuningJobs: open('tuning-jobs'),
    models: open('models'),
    endpointConfigs: open('endpoint-configs'),
    endpoints: open('endpoints'),
    packageGroups: open('model-package-groups'),
    packages: open('model-packages'),
    packageVersions: open('model-package-versions'),
    packageTokens: open('model-package-tokens'),
    lineage: open('lineage-entities'),
    associations: open('lineage-associations'),
    tags: open('tags'),
    processes: createProcesses(),
    capacity: createCapacity(quotasOf(cloud)),
    reportedMetrics: new Map(),
    running: new Map(),
    fleets: new Map(),
    asyncRequests: open('async-requests'),
    random: options.random ?? Math.random,
  };
}
