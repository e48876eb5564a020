import { snsSubscriptionCases } from './cases/sns-subscriptions.ts';
import { snsTopicCases } from './cases/sns-topics.ts';
import { runCases } from './run-cases.ts';

for (const cases of [snsTopicCases, snsSubscriptionCases]) runCases(cases);
