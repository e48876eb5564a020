/** SageMaker: training, transform, models, endpoints that serve, registry, and the runtime's InvokeEndpoint. */
import type { Cloud } from '../core/cloud.ts';
import type { Operation, Service } from '../core/service.ts';
import { createDataCapture } from './endpoints/capture.ts';
import {
  createEndpointConfig,
  deleteEndpointConfig,
  describeEndpointConfig,
  listEndpointConfigs,
} from './endpoints/endpoint-configs.ts';
import {
  createEndpoint,
  deleteEndpoint,
  describeEndpoint,
  listEndpoints,
  resumeEndpoints,
} from './endpoints/endpoints.ts';
import { createInvocationMetrics } from './endpoints/invocation-metrics.ts';
import { invokeEndpoint } from './endpoints/invoke-endpoint.ts';
import { updateEndpoint, updateEndpointWeightsAndCapacities } from './endpoints/update-endpoint.ts';
import { accessRequests } from './iam.ts';
import { createModel, deleteModel, describeModel, listModels } from './models/models.ts';
import {
  createModelPackageGroup,
  deleteModelPackageGroup,
  describeModelPackageGroup,
  listModelPackageGroups,
} from './registry/groups.ts';
import {
  createModelPackage,
  deleteModelPackage,
  describeModelPackage,
  listModelPackages,
} from './registry/packages.ts';
import { updateModelPackage } from './registry/update-package.ts';
import { openSageMaker, type SageMaker, type SageMakerOptions } from './sagemaker.ts';
import { addTags, deleteTags, listTags } from './tags.ts';
import { createTrainingJob } from './training/create-training-job.ts';
import {
  deleteTrainingJob,
  describeTrainingJob,
  failInterruptedTrainingJobs,
  listTrainingJobs,
  stopTrainingJob,
} from './training/training-jobs.ts';
import { createTransformJob } from './transform/create-transform-job.ts';
import {
  describeTransformJob,
  failInterruptedTransformJobs,
  listTransformJobs,
  stopTransformJob,
} from './transform/transform-jobs.ts';

const STOP_GRACE_MS = 2_000;

// biome-ignore lint/suspicious/noExplicitAny: as Operation
type Handler = (sagemaker: SageMaker, ...args: Parameters<Operation<any>>) => unknown;

const HANDLERS: Readonly<Record<string, Handler>> = {
  AddTags: addTags,
  ListTags: listTags,
  DeleteTags: deleteTags,
  CreateTrainingJob: createTrainingJob,
  DescribeTrainingJob: describeTrainingJob,
  ListTrainingJobs: listTrainingJobs,
  StopTrainingJob: stopTrainingJob,
  DeleteTrainingJob: deleteTrainingJob,
  CreateTransformJob: createTransformJob,
  DescribeTransformJob: describeTransformJob,
  ListTransformJobs: listTransformJobs,
  StopTransformJob: stopTransformJob,
  CreateModel: createModel,
  DescribeModel: describeModel,
  ListModels: listModels,
  DeleteModel: deleteModel,
  CreateEndpointConfig: createEndpointConfig,
  DescribeEndpointConfig: describeEndpointConfig,
  ListEndpointConfigs: listEndpointConfigs,
  DeleteEndpointConfig: deleteEndpointConfig,
  CreateEndpoint: createEndpoint,
  DescribeEndpoint: describeEndpoint,
  ListEndpoints: listEndpoints,
  DeleteEndpoint: deleteEndpoint,
  UpdateEndpoint: updateEndpoint,
  UpdateEndpointWeightsAndCapacities: updateEndpointWeightsAndCapacities,
  CreateModelPackageGroup: createModelPackageGroup,
  DescribeModelPackageGroup: describeModelPackageGroup,
  ListModelPackageGroups: listModelPackageGroups,
  DeleteModelPackageGroup: deleteModelPackageGroup,
  CreateModelPackage: createModelPackage,
  DescribeModelPackage: describeModelPackage,
  ListModelPackages: listModelPackages,
  UpdateModelPackage: updateModelPackage,
  DeleteModelPackage: deleteModelPackage,
};

/** The service under its signing name `sagemaker`: control plane and runtime. */
export function createSageMakerService(cloud: Cloud, options: SageMakerOptions = {}): Service {
  const sagemaker = openSageMaker(cloud, options);
  const capture = createDataCapture(sagemaker);
  const metrics = createInvocationMetrics(sagemaker);
  const operations: Record<string, Operation> = {
    InvokeEndpoint: (input, call) => invokeEndpoint({ sagemaker, capture, metrics }, input, call),
  };
  for (const [name, handler] of Object.entries(HANDLERS)) {
    operations[name] = async (input, call) => handler(sagemaker, input, call);
  }
  return {
    name: 'sagemaker',
    operations,
    authorize: (operation, input, call) =>
      accessRequests(operation, input, {
        call,
        nextVersion: (group) => (sagemaker.packageVersions.get(group) ?? 0) + 1,
      }),
    async start() {
      failInterruptedTrainingJobs(sagemaker);
      failInterruptedTransformJobs(sagemaker);
      resumeEndpoints(sagemaker);
    },
    async stop() {
      await Promise.all([capture.flush(), metrics.flush()]);
      // said before their processes end, so that a job's own end finds it over
      failInterruptedTrainingJobs(sagemaker);
      failInterruptedTransformJobs(sagemaker);
      await Promise.all([...sagemaker.fleets.values()].flat().map((fleet) => fleet.stop()));
      await sagemaker.processes.stopAll(STOP_GRACE_MS);
    },
  };
}
