import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, it } from 'vitest';
import { uploadFiles, uploadLabels } from '../../console/client/actions.ts';
import { getChampion, listUploads, listVersions, listWindows } from '../../console/client/catalog.ts';
import type { Manifest } from '../../lambdas/datasets/contract.ts';
import type { WindowReport } from '../../lambdas/monitoring/contract.ts';
import type { LocalStage } from '../helpers/local-stage.ts';
import { featuresOf, regionRows, writeRegionCsv } from '../helpers/region-rows.ts';
import {
  audited,
  bytesOf,
  counts,
  decisionsOn,
  endpoint,
  isLocked,
  jsonOf,
  keysBelow,
  newestRun,
  rest,
  unsettledBelow,
} from '../helpers/watch.ts';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Not rows of the training data. */
const SERVED = regionRows({ seed: 99, rows: 301 });

/** Share of pairs of a one and a zero in which the one has the higher score; ties count half. */
function areaUnderCurve(scores: readonly number[], labels: readonly number[]): number {
  let won = 0;
  let pairs = 0;
  for (const [i, one] of scores.entries()) {
    for (const [j, zero] of scores.entries()) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs += 1;
      won += one > zero ? 1 : one === zero ? 0.5 : 0;
    }
  }
  return won / pairs;
}

/** From the first upload to a judged window. Leaves dataset version 1 and model version 1 in production. */
export function describeFirstModel(stageOf: () => LocalStage): void {
  describe('the first model', () => {
    const answers: number[] = [];

    const ask = async (csv: string, InferenceId: string) => {
      const { runtime, names, project } = stageOf().connection;
      const { Body, ContentType } = await runtime.send(
        new InvokeEndpointCommand({
          EndpointName: names.endpoint(project),
          ContentType: 'text/csv',
          Body: csv,
          InferenceId,
        }),
      );
      // the framework's web server adds the character set to any text
      expect(ContentType).toBe('text/csv; charset=utf-8');
      return new TextDecoder().decode(Body).trim().split('\n').map(Number);
    };

    it('an upload becomes a dataset version whose digest follows from the bytes', async () => {
      const stage = stageOf();
      const file = writeRegionCsv(stage.path('first.csv'), { seed: 1 });
      await uploadFiles(stage.connection, [file]);
      await rest(stage);

      const bytes = readFileSync(file);
      const [version, ...others] = await listVersions(stage.connection);
      expect(others).toEqual([]);
      expect(version).toMatchObject({ version: 1, rows: 1500, files: 1, bytes: bytes.length });
      expect(version!.digest).toBe(
        sha256(`[{"path":"first.csv","sha256":"${sha256(bytes)}","size":${bytes.length}}]`),
      );
      const manifest = await jsonOf<Manifest>(stage, 'datasets/1/manifest.json');
      expect(manifest.files).toEqual([
        { path: 'first.csv', sha256: sha256(bytes), size: bytes.length, rows: 1500 },
      ]);
      expect((await bytesOf(stage, `objects/${sha256(bytes)}`)).equals(bytes)).toBe(true);
      expect(await unsettledBelow(stage, 'incoming/')).toEqual([]);
    });

    it('a run registers a model package that carries its evidence', async () => {
      const stage = stageOf();
      const run = await newestRun(stage);
      expect(run).toMatchObject({ status: 'Registered', datasetVersion: 1, modelVersion: 1 });
      expect(await isLocked(stage)).toBe(false);

      const { sagemaker } = stage.connection;
      const modelPackage = await sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: run.modelPackageArn }),
      );
      expect(modelPackage.ModelApprovalStatus).toBe('Approved');
      const evidence = modelPackage.CustomerMetadataProperties!;
      const [version] = await listVersions(stage.connection);
      expect(evidence).toMatchObject({
        run: run.run,
        datasetVersion: '1',
        datasetDigest: version!.digest,
        primaryMetric: 'auc',
      });
      expect(evidence.codeDigest).toBe(
        sha256(await bytesOf(stage, `code/${evidence.codeDigest}/sourcedir.tar.gz`)),
      );
      expect(evidence.settingsDigest).toBe(
        sha256(await bytesOf(stage, `settings/${evidence.settingsDigest}.json`)),
      );
      // 0.1 + 0.8 s is the true probability: ranking by s itself would give 0.77
      expect(Number(evidence.primaryMetricValue)).toBeGreaterThan(0.7);
    });

    it('the endpoint serves that package', async () => {
      const stage = stageOf();
      const { sagemaker } = stage.connection;
      const live = await endpoint(stage);
      const champion = await getChampion(stage.connection);
      expect(live).toMatchObject({ EndpointStatus: 'InService' });
      expect(champion).toMatchObject({ modelVersion: 1, endpointConfigName: live.EndpointConfigName });
      const config = await sagemaker.send(
        new DescribeEndpointConfigCommand({ EndpointConfigName: live.EndpointConfigName }),
      );
      const ModelName = config.ProductionVariants![0]!.ModelName;
      const model = await sagemaker.send(new DescribeModelCommand({ ModelName }));
      const modelPackage = await sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: champion!.modelPackageArn }),
      );
      expect(model.PrimaryContainer!.ModelDataUrl).toBe(
        modelPackage.InferenceSpecification!.Containers![0]!.ModelDataUrl,
      );
      expect(await audited(stage, 'ModelPromoted')).toHaveLength(1);
    });

    it('it answers requests of one and of many rows', async () => {
      const [first, ...others] = SERVED.map(featuresOf);
      answers.push(...(await ask(first!, 'one')), ...(await ask(`${others.join('\n')}\n`, 'many')));
      expect(answers).toHaveLength(SERVED.length);
      expect(await ask(SERVED.slice(0, 2).map(featuresOf).join('\n'), 'again')).toEqual(answers.slice(0, 2));
      const [high, low] = await ask('north,0.95\nnorth,0.05', 'ends');
      expect(high).toBeGreaterThan(0.7);
      expect(low).toBeLessThan(0.3);
    });

    it("requests and answers are captured in SageMaker's format", async () => {
      const stage = stageOf();
      await stage.clock.advance(60);
      const config = (await endpoint(stage)).EndpointConfigName;
      const keys = await keysBelow(stage, `captures/1/${config}/`);
      const records: { eventMetadata: { inferenceId?: string } }[] = [];
      for (const key of keys) {
        expect(key).toMatch(
          /^captures\/1\/[^/]+\/driftless-local-regions\/[^/]+\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
        );
        const lines = (await bytesOf(stage, key)).toString().trimEnd().split('\n');
        records.push(...lines.map((line) => JSON.parse(line)));
      }
      const record = records.find(({ eventMetadata }) => eventMetadata.inferenceId === 'one');
      expect(record).toEqual({
        captureData: {
          endpointInput: {
            observedContentType: 'text/csv',
            mode: 'INPUT',
            data: featuresOf(SERVED[0]!),
            encoding: 'CSV',
          },
          endpointOutput: {
            observedContentType: 'text/csv; charset=utf-8',
            mode: 'OUTPUT',
            data: expect.stringMatching(/^0\.\d+\n$/),
            encoding: 'CSV',
          },
        },
        eventMetadata: {
          eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          inferenceId: 'one',
          inferenceTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        },
        eventVersion: '0',
      });
    });

    it('label records and captures give a judged window when a person asks', async () => {
      const stage = stageOf();
      const labels = SERVED.map((row, index) => ({
        inferenceId: index === 0 ? 'one' : 'many',
        row: index === 0 ? 0 : index - 1,
        key: row.id,
        eventTime: row.at,
        sensitive: {},
        label: row.target,
        labelledAt: new Date().toISOString(),
      }));
      const file = stage.path('labels.jsonl');
      writeFileSync(file, labels.map((label) => `${JSON.stringify(label)}\n`).join(''));
      await uploadLabels(stage.connection, file);
      await rest(stage);
      expect((await audited(stage, 'LabelsReceived')).map(({ detail }) => detail.rows)).toEqual([
        SERVED.length,
      ]);

      expect((await stage.driftless('monitor', '--force')).code).toBe(0);
      await rest(stage);
      const [window, ...others] = await listWindows(stage.connection);
      expect(others).toEqual([]);
      // beside the labelled rows two of `again` and two of `ends`; the smoke test's own are left out
      expect(window).toMatchObject({ modelVersion: 1, rows: SERVED.length + 4, labelledRows: SERVED.length });
      const report = await jsonOf<WindowReport>(stage, window!.reportKey);
      expect(report).toMatchObject({ verdict: 'PASS', complete: false });
      expect(report.quality.estimate!.value).toBeCloseTo(
        areaUnderCurve(
          answers,
          SERVED.map(({ target }) => target),
        ),
        9,
      );
    });

    it('the same file again makes no version and no run', async () => {
      const stage = stageOf();
      const manifest = await bytesOf(stage, 'datasets/1/manifest.json');
      const before = await counts(stage);
      const { stdout } = await stage.driftless('upload', stage.path('first.csv'), '--json');
      expect(JSON.parse(stdout)).toMatchObject({
        bucket: stage.connection.bucket,
        keys: [expect.any(String)],
      });
      await rest(stage);
      expect(await counts(stage)).toEqual(before);
      expect((await bytesOf(stage, 'datasets/1/manifest.json')).equals(manifest)).toBe(true);
      const again = (await listUploads(stage.connection)).find(({ outcome }) => outcome === 'unchanged');
      expect(await decisionsOn(stage, again!.upload)).toMatchObject([
        { kind: 'upload', judgement: { reason: again!.reason } },
      ]);
    });
  });
}
