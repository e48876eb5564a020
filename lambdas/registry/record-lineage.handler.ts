/** A model version was registered or promoted: SageMaker's lineage is told where it comes from and where it serves. */
import * as z from 'zod/mini';
import { makeHandler } from '../shared/make-handler.ts';
import { type RecordLineageResult, recordLineage } from './lineage/record-lineage.ts';

const registeredOrPromoted = z.object({
  detail: z.object({
    project: z.string(),
    modelVersion: z.int(),
    /** Of a promotion. */
    endpointName: z.optional(z.string()),
  }),
});

export const handler = makeHandler({
  name: 'record-lineage',
  event: registeredOrPromoted,
  run: ({ detail }): Promise<RecordLineageResult> => recordLineage(detail),
});
