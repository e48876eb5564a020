/** CreateProcessingJob: the checks that need the cloud, and the job that begins. */
import type {
  CreateProcessingJobRequest,
  CreateProcessingJobResponse,
  DescribeProcessingJobResponse,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { sagemakerArn } from '../names.ts';
import type { SageMaker } from '../sagemaker.ts';
import { putTags } from '../tags.ts';
import { checkProcessingRequest } from './check-processing-request.ts';
import { ENDED_PROCESSING, saveProcessingJob } from './processing-jobs.ts';
import { runProcessingJob } from './run-processing-job.ts';

const DEFAULT_RUNTIME_SECONDS = 86_400;

export function createProcessingJob(
  sagemaker: SageMaker,
  input: CreateProcessingJobRequest,
  call: Call,
): CreateProcessingJobResponse {
  checkProcessingRequest(input);
  const name = input.ProcessingJobName!;
  const arn = sagemakerArn(sagemaker.cloud, 'processing-job', name);
  if (sagemaker.processingJobs.has(name)) {
    const message =
      'Job name must be unique within an AWS account and region, and a job with this name already exists ' +
      `(${arn})`;
    throw new AwsError('ResourceInUse', message);
  }
  const role = assumeExecutionRole(sagemaker.cloud, input.RoleArn!, arn);
  admit(sagemaker, input);
  putTags(sagemaker, arn, input.Tags);
  saveProcessingJob(sagemaker, newJob(input, arn, call.now));
  sagemaker.cloud.background(`processing job ${name}`, () => runProcessingJob(sagemaker, name, role));
  return { ProcessingJobArn: arn };
}

function admit(sagemaker: SageMaker, input: CreateProcessingJobRequest): void {
  const { InstanceType, InstanceCount } = input.ProcessingResources!.ClusterConfig!;
  const inUse = sagemaker.processingJobs
    .values()
    .filter((job) => !ENDED_PROCESSING.includes(job.ProcessingJobStatus!))
    .map((job) => job.ProcessingResources!.ClusterConfig!)
    .filter((cluster) => cluster.InstanceType === InstanceType)
    .reduce((sum, cluster) => sum + (cluster.InstanceCount ?? 1), 0);
  sagemaker.capacity.admit({
    use: 'processing job',
    instanceType: InstanceType!,
    count: InstanceCount!,
    inUse,
  });
}

function newJob(input: CreateProcessingJobRequest, arn: string, now: Date): DescribeProcessingJobResponse {
  const { Tags: _tags, ...request } = input;
  return {
    ...request,
    ProcessingJobName: input.ProcessingJobName,
    ProcessingJobArn: arn,
    ProcessingJobStatus: 'InProgress',
    AppSpecification: input.AppSpecification,
    ProcessingResources: input.ProcessingResources,
    ProcessingInputs: input.ProcessingInputs?.map(({ S3Input, ...each }) => ({
      ...each,
      AppManaged: each.AppManaged ?? false,
      S3Input: {
        S3DataDistributionType: 'FullyReplicated',
        S3CompressionType: 'None',
        ...S3Input!,
      },
    })),
    ProcessingOutputConfig: input.ProcessingOutputConfig && {
      ...input.ProcessingOutputConfig,
      Outputs: input.ProcessingOutputConfig.Outputs?.map((each) => ({
        ...each,
        AppManaged: each.AppManaged ?? false,
      })),
    },
    StoppingCondition: { MaxRuntimeInSeconds: DEFAULT_RUNTIME_SECONDS, ...input.StoppingCondition },
    CreationTime: now,
    LastModifiedTime: now,
  };
}
