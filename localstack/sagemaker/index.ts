/** SageMaker: training, processing, tuning, transform, models, endpoints that serve, registry, lineage, and the runtime's InvokeEndpoint. */
import type { Cloud } from '../core/cloud.ts';
import type { Operation, Service } from '../core/service.ts';
import { capacityOrder } from './capacity.ts';
import { createAsyncQueue } from './endpoints/async-queue.ts';
import { createDataCapture } from './endpoints/capture.ts';
import {
  createEndpointConfig,
  deleteEndpointConfig,
  describeEndpointConfig,
  listEndpointConfigs,
} from './endpoints/endpoint-configs.ts';
import { createEndpointMetrics } from './endpoints/endpoint-metrics.ts';
import {
  createEndpoint,
  deleteEndpoint,
  describeEndpoint,
  listEndpoints,
  resumeEndpoints,
} from './endpoints/endpoints.ts';
import { createInstanceMetrics } from './endpoints/instance-metrics.ts';
import { invokeEndpoint } from './endpoints/invoke-endpoint.ts';
import { invokeEndpointAsync } from './endpoints/invoke-endpoint-async.ts';
import { updateEndpoint } from './endpoints/update-endpoint.ts';
import { updateEndpointWeightsAndCapacities } from './endpoints/update-weights.ts';
import { accessRequests } from './iam.ts';
import { createAction, deleteAction, describeAction, listActions } from './lineage/actions.ts';
import { createArtifact, deleteArtifact, describeArtifact, listArtifacts } from './lineage/artifacts.ts';
import { addAssociation, deleteAssociation, listAssociations } from './lineage/associations.ts';
import { createContext, deleteContext, describeContext, listContexts } from './lineage/contexts.ts';
import { queryLineage } from './lineage/query-lineage.ts';
import { createModel, deleteModel, describeModel, listModels } from './models/models.ts';
import { createProcessingJob } from './processing/create-processing-job.ts';
import {
  describeProcessingJob,
  failInterruptedProcessingJobs,
  listProcessingJobs,
  stopProcessingJob,
} from './processing/processing-jobs.ts';
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
import { search } from './search/search.ts';
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
import { createTuningJob } from './tuning/create-tuning-job.ts';
import {
  describeTuningJob,
  failInterruptedTuningJobs,
  listTrainingJobsOfTuningJob,
  listTuningJobs,
  stopTuningJob,
} from './tuning/tuning-jobs.ts';

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
  CreateProcessingJob: createProcessingJob,
  DescribeProcessingJob: describeProcessingJob,
  ListProcessingJobs: listProcessingJobs,
  StopProcessingJob: stopProcessingJob,
  CreateHyperParameterTuningJob: createTuningJob,
  DescribeHyperParameterTuningJob: describeTuningJob,
  ListHyperParameterTuningJobs: listTuningJobs,
  ListTrainingJobsForHyperParameterTuningJob: listTrainingJobsOfTuningJob,
  StopHyperParameterTuningJob: stopTuningJob,
  Search: search,
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
  CreateArtifact: createArtifact,
  DescribeArtifact: describeArtifact,
  ListArtifacts: listArtifacts,
  DeleteArtifact: deleteArtifact,
  CreateAction: createAction,
  DescribeAction: describeAction,
  ListActions: listActions,
  DeleteAction: deleteAction,
  CreateContext: createContext,
  DescribeContext: describeContext,
  ListContexts: listContexts,
  DeleteContext: deleteContext,
  AddAssociation: addAssociation,
  DeleteAssociation: deleteAssociation,
  ListAssociations: listAssociations,
  QueryLineage: queryLineage,
};

function failInterruptedJobs(sagemaker: SageMaker): void {
  failInterruptedTuningJobs(sagemaker);
  failInterruptedTrainingJobs(sagemaker);
  failInterruptedTransformJobs(sagemaker);
  failInterruptedProcessingJobs(sagemaker);
}

/** The service under its signing name `sagemaker`: control plane and runtime. */
export function createSageMakerService(cloud: Cloud, options: SageMakerOptions = {}): Service {
  const sagemaker = openSageMaker(cloud, options);
  const capture = createDataCapture(sagemaker);
  const metrics = createEndpointMetrics(sagemaker);
  const instanceMetrics = createInstanceMetrics(sagemaker);
  const context = { sagemaker, capture, metrics, instanceMetrics };
  const queue = createAsyncQueue(context);
  const operations: Record<string, Operation> = {
    InvokeEndpoint: (input, call) => invokeEndpoint(context, input, call),
    InvokeEndpointAsync: (input, call) => invokeEndpointAsync({ sagemaker, queue }, input, call),
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
        tagsOf: (arn) => sagemaker.tags.get(arn) ?? [],
      }),
    control: (name, order) => capacityOrder(sagemaker.capacity, name, order),
    async start() {
      failInterruptedJobs(sagemaker);
      resumeEndpoints(sagemaker);
      queue.resume();
    },
    async stop() {
      queue.stop();
      await Promise.all([capture.flush(), metrics.flush()]);
      // said before their processes end, so that a job's own end finds it over
      failInterruptedJobs(sagemaker);
      await Promise.all([...sagemaker.fleets.values()].flat().map((fleet) => fleet.stop()));
      await sagemaker.processes.stopAll(STOP_GRACE_MS);
    },
  };
}
