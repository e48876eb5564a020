import { cloudControlCases } from './cases/cloudcontrol.ts';
import { runCases } from './run-cases.ts';

runCases(cloudControlCases);
