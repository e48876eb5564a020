import { sagemakerEndpointCases } from './cases/sagemaker-endpoints.ts';
import { sagemakerLineageCases } from './cases/sagemaker-lineage.ts';
import { sagemakerModelCases } from './cases/sagemaker-models.ts';
import { sagemakerRegistryCases } from './cases/sagemaker-registry.ts';
import { sagemakerRuntimeCases } from './cases/sagemaker-runtime.ts';
import { runCases } from './run-cases.ts';

runCases(sagemakerModelCases);
runCases(sagemakerEndpointCases);
runCases(sagemakerRegistryCases);
runCases(sagemakerLineageCases);
runCases(sagemakerRuntimeCases);
