import { rmSync, writeFileSync } from 'node:fs';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadFiles } from '../../console/client/actions.ts';
import {
  getController,
  listDecisions,
  listRuns,
  listUploads,
  listVersions,
} from '../../console/client/catalog.ts';
import { type EventTap, tapEvents } from '../helpers/event-tap.ts';
import type { LocalStage } from '../helpers/local-stage.ts';
import { writeRegionCsv } from '../helpers/region-rows.ts';
import { audited, counts, endpoint, isLocked, newestRun, rest, soon } from '../helpers/watch.ts';

/** What arrives during a run, and what arrives twice. Leaves dataset version 4 and, trained on it, model version 3. */
export function describeOneRunAtATime(stageOf: () => LocalStage): void {
  let tap: EventTap;
  beforeAll(async () => {
    tap = await tapEvents({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { object: { key: [{ prefix: 'incoming/more-' }] } },
    });
  });
  afterAll(() => tap.remove());

  describe('while a run is in progress', () => {
    let first: string;

    beforeAll(async () => {
      const stage = stageOf();
      writeFileSync(stage.hold, '');
      // GIVEN a run that a person asked for, which waits in its training job
      const { stdout } = await stage.driftless('runs', '--start', 'a person wants one', '--json');
      const { requestId } = JSON.parse(stdout) as { requestId: string };
      const run = await soon('the training job', async () => {
        const run = await newestRun(stage);
        return run.request.id.includes(requestId) && run.trainingJobName ? run : undefined;
      });
      expect(run).toMatchObject({ status: 'InProgress', request: { kind: 'manual' } });
      first = run.run;
    }, 60_000);

    it('its own dataset version holds the labelled rows', async () => {
      const [version] = await listVersions(stageOf().connection);
      expect(version).toMatchObject({ version: 2, rows: 1500 + 301, source: { kind: 'labels', run: first } });
    });

    it('uploads wait for the lock, with the reason', async () => {
      const stage = stageOf();
      const before = await counts(stage);
      for (const version of [3, 4]) {
        const file = writeRegionCsv(stage.path(`more-${version}.csv`), { seed: version });
        await uploadFiles(stage.connection, [file]);
        const pending = await soon(`version ${version} to wait`, async () => {
          const { pending = [] } = (await getController(stage.connection)) ?? {};
          const waits = pending.some((request) => request.reason === `dataset version ${version}`);
          return waits ? pending : undefined;
        });
        expect(pending.at(-1)).toMatchObject({ kind: 'dataset', guard: 'run-lock' });
      }
      expect(await counts(stage)).toEqual({ versions: 4, runs: before.runs });
      expect((await getController(stage.connection))!.lock!.run).toBe(first);
    });

    it('one run follows them, on the newest version', async () => {
      const stage = stageOf();
      const before = await counts(stage);
      rmSync(stage.hold);
      await rest(stage);

      const [run, held] = await listRuns(stage.connection);
      expect(held).toMatchObject({ run: first, status: 'Registered', datasetVersion: 2 });
      expect(run).toMatchObject({ status: 'Registered', datasetVersion: 4, request: { kind: 'dataset' } });
      expect(run!.startedAt >= held!.finishedAt!).toBe(true);
      expect(await counts(stage)).toEqual({ versions: 4, runs: before.runs + 1 });
      expect(await getController(stage.connection)).toMatchObject({ pending: [] });
      expect(await isLocked(stage)).toBe(false);
      expect((await endpoint(stage)).EndpointConfigName).toMatch(/-v3-a1$/);
    });
  });

  describe('an event that is delivered twice', () => {
    it('changes nothing', async () => {
      const stage = stageOf();
      const { connection } = stage;
      const before = { ...(await counts(stage)), uploads: (await listUploads(connection)).length };
      const decisions = (await listDecisions(connection)).length;
      const events = [
        ...(await audited(stage, 'DatasetVersioned')),
        ...(await audited(stage, 'RunRequested')),
        ...(await audited(stage, 'RunFinished')),
      ];
      expect(events.length).toBeGreaterThan(5);
      const { FailedEntryCount } = await connection.events.send(
        new PutEventsCommand({
          Entries: events.slice(0, 10).map((event) => ({
            EventBusName: connection.names.bus(),
            Source: event.source,
            DetailType: event['detail-type'],
            Detail: JSON.stringify(event.detail),
          })),
        }),
      );
      expect(FailedEntryCount).toBe(0);
      await rest(stage);
      expect({ ...(await counts(stage)), uploads: (await listUploads(connection)).length }).toEqual(before);
      expect(await listDecisions(connection)).toHaveLength(decisions);
    });

    it('changes nothing either when it tells of an upload', async () => {
      const stage = stageOf();
      const { connection } = stage;
      const before = await counts(stage);
      const delivered = await tap.take();
      expect(delivered).toHaveLength(2);
      const lambda = new LambdaClient({});
      for (const Payload of delivered) {
        // nobody but S3 may put an event of source aws.s3 on the bus: delivered to the function as the rule does
        const { FunctionError } = await lambda.send(
          new InvokeCommand({ FunctionName: connection.names.function('receive-upload'), Payload }),
        );
        expect(FunctionError).toBeUndefined();
      }
      await rest(stage);
      expect(await counts(stage)).toEqual(before);
    });
  });
}
