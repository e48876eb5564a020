import { describe, expect, it } from 'vitest';
import { awsEnvironment } from '../../console/local/deploy.ts';
import { runScript } from '../../localstack/testing/run-command.ts';
import { type LocalStage, PROJECT } from '../helpers/local-stage.ts';

/** Every command of `driftless`, as a person or a script calls it. Reads the stage, and leaves it as it was. */
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

    it('runs', async () => {
      expect(await json('runs')).toMatchObject([{ status: 'Registered', request: { kind: 'dataset' } }]);
    });

    it('models', async () => {
      expect(await json('models')).toMatchObject([{ modelVersion: 1, approval: 'Approved', champion: true }]);
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
