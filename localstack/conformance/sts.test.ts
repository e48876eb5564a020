import { stsCases } from './cases/sts.ts';
import { runCases } from './run-cases.ts';

runCases(stsCases);
