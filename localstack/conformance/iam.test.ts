import { iamPolicyCases } from './cases/iam-policies.ts';
import { iamRolePolicyCases } from './cases/iam-role-policies.ts';
import { iamRoleCases } from './cases/iam-roles.ts';
import { iamUserCases } from './cases/iam-users.ts';
import { runCases } from './run-cases.ts';

runCases(iamRoleCases);
runCases(iamRolePolicyCases);
runCases(iamPolicyCases);
runCases(iamUserCases);
