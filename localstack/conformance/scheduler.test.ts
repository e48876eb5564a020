import { schedulerCases } from './cases/scheduler.ts';
import { runCases } from './run-cases.ts';

runCases(schedulerCases);
