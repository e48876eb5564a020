import { eventsArchivesCases } from './cases/events-archives.ts';
import { eventsBusesCases } from './cases/events-buses.ts';
import { eventsRulesCases } from './cases/events-rules.ts';
import { runCases } from './run-cases.ts';

runCases(eventsBusesCases);
runCases(eventsRulesCases);
runCases(eventsArchivesCases);
