import { ecrCases } from './cases/ecr.ts';
import { runCases } from './run-cases.ts';

runCases(ecrCases);
