/** The CreateModelPackage request: the model, how to serve it, and its evidence. Pure. */
import type { CreateModelPackageInput } from '@aws-sdk/client-sagemaker';
import type { Baseline, Evaluation } from '../evaluation/contract.ts';
import { digestOf, sha256 } from '../shared/digest.ts';
import { baselineKey, modelQualityKey, s3Uri } from '../shared/keys.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { RegisterModelInput } from '../training/contract.ts';
import { type ModelCard, packageCard } from './model-card.ts';
import { packageProperties } from './package-properties.ts';
import { oneLine } from './plain-text.ts';

/** SageMaker takes 1 to 36 letters, digits and hyphens. */
const TOKEN_LENGTH = 36;
const JSON_TYPE = 'application/json';

/** What the run has written about the model. */
export interface Evidence {
  readonly evaluation: Evaluation;
  readonly baseline: Baseline;
  readonly card: ModelCard;
}

/**
 * Always `PendingManualApproval`: approval is a step of its own. The client token makes a repeated call give the
 * version that the first one made. `ModelMetrics` are what the model reached; `DriftCheckBaselines` what a monitor
 * compares with. The bias report is there only when facets were declared.
 */
export function modelPackage(
  settings: ProjectSettings,
  input: RegisterModelInput,
  { evaluation, baseline, card }: Evidence,
): CreateModelPackageInput {
  const { run, dataset, trainingJobName, modelDataUrl, image, environment } = input;
  const { dataBucket, trainer, serving } = settings;
  const evidence = (key: string) => ({ ContentType: JSON_TYPE, S3Uri: s3Uri(dataBucket, key) });
  const quality = {
    Statistics: evidence(modelQualityKey(run.run, 'statistics')),
    Constraints: evidence(modelQualityKey(run.run, 'constraints')),
  };
  // one report in Clarify's form holds the metrics before and after training
  const bias = evaluation.bias && evidence(evaluation.bias.report);
  return {
    ModelPackageGroupName: settings.modelPackageGroup,
    ModelPackageDescription: oneLine(
      `Run ${run.run} on dataset version ${dataset.version}: ${run.request.reason}`,
    ),
    ModelApprovalStatus: 'PendingManualApproval',
    ClientToken: sha256(`${settings.stage} ${run.run}`).slice(0, TOKEN_LENGTH),
    InferenceSpecification: {
      Containers: [
        {
          Image: image,
          ModelDataUrl: modelDataUrl,
          Environment: { ...environment },
          ...(trainer.kind === 'script'
            ? { Framework: trainer.framework.toUpperCase(), FrameworkVersion: trainer.frameworkVersion }
            : {}),
        },
      ],
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: [trainer.output?.contentType ?? 'text/csv'],
      SupportedRealtimeInferenceInstanceTypes: [serving.instanceType as never],
      SupportedTransformInstanceTypes: [trainer.instanceType as never],
    },
    ModelMetrics: {
      ModelQuality: quality,
      ...(bias && { Bias: { Report: bias, PreTrainingReport: bias, PostTrainingReport: bias } }),
    },
    DriftCheckBaselines: {
      ModelDataQuality: { Statistics: evidence(baselineKey(run.run)) },
      ModelQuality: quality,
      ...(bias && { Bias: { PreTrainingConstraints: bias, PostTrainingConstraints: bias } }),
    },
    CustomerMetadataProperties: packageProperties({
      input,
      evaluation,
      dataBucket,
      schemaDigest: digestOf(baseline.schema),
    }),
    MetadataProperties: {
      ProjectId: settings.project,
      CommitId: run.codeDigest,
      GeneratedBy: trainingJobName,
    },
    ModelCard: { ModelCardStatus: 'PendingReview', ModelCardContent: packageCard(card) },
  };
}
