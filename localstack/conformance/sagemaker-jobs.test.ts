import { sagemakerProcessingCases } from './cases/sagemaker-processing.ts';
import { sagemakerTrainingCases } from './cases/sagemaker-training.ts';
import { sagemakerTransformCases } from './cases/sagemaker-transform.ts';
import { sagemakerTuningCases } from './cases/sagemaker-tuning.ts';
import { runCases } from './run-cases.ts';

runCases(sagemakerTrainingCases);
runCases(sagemakerTransformCases);
runCases(sagemakerProcessingCases);
runCases(sagemakerTuningCases);
