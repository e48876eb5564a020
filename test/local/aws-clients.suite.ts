import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsClients, INSTALL_MS } from '../../localstack/testing/python-venv.ts';
import type { LocalStage } from '../helpers/local-stage.ts';

/** The AWS CLI, unmodified, against what the loop has made. Leaves the stage as it was. */
export function describeAwsClients(stageOf: () => LocalStage): void {
  describe('the AWS CLI', () => {
    let aws: string;
    beforeAll(async () => {
      aws = join(await awsClients(), 'aws');
    }, INSTALL_MS);

    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await stageOf().run(aws, ...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };
    const json = async (...args: string[]) => JSON.parse(await run(...args, '--output', 'json'));

    it('s3 cp copies there and back', async () => {
      const stage = stageOf();
      const [there, back] = [stage.path('there.bin'), stage.path('back.bin')];
      // over 8 MB the CLI uploads in parts
      writeFileSync(there, Buffer.alloc(9_000_000, 'driftless'));
      const uri = `s3://${stage.connection.bucket}/notes/there.bin`;
      await run('s3', 'cp', '--only-show-errors', there, uri);
      await run('s3', 'cp', '--only-show-errors', uri, back);
      expect(readFileSync(back).equals(readFileSync(there))).toBe(true);
      expect(await run('s3', 'ls', uri)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +9000000 there\.bin\n$/);
    });

    it('stepfunctions list-executions', async () => {
      const { names } = stageOf().connection;
      const stateMachineArn = names.arn('states', `stateMachine:${names.stateMachine('training')}`);
      const { executions } = await json(
        'stepfunctions',
        'list-executions',
        '--state-machine-arn',
        stateMachineArn,
      );
      expect(executions).toEqual([
        {
          executionArn: expect.stringMatching(
            /^arn:aws:states:us-east-1:000000000000:execution:driftless-local-training:regions-[0-9a-f]{10}-a1$/,
          ),
          stateMachineArn,
          name: expect.stringMatching(/^regions-[0-9a-f]{10}-a1$/),
          status: 'SUCCEEDED',
          startDate: expect.any(Number),
          stopDate: expect.any(Number),
          redriveCount: 0,
        },
      ]);
    });

    it('sagemaker list-training-jobs', async () => {
      const { TrainingJobSummaries } = await json('sagemaker', 'list-training-jobs');
      expect(TrainingJobSummaries).toEqual([
        expect.objectContaining({
          TrainingJobName: expect.stringMatching(/^local-regions-[0-9a-f]{10}-a1-a1$/),
          TrainingJobArn: expect.stringMatching(
            /^arn:aws:sagemaker:us-east-1:000000000000:training-job\/local-regions-/,
          ),
          TrainingJobStatus: 'Completed',
        }),
      ]);
    });

    it('sagemaker-runtime invoke-endpoint', async () => {
      const stage = stageOf();
      const answer = stage.path('answer.csv');
      const { connection } = stage;
      const printed = await json(
        ...['sagemaker-runtime', 'invoke-endpoint'],
        ...['--endpoint-name', connection.names.endpoint(connection.project)],
        ...['--content-type', 'text/csv', '--body', 'north,0.9', answer],
      );
      expect(printed).toEqual({
        ContentType: 'text/csv; charset=utf-8',
        InvokedProductionVariant: 'AllTraffic',
      });
      expect(readFileSync(answer, 'utf8')).toMatch(/^0\.\d+\n$/);
    });

    it('tells of a mistake as on AWS', async () => {
      const { code, stderr } = await stageOf().run(
        ...([aws, 'sagemaker', 'describe-endpoint', '--endpoint-name', 'nowhere'] as const),
      );
      expect(code).toBe(255);
      expect(stderr.trim()).toBe(
        'An error occurred (ValidationException) when calling the DescribeEndpoint operation: ' +
          'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/nowhere".',
      );
    });
  });
}
