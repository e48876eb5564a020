import { kmsKeyCases } from './cases/kms-keys.ts';
import { kmsUseCases } from './cases/kms-use.ts';
import { runCases } from './run-cases.ts';

runCases(kmsKeyCases);
runCases(kmsUseCases);
