/** Any domain event. */
import * as z from 'zod/mini';
import { ENV } from '../shared/contract.ts';
import { requireEnv } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { recordAudit } from './record-audit.ts';

const anyEvent = z.looseObject({ id: z.string(), time: z.string(), 'detail-type': z.string() });

export const handler = makeHandler({
  name: 'record-audit',
  event: anyEvent,
  run: (event) => recordAudit(requireEnv(ENV.auditBucket), event),
});
