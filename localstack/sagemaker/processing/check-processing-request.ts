/** What AWS refuses of a processing request by itself, and what this cloud refuses of it by name. */
import type {
  CreateProcessingJobRequest,
  ProcessingInput,
  ProcessingOutput,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { sdkValues } from '../../core/sdk-values.ts';
import { Constraints, supportOnly } from '../constraints.ts';
import { ENTITY_NAME, ENVIRONMENT_KEY, ROLE_ARN, S3_URI } from '../names.ts';
import { findRunner } from '../runners/images.ts';
import { checkTags } from '../tags.ts';
import { refuseVolumeKey } from '../volume-key.ts';

const OPERATION = 'CreateProcessingJob';
const LONGEST_RUNTIME_SECONDS = 777_600;
const ROOT = '/opt/ml/processing/';

/** @throws AwsError ValidationException, NotImplementedByLocalCloud */
export function checkProcessingRequest(input: CreateProcessingJobRequest): void {
  const constraints = new Constraints();
  constraints.name(input.ProcessingJobName, 'processingJobName', ENTITY_NAME);
  constraints.required(input.RoleArn, 'roleArn').length(input.RoleArn, 'roleArn', [20, 2048]);
  constraints.pattern(input.RoleArn, 'roleArn', ROLE_ARN);
  checkApplication(constraints, input);
  const cluster = input.ProcessingResources?.ClusterConfig;
  const path = 'processingResources.clusterConfig';
  constraints.required(cluster?.InstanceType, `${path}.instanceType`);
  constraints.oneOf(
    cluster?.InstanceType,
    `${path}.instanceType`,
    sdkValues('sagemaker', 'ProcessingInstanceType'),
  );
  constraints.range(cluster?.InstanceCount, `${path}.instanceCount`, [1, 100]);
  constraints.range(cluster?.VolumeSizeInGB, `${path}.volumeSizeInGB`, [1, 16_384]);
  const seconds = input.StoppingCondition?.MaxRuntimeInSeconds;
  constraints.range(seconds, 'stoppingCondition.maxRuntimeInSeconds', [1, LONGEST_RUNTIME_SECONDS]);
  constraints.length(input.ProcessingInputs, 'processingInputs', [0, 10]);
  constraints.length(input.ProcessingOutputConfig?.Outputs, 'processingOutputConfig.outputs', [0, 10]);
  for (const [index, { InputName, S3Input }] of (input.ProcessingInputs ?? []).entries()) {
    const at = `processingInputs.${index + 1}.member`;
    constraints.required(InputName, `${at}.inputName`);
    constraints.pattern(S3Input?.S3Uri, `${at}.s3Input.s3Uri`, S3_URI);
  }
  for (const [index, { OutputName, S3Output }] of (input.ProcessingOutputConfig?.Outputs ?? []).entries()) {
    const at = `processingOutputConfig.outputs.${index + 1}.member`;
    constraints.required(OutputName, `${at}.outputName`);
    constraints.pattern(S3Output?.S3Uri, `${at}.s3Output.s3Uri`, S3_URI);
    constraints.oneOf(S3Output?.S3UploadMode, `${at}.s3Output.s3UploadMode`, ['Continuous', 'EndOfJob']);
  }
  constraints.check();
  refuseVolumeKey('VolumeKmsKeyId', cluster?.InstanceType, cluster?.VolumeKmsKeyId);
  checkTags(input.Tags);
  refuseUnsupported(input);
}

function checkApplication(constraints: Constraints, input: CreateProcessingJobRequest): void {
  const { ImageUri, ContainerEntrypoint, ContainerArguments } = input.AppSpecification ?? {};
  constraints.required(ImageUri, 'appSpecification.imageUri');
  constraints.length(ImageUri, 'appSpecification.imageUri', [0, 255]);
  constraints.length(ContainerEntrypoint, 'appSpecification.containerEntrypoint', [1, 100]);
  constraints.length(ContainerArguments, 'appSpecification.containerArguments', [1, 100]);
  for (const text of [...(ContainerEntrypoint ?? []), ...(ContainerArguments ?? [])]) {
    constraints.length(text, 'appSpecification', [0, 256]);
  }
  const environment = Object.entries(input.Environment ?? {});
  constraints.length(environment, 'environment', [0, 100]);
  for (const [key, value] of environment) {
    constraints.length(key, 'environment.key', [0, 256]).pattern(key, 'environment.key', ENVIRONMENT_KEY);
    constraints.length(value, `environment.${key}.member`, [0, 256]);
  }
}

function refuse(what: string): never {
  throw new NotImplementedByLocalCloud(`sagemaker ${OPERATION} ${what}`);
}

function refuseUnsupported(input: CreateProcessingJobRequest): void {
  supportOnly(OPERATION, input, [
    ...['ProcessingJobName', 'ProcessingInputs', 'ProcessingOutputConfig', 'ProcessingResources', 'RoleArn'],
    ...['StoppingCondition', 'AppSpecification', 'Environment', 'NetworkConfig', 'Tags'],
  ]);
  const application = ['ImageUri', 'ContainerEntrypoint', 'ContainerArguments'];
  supportOnly(`${OPERATION} AppSpecification`, input.AppSpecification, application);
  const cluster = input.ProcessingResources?.ClusterConfig;
  const resources = ['InstanceCount', 'InstanceType', 'VolumeSizeInGB', 'VolumeKmsKeyId'];
  supportOnly(`${OPERATION} ClusterConfig`, cluster, resources);
  if (cluster?.InstanceCount !== 1) refuse('with InstanceCount other than 1');
  const isContainer = !findRunner(input.AppSpecification!.ImageUri!, 'processing');
  supportOnly(`${OPERATION} NetworkConfig`, input.NetworkConfig, [
    'EnableInterContainerTrafficEncryption',
    ...(isContainer || input.NetworkConfig?.EnableNetworkIsolation === false
      ? ['EnableNetworkIsolation']
      : []),
  ]);
  if (!isContainer && !input.AppSpecification?.ContainerEntrypoint) {
    refuse('of a framework image without ContainerEntrypoint');
  }
  for (const each of input.ProcessingInputs ?? []) refuseUnsupportedInput(each);
  for (const each of input.ProcessingOutputConfig?.Outputs ?? []) refuseUnsupportedOutput(each);
  const paths = (input.ProcessingInputs ?? []).map(({ S3Input }) => S3Input?.LocalPath);
  if (new Set(paths).size < paths.length) refuse('with two inputs of one LocalPath');
}

function refuseUnsupportedInput(input: ProcessingInput): void {
  const where = `${OPERATION} ProcessingInputs`;
  supportOnly(where, input, ['InputName', 'S3Input', ...(input.AppManaged === false ? ['AppManaged'] : [])]);
  const source = input.S3Input;
  supportOnly(`${where} S3Input`, source, [
    ...['S3Uri', 'LocalPath', 'S3DataType', 'S3InputMode', 'S3DataDistributionType', 'S3CompressionType'],
  ]);
  if (!source?.LocalPath?.startsWith(ROOT)) refuse(`S3Input LocalPath outside ${ROOT}`);
  if ((source.S3InputMode ?? 'File') !== 'File') refuse(`S3InputMode ${source.S3InputMode}`);
  if ((source.S3CompressionType ?? 'None') !== 'None')
    refuse(`S3CompressionType ${source.S3CompressionType}`);
}

function refuseUnsupportedOutput(output: ProcessingOutput): void {
  const where = `${OPERATION} ProcessingOutputConfig Outputs`;
  const own = ['OutputName', 'S3Output', ...(output.AppManaged === false ? ['AppManaged'] : [])];
  supportOnly(where, output, own);
  supportOnly(`${where} S3Output`, output.S3Output, ['S3Uri', 'LocalPath', 'S3UploadMode']);
  if (!output.S3Output?.LocalPath?.startsWith(ROOT)) refuse(`S3Output LocalPath outside ${ROOT}`);
}
