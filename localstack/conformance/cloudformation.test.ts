import { cloudFormationChangeSetCases } from './cases/cloudformation-change-sets.ts';
import { cloudFormationListCases } from './cases/cloudformation-lists.ts';
import { cloudFormationRefusalCases, cloudFormationStackCases } from './cases/cloudformation-stacks.ts';
import { runCases } from './run-cases.ts';

runCases(cloudFormationStackCases);
runCases(cloudFormationRefusalCases);
runCases(cloudFormationChangeSetCases);
runCases(cloudFormationListCases);
