import { logsEventsCases } from './cases/logs-events.ts';
import { logsGroupsCases } from './cases/logs-groups.ts';
import { runCases } from './run-cases.ts';

runCases(logsGroupsCases);
runCases(logsEventsCases);
