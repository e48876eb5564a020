/** The CreateModelPackage request: the model, how to serve it, and its evidence. Pure. */
import type { CreateModelPackageInput } from '@aws-sdk/client-sagemaker';
import type { Evaluation } from '../evaluation/contract.ts';
import { sha256 } from '../shared/digest.ts';
import { baselineKey, evaluationKey, s3Uri } from '../shared/keys.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { RegisterModelInput } from '../training/contract.ts';

/** SageMaker takes 1 to 36 letters, digits and hyphens. */
const TOKEN_LENGTH = 36;
const JSON_TYPE = 'application/json';

/** Who reads a version in the registry alone finds its run, data, code, settings and the number that counted. */
function customerMetadata(
  { run, dataset }: RegisterModelInput,
  evaluation: Evaluation,
): Record<string, string> {
  const { primaryMetric, challenger } = evaluation;
  const estimate = challenger.metrics[primaryMetric];
  return {
    run: run.run,
    datasetVersion: String(dataset.version),
    datasetDigest: dataset.digest,
    codeDigest: run.codeDigest,
    settingsDigest: run.settingsDigest,
    primaryMetric,
    ...(estimate && { primaryMetricValue: String(estimate.value) }),
  };
}

/**
 * Always `PendingManualApproval`: approval is a step of its own. The client token makes a repeated call give the
 * version that the first one made.
 */
export function modelPackage(
  settings: ProjectSettings,
  input: RegisterModelInput,
  evaluation: Evaluation,
): CreateModelPackageInput {
  const { run, dataset, trainingJobName, modelDataUrl, image, environment } = input;
  const { dataBucket, trainer, serving } = settings;
  const evidence = (key: string) => ({ ContentType: JSON_TYPE, S3Uri: s3Uri(dataBucket, key) });
  return {
    ModelPackageGroupName: settings.modelPackageGroup,
    ModelPackageDescription:
      `Run ${run.run} on dataset version ${dataset.version}: ${run.request.reason}`.slice(0, 1024),
    ModelApprovalStatus: 'PendingManualApproval',
    ClientToken: sha256(`${settings.stage} ${run.run}`).slice(0, TOKEN_LENGTH),
    InferenceSpecification: {
      Containers: [
        {
          Image: image,
          ModelDataUrl: modelDataUrl,
          Environment: { ...environment },
          Framework: trainer.framework.toUpperCase(),
          FrameworkVersion: trainer.frameworkVersion,
        },
      ],
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: ['text/csv'],
      SupportedRealtimeInferenceInstanceTypes: [serving.instanceType as never],
      SupportedTransformInstanceTypes: [trainer.instanceType as never],
    },
    ModelMetrics: { ModelQuality: { Statistics: evidence(evaluationKey(run.run)) } },
    DriftCheckBaselines: { ModelDataQuality: { Statistics: evidence(baselineKey(run.run)) } },
    CustomerMetadataProperties: customerMetadata(input, evaluation),
    MetadataProperties: {
      ProjectId: settings.project,
      CommitId: run.codeDigest,
      GeneratedBy: trainingJobName,
    },
  };
}
