import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTrainingJobCommand, ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { invoke, uploadFiles } from '../../console/client/actions.ts';
import { getChampion, getController, listRuns } from '../../console/client/catalog.ts';
import type { LocalStage } from '../helpers/local-stage.ts';
import { writeRegionCsv } from '../helpers/region-rows.ts';
import { audited, counts, decisionsOn, endpoint, isLocked, newestRun, rest } from '../helpers/watch.ts';

/** A script that fails and its repair. Leaves dataset version 5 and model version 4. */
export function describeFailures(stageOf: () => LocalStage): void {
  describe('a training script that exits with an error', () => {
    it("fails the run with SageMaker's reason and touches nothing else", async () => {
      const stage = stageOf();
      const { connection } = stage;
      const champion = await getChampion(connection);
      const file = writeRegionCsv(stage.path('raises.csv'), { seed: 5, marker: 'RAISES' });
      await uploadFiles(connection, [file]);
      await rest(stage);

      const run = await newestRun(stage);
      expect(run).toMatchObject({ status: 'Failed', datasetVersion: 5 });
      const { TrainingJobSummaries = [] } = await connection.sagemaker.send(
        new ListTrainingJobsCommand({ StatusEquals: 'Failed' }),
      );
      expect(TrainingJobSummaries).toHaveLength(1);
      const { FailureReason } = await connection.sagemaker.send(
        new DescribeTrainingJobCommand({ TrainingJobName: TrainingJobSummaries[0]!.TrainingJobName }),
      );
      expect(FailureReason).toMatch(/^AlgorithmError: /);
      expect(FailureReason).toContain('region RAISES has no rate in this trainer');
      expect(run.failureReason).toBe(FailureReason);
      const finished = (await audited(stage, 'RunFinished')).filter(({ detail }) => detail.run === run.run);
      expect(finished.map(({ detail }) => detail)).toEqual([
        expect.objectContaining({ status: 'Failed', reason: FailureReason }),
      ]);

      expect(await isLocked(stage)).toBe(false);
      expect((await getController(connection))!.pending).toEqual([]);
      expect(await getChampion(connection)).toEqual(champion);
      expect((await endpoint(stage)).EndpointStatus).toBe('InService');
      expect((await invoke(connection, 'north,0.5\n')).probabilities).toHaveLength(1);
    });
  });

  describe('a deployment', () => {
    it('of a repaired trainer trains again', async () => {
      const stage = stageOf();
      const before = await counts(stage);
      const script = join(stage.trainer, 'train.py');
      writeFileSync(script, readFileSync(script, 'utf8').replace('== "RAISES"', '== "NOWHERE"'));
      await stage.synth();
      const { stdout } = await stage.diff();
      expect(stdout).toContain('Number of stacks with differences: 1');
      expect(stdout).toContain('CodeKey');
      await stage.deploy();
      await rest(stage);

      const [run, failed] = await listRuns(stage.connection);
      expect(run).toMatchObject({ status: 'Registered', datasetVersion: 5, request: { kind: 'code' } });
      expect(run!.codeDigest).not.toBe(failed!.codeDigest);
      expect(await counts(stage)).toEqual({ ...before, runs: before.runs + 1 });
      expect((await endpoint(stage)).EndpointConfigName).toMatch(/-v4-a1$/);
    });

    it('of nothing new changes nothing, and cdk diff says so', async () => {
      const stage = stageOf();
      const before = await counts(stage);
      const events = (await audited(stage, 'CodeChanged')).length;
      await stage.deploy();
      await rest(stage);
      expect(await counts(stage)).toEqual(before);
      expect(await audited(stage, 'CodeChanged')).toHaveLength(events);
      expect((await stage.diff()).stdout).toContain('Number of stacks with differences: 0');
    });
  });

  describe('a model that answers differently than it was evaluated', () => {
    it('is rolled back, and the champion stays', async () => {
      const stage = stageOf();
      const { connection } = stage;
      const champion = await getChampion(connection);
      const file = writeRegionCsv(stage.path('drifts.csv'), { seed: 6, marker: 'DRIFTS' });
      await uploadFiles(connection, [file]);
      await rest(stage);

      const run = await newestRun(stage);
      expect(run).toMatchObject({ status: 'Registered', datasetVersion: 6, modelVersion: 5 });
      const [failure, ...more] = await audited(stage, 'RolloutFailed');
      expect(more).toEqual([]);
      expect(failure!.detail.modelVersion).toBe(5);
      expect(failure!.detail.reason).toMatch(/^the smoke test failed: .* beyond the tolerance of 0\.0001; /);
      expect(failure!.detail.reason).toContain(connection.names.alarm(connection.project, 'smoke-test'));
      expect(await decisionsOn(stage, 'model version 5')).toContainEqual(
        expect.objectContaining({
          kind: 'rollout',
          judgement: expect.objectContaining({ verdict: 'FAIL' }),
        }),
      );
      expect(await getChampion(connection)).toEqual(champion);
      const live = await endpoint(stage);
      expect(live.EndpointStatus).toBe('InService');
      expect(live.EndpointConfigName).toBe(champion!.endpointConfigName);
    });
  });
}
