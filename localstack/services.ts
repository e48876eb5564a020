/** The services of the local cloud, each loaded when it is wanted. */
import type { Cloud } from './core/cloud.ts';
import type { Service } from './core/service.ts';

export type ServiceFactory = (cloud: Cloud) => Service;

/** By folder, in the order in which they start: what others call comes first. */
const LOADERS: Readonly<Record<string, () => Promise<ServiceFactory>>> = {
  iam: async () => (await import('./iam/index.ts')).createIamService,
  sts: async () => (await import('./sts/index.ts')).createStsService,
  kms: async () => (await import('./kms/index.ts')).createKmsService,
  ssm: async () => (await import('./ssm/index.ts')).createSsmService,
  logs: async () => (await import('./logs/index.ts')).createLogsService,
  s3: async () => (await import('./s3/index.ts')).createS3Service,
  dynamodb: async () => (await import('./dynamodb/index.ts')).createDynamodbService,
  sqs: async () => (await import('./sqs/index.ts')).createSqsService,
  sns: async () => (await import('./sns/index.ts')).createSnsService,
  lambda: async () => (await import('./lambda/index.ts')).createLambdaService,
  events: async () => (await import('./events/index.ts')).createEventBridgeService,
  scheduler: async () => (await import('./scheduler/index.ts')).createSchedulerService,
  stepfunctions: async () => (await import('./stepfunctions/index.ts')).createStepFunctionsService,
  cloudwatch: async () => (await import('./cloudwatch/index.ts')).createCloudWatchService,
  ecr: async () => (await import('./ecr/index.ts')).createEcrService,
  servicequotas: async () => (await import('./servicequotas/index.ts')).createServiceQuotasService,
  sagemaker: async () => (await import('./sagemaker/index.ts')).createSageMakerService,
  cloudformation: async () => (await import('./cloudformation/index.ts')).createCloudFormationService,
  cloudcontrol: async () => (await import('./cloudcontrol/index.ts')).createCloudControlService,
};

/** The factories of the services in `folders`, all by default. @throws Error for a folder that is none */
export async function loadServices(
  folders: readonly string[] = Object.keys(LOADERS),
): Promise<ServiceFactory[]> {
  const unknown = folders.find((folder) => !Object.hasOwn(LOADERS, folder));
  if (unknown !== undefined)
    throw new Error(`no service ${unknown}; there are ${Object.keys(LOADERS).join(', ')}`);
  const wanted = Object.entries(LOADERS).filter(([folder]) => folders.includes(folder));
  return Promise.all(wanted.map(([, load]) => load()));
}
