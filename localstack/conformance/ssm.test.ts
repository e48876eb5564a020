import { ssmCases } from './cases/ssm.ts';
import { ssmTagCases } from './cases/ssm-tags.ts';
import { runCases } from './run-cases.ts';

runCases(ssmCases);
runCases(ssmTagCases);
