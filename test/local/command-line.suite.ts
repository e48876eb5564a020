import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { listRuns } from '../../console/client/catalog.ts';
import {
  type LineageNode,
  type LineageTree,
  lineageOf,
  parseSubject,
  readLineageCatalog,
} from '../../console/client/lineage.ts';
import { sagemakerLineageOf } from '../../console/client/sagemaker-lineage.ts';
import { awsEnvironment } from '../../console/local/deploy.ts';
import { runScript } from '../../localstack/testing/run-command.ts';
import { type LocalStage, PROJECT } from '../helpers/local-stage.ts';
import { HEADER, regionRows, toCsv } from '../helpers/region-rows.ts';

/** Every command of `driftless`, as a person or a script calls it. Leaves versions, runs and endpoint as they were. */
export function describeCommandLine(stageOf: () => LocalStage): void {
  describe('driftless', () => {
    const json = async (...args: string[]) => {
      const { code, stdout, stderr } = await stageOf().driftless(...args, '--json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    };

    it('status', async () => {
      expect(await json('status')).toMatchObject({
        stage: 'local',
        project: PROJECT,
        head: { version: 1 },
        champion: { modelVersion: 1 },
        endpoint: 'InService',
        lastRun: { status: 'Registered' },
        lastWindow: { verdict: 'PASS' },
      });
    });

    it('datasets', async () => {
      expect(await json('datasets')).toMatchObject({ head: { version: 1 }, versions: [{ rows: 1500 }] });
    });

    it('datasets show, diff and verify', async () => {
      expect(await json('datasets', 'show', 'head')).toMatchObject({
        item: { version: 1 },
        isHead: true,
        manifest: { files: [{ path: 'first.csv', rows: 1500 }] },
        checks: { verdict: 'PASS' },
        upload: { outcome: 'versioned' },
      });
      const { columns, files, drift } = await json('datasets', 'diff', '1', 'head');
      expect([columns, files]).toMatchObject([[], { kept: 1, added: [], removed: [] }]);
      expect(drift).toContainEqual(
        expect.objectContaining({ name: 'signal', how: 'exact', psi: 0, verdict: 'PASS' }),
      );
      expect(await json('datasets', 'verify', '1')).toMatchObject({ files: 1, damages: [] });
    });

    it('datasets pull restores the bytes that were uploaded', async () => {
      const stage = stageOf();
      const to = stage.path('pulled');
      expect(await json('datasets', 'pull', '1', '--to', to)).toMatchObject({ files: 1, keptFiles: 0 });
      const restored = readFileSync(join(to, 'first.csv'));
      expect(restored.equals(readFileSync(stage.path('first.csv')))).toBe(true);
    });

    it('datasets verify ends with 1 when an object has other bytes', async () => {
      const stage = stageOf();
      const { s3, bucket } = stage.connection;
      const hash = createHash('sha256').update(readFileSync(stage.path('first.csv')));
      const object = { Bucket: bucket, Key: `objects/${hash.digest('hex')}` };
      const { VersionId } = await s3.send(new PutObjectCommand({ ...object, Body: 'damaged' }));
      const damaged = await stage.driftless('datasets', 'verify', '1');
      await s3.send(new DeleteObjectCommand({ ...object, VersionId }));
      expect(damaged.code).toBe(1);
      expect(damaged.stdout).toMatch(
        /^✗ first\.csv: objects\/\w+ has 7 bytes, the manifest says \d+\nversion 1: 1 file of 1 damaged\n/,
      );
    });

    it('upload of a folder says what was sent, left out, and became of it', async () => {
      const stage = stageOf();
      const folder = stage.path('again');
      mkdirSync(folder);
      cpSync(stage.path('first.csv'), join(folder, 'first.csv'));
      writeFileSync(join(folder, '.DS_Store'), 'no data');
      const { code, stdout } = await stage.driftless('upload', folder, '--name', 'again');
      expect(stdout).toMatch(
        /^uploaded 1 file, [\d.]+ kB, \d+ s, to s3:\/\/\S+\/incoming\/again\/first\.csv\nleft out 1 file: names that begin with \. or _\nUpload "again" has the content of version 1: nothing changed\.\n$/,
      );
      expect(code).toBe(0);
    });

    it('upload ends with 1 when it is refused, and says why by file, row and value', async () => {
      const stage = stageOf();
      const rows = regionRows({ seed: 4, rows: 200 });
      const bad = [...rows.slice(0, 4), { ...rows[4]!, target: 2 as 1 }, ...rows.slice(5)];
      writeFileSync(stage.path('bad-target.csv'), toCsv(bad));
      const { code, stdout } = await stage.driftless('upload', stage.path('bad-target*'));
      expect(stdout.split('\n').slice(1)).toEqual([
        expect.stringMatching(/^refused: no version came of it \(bad-target\.csv-[0-9a-f]{12}\)$/),
        '  ✗ 1 of 200 rows have a target that is neither 0/1 nor true/false: "2" (1).',
        '      in "bad-target.csv" row 5: "2"',
        expect.stringMatching(/^ {2}! The upload has 200 rows, /),
        expect.stringMatching(/^ {2}✓ \d+ checks passed$/),
        expect.stringMatching(/^all checks: s3:\/\/\S+\/rejected\/bad-target\S+\/checks\.json$/),
        '',
      ]);
      expect(code).toBe(1);
    });

    it('profile of a local file', async () => {
      const { rows, columns } = await json('profile', stageOf().path('first.csv'));
      expect(rows).toBe(1500);
      expect(columns.map(({ name }: { name: string }) => name)).toEqual(HEADER.split(','));
    });

    it('forget says what holds rows of the keys, and puts none of them into its answer', async () => {
      // nobody's key: what follows is trained on the same rows as without
      const forgotten = await json('forget', '--yes', '--key', 'nobody-4711');
      expect(forgotten).toMatchObject({ added: 1, keys: 1, versions: [], contents: [], models: [] });
      expect(JSON.stringify(forgotten)).not.toContain('4711');
    });

    it('runs', async () => {
      expect(await json('runs')).toMatchObject([{ status: 'Registered', request: { kind: 'dataset' } }]);
    });

    it('models', async () => {
      expect(await json('models')).toMatchObject([{ modelVersion: 1, approval: 'Approved', champion: true }]);
    });

    it("lineage: SageMaker's own agrees with the catalog's, both ways from each", async () => {
      const { connection } = stageOf();
      const { names, bucket } = connection;
      const endpointName = names.endpoint(PROJECT);
      const [run] = await listRuns(connection);
      const packageArn = names.arn('sagemaker', `model-package/${names.modelPackageGroup(PROJECT)}/1`);
      const endpointArn = names.arn('sagemaker', `endpoint/${endpointName}`);
      // what SageMaker knows an entity by, and the catalog
      const inCatalog = new Map([
        [`DataSet s3://${bucket}/datasets/1/manifest.json`, 'dataset:1'],
        [`TrainingRun ${run!.executionArn}`, `run:${run!.run}`],
        [`ModelPackage ${packageArn}`, 'model:1'],
        [`Endpoint ${endpointArn}`, `endpoint:${endpointName}`],
      ]);
      const flat = (trees: readonly LineageTree[]): LineageNode[] =>
        trees.flatMap(({ node, next }) => [node, ...flat(next)]);
      const catalog = await readLineageCatalog(connection);
      for (const name of ['model:1', 'dataset:1', `endpoint:${endpointName}`]) {
        const subject = parseSubject(name);
        const ours = lineageOf(catalog, subject);
        const theirs = await sagemakerLineageOf(connection, subject);
        for (const way of ['madeOf', 'ledTo'] as const) {
          // the archive is SageMaker's alone, the upload the catalog's
          const found = flat(theirs![way]).filter(({ label }) => !label.startsWith('Model s3://'));
          const known = flat(ours![way]).filter(({ kind }) => kind !== 'upload');
          const ids = known.map(({ id }) => id);
          expect([name, way, ...found.map(({ label }) => inCatalog.get(label))]).toEqual([name, way, ...ids]);
        }
      }
      const { subject, madeOf, ledTo } = await json('lineage', 'model:1', '--sagemaker');
      expect(subject.facts).toMatchObject({ modelVersion: '1', arn: expect.stringContaining(':artifact/') });
      const [archive, ...rest] = flat(madeOf).map(({ label }) => label);
      expect(archive).toMatch(new RegExp(`^Model s3://${bucket}/runs/${run!.run}/.+/model\\.tar\\.gz$`));
      expect(rest.map((label) => inCatalog.get(label))).toEqual([`run:${run!.run}`, 'dataset:1']);
      expect(flat(ledTo).map(({ label }) => label)).toEqual([`Endpoint ${endpointArn}`]);
    });

    it('invoke', async () => {
      const { inferenceId, probabilities } = await json('invoke', 'north,0.9', 'south,0.1');
      expect(inferenceId).toMatch(/^[0-9a-f-]{36}$/);
      expect(probabilities).toHaveLength(2);
      expect(probabilities[0]).toBeGreaterThan(probabilities[1]);
    });

    it('monitor', async () => {
      expect(await json('monitor')).toMatchObject([{ modelVersion: 1, verdict: 'PASS' }]);
    });

    it('decisions', async () => {
      const guards = await json('decisions', '--kind', 'guard', '--limit', '2');
      expect(guards).toHaveLength(2);
      expect(guards).toMatchObject([{ kind: 'guard' }, { kind: 'guard' }]);
    });

    it('prints tables for people', async () => {
      const { code, stdout } = await stageOf().driftless('runs');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^run +status +version +model +started +finished +because\n─+/);
    });

    it('doctor finds a bootstrapped account, and says what it could not look at', async () => {
      const { stdout } = await stageOf().driftless('doctor', '--json');
      const findings = JSON.parse(stdout) as { check: string; result: string; detail: string }[];
      expect(findings).toContainEqual({
        check: 'identity',
        result: 'ok',
        detail: 'arn:aws:iam::000000000000:root',
      });
      expect(findings).toContainEqual(expect.objectContaining({ check: 'bootstrap', result: 'ok' }));
      expect(findings).toContainEqual(expect.objectContaining({ check: 'image registry', result: 'ok' }));
      expect(findings).toContainEqual(
        // nobody has set a quota on this cloud
        expect.objectContaining({ check: 'ml.m5.large for training job usage', result: 'unknown' }),
      );
    });

    const mistakes = [
      {
        what: 'an unknown project',
        args: ['status', '--project', 'nowhere'],
        says: `driftless: project: got "nowhere"; allowed: ${PROJECT}; pass --project NAME\n`,
      },
      {
        what: 'a stage that is not deployed',
        args: ['status', '--stage', 'dev'],
        says: 'driftless: stage "dev" is not deployed here: no table driftless-dev-catalog; deploy it first\n',
      },
      {
        what: 'a file that is not there',
        args: ['upload', '/nowhere/rows.csv'],
        says: 'driftless: no such file: /nowhere/rows.csv\n',
      },
      {
        what: 'a pattern that matches nothing',
        args: ['upload', '/nowhere/*.csv'],
        says: 'driftless: no file matches /nowhere/*.csv\n',
      },
      {
        what: 'a version that is not there',
        args: ['datasets', 'pull', '9'],
        says: `driftless: version: got 9; allowed: one that "${PROJECT}" has; see them with: driftless datasets\n`,
      },
      {
        what: 'forgetting without anybody to ask',
        args: ['forget', '--key', 'somebody'],
        says: 'driftless: forgetting cannot be taken back, and nobody can be asked here; pass --yes\n',
      },
      {
        what: 'rows that are not there',
        args: ['invoke'],
        says: 'driftless: no rows; pass them as arguments, or --file FILE\n',
      },
    ];
    it.each(mistakes)('says what is wrong with $what', async ({ args, says }) => {
      const { code, stdout, stderr } = await stageOf().driftless(...args);
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: says });
    });

    it('passes on what the model says to a row it cannot read', async () => {
      const { code, stderr } = await stageOf().driftless('invoke', 'north');
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^driftless: ModelError: Received server error \(500\) from primary with message "/,
      );
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    });

    it('says how to start a cloud that does not answer', async () => {
      const env = awsEnvironment('http://127.0.0.1:9');
      const { code, stderr } = await runScript('bin/driftless.ts', ['status'], { env });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^driftless: cannot reach http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED.*; start it with: npm run local\n$/,
      );
    });
  });
}
