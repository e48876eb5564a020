import { lambdaFunctionCases } from './cases/lambda-functions.ts';
import { lambdaMappingCases } from './cases/lambda-mappings.ts';
import { lambdaSettingCases } from './cases/lambda-settings.ts';
import { lambdaVersionCases } from './cases/lambda-versions.ts';
import { runCases } from './run-cases.ts';

for (const cases of [lambdaFunctionCases, lambdaVersionCases, lambdaSettingCases, lambdaMappingCases]) {
  runCases(cases);
}
