import { sqsMessageCases } from './cases/sqs-messages.ts';
import { sqsQueueCases } from './cases/sqs-queues.ts';
import { runCases } from './run-cases.ts';

for (const cases of [sqsQueueCases, sqsMessageCases]) runCases(cases);
