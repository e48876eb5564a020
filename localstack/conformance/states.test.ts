import { statesExecutionCases } from './cases/states-executions.ts';
import { statesMachineCases } from './cases/states-machines.ts';
import { statesRunCases } from './cases/states-runs.ts';
import { runCases } from './run-cases.ts';

runCases(statesMachineCases);
runCases(statesExecutionCases);
runCases(statesRunCases);
