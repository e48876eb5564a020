/** Search, over training jobs by the values of their members: the SageMaker Python SDK finds a model's job by it. */
import type {
  DescribeTrainingJobResponse,
  Filter,
  SearchRequest,
  SearchResponse,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { supportOnly, validationError } from '../constraints.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';

/** What a training job can be searched by, of AWS's list. */
const PROPERTIES: readonly string[] = [
  ...['TrainingJobName', 'TrainingJobArn', 'TrainingJobStatus', 'SecondaryStatus', 'TuningJobArn', 'RoleArn'],
  ...['ModelArtifacts.S3ModelArtifacts', 'AlgorithmSpecification.TrainingImage', 'FailureReason'],
  ...['OutputDataConfig.S3OutputPath', 'ResourceConfig.InstanceType'],
];

export function search(sagemaker: SageMaker, input: SearchRequest): SearchResponse {
  const { Resource, SearchExpression: expression } = input;
  if (Resource !== 'TrainingJob') {
    throw new NotImplementedByLocalCloud(`sagemaker Search of Resource ${Resource}`);
  }
  const members = ['Resource', 'SearchExpression', 'SortBy', 'SortOrder', 'NextToken', 'MaxResults'];
  supportOnly('Search', input, members);
  supportOnly('Search SearchExpression', expression, ['Filters', 'Operator']);
  if (input.SortBy !== undefined && input.SortBy !== 'CreationTime') {
    throw new NotImplementedByLocalCloud(`sagemaker Search SortBy ${input.SortBy}`);
  }
  const filters = (expression?.Filters ?? []).map(compile);
  const matches = (job: DescribeTrainingJobResponse) =>
    expression?.Operator === 'Or' && filters.length > 0
      ? filters.some((passes) => passes(job))
      : filters.every((passes) => passes(job));
  const found = sagemaker.trainingJobs
    .values()
    .filter(matches)
    .map((job) => {
      const TrainingJob = { ...job, Tags: [...(sagemaker.tags.get(job.TrainingJobArn!) ?? [])] };
      return { name: job.TrainingJobName!, created: job.CreationTime!, summary: { TrainingJob } };
    });
  const { summaries, NextToken } = listPage(found, { ...input, SortOrder: input.SortOrder ?? 'Descending' });
  return { Results: summaries, ...(NextToken ? { NextToken } : {}) };
}

function compile({ Name = '', Operator = 'Equals', Value }: Filter): (job: object) => boolean {
  if (!PROPERTIES.includes(Name)) throw validationError(`Unknown property name: ${Name}`);
  const textOf = (job: object): string | undefined => {
    const value = Name.split('.').reduce<unknown>(
      (each, name) => (each as Record<string, unknown>)?.[name],
      job,
    );
    return typeof value === 'string' ? value : undefined;
  };
  switch (Operator) {
    case 'Equals':
      return (job) => textOf(job) === Value;
    case 'NotEquals':
      return (job) => textOf(job) !== Value;
    case 'Contains':
      return (job) => textOf(job)?.includes(Value ?? '') ?? false;
    case 'Exists':
      return (job) => textOf(job) !== undefined;
    case 'NotExists':
      return (job) => textOf(job) === undefined;
    default:
      throw new NotImplementedByLocalCloud(`sagemaker Search Operator ${Operator}`);
  }
}
