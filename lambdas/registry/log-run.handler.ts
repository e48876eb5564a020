/** A run has ended: it is logged to MLflow where its project asks for that. */
import * as z from 'zod/mini';
import { makeHandler } from '../shared/make-handler.ts';
import { type LogRunResult, logRun } from './mlflow/log-run.ts';

const finished = z.object({ detail: z.object({ project: z.string(), run: z.string() }) });

export const handler = makeHandler({
  name: 'log-run',
  event: finished,
  run: ({ detail: { project, run } }): Promise<LogRunResult> => logRun(project, run),
});
