/**
 * Least privilege, shown on the log of a played loop: everything that the roles may do was needed by some call, and
 * nothing was called that they may not do. Ends with `cdk destroy`, so it has to be the last to use the cloud.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../console/client/connect.ts';
import { CloudClock } from '../../console/local/clock.ts';
import { awsEnvironment } from '../../console/local/deploy.ts';
import type { CallRecord } from '../../localstack/core/call-log.ts';
import { runSuccessfully } from '../../localstack/testing/run-command.ts';
import {
  abandonUpload,
  abortAndQueueRollouts,
  abortRuns,
  changeSettings,
  failEveryInvocation,
  forgetKey,
  letApprovalExpire,
  loseIngest,
  repeatLabels,
  uploadWhatIsRejected,
} from '../helpers/privilege-exercises.ts';
import { readRoles, withoutSid } from '../helpers/privilege-roles.ts';
import { finishedRun, type Stage, startRun } from '../helpers/privilege-stage.ts';
import { describePart, findRefused, findUnneeded, type RolePolicies } from '../helpers/privileges.ts';

const MINUTES = 60_000;
const DAY_SECONDS = 86_400;

/** Objects of the data buckets, as the policies name them. */
const DATA = 'arn:aws:s3:::driftless-local-*-data-000000000000-us-east-1';

/**
 * What nothing here needs, and why it is there: AWS's word that it may be needed, or what would be too much to play.
 * As `describePart` has it, with the roles' short names.
 */
const NEEDED_ON_AWS: Readonly<Record<string, string>> = {
  'training workflow: ReadTagsOfJobs':
    'Listed among what `.sync` of SageMaker jobs needs; when it is used is not documented. ' +
    'https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html',
  'ingest workflow: FollowShards':
    'Listed among what a distributed Map needs to follow and stop its executions. ' +
    'https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html',
  'plan-scan: ReadVersions': 'The footers of Parquet files that are larger than a shard, 512 MB.',
  ...Object.fromEntries(
    ['plan-scan', 'commit-upload', 'fail-upload', 'sweep-incoming', 'forget-keys'].map((handler) => [
      `${handler}: ListData: condition datasets/pending/*`,
      'The commit of a run that was interrupted and is finished by an upload; uploads finish those of uploads here.',
    ]),
  ),
  ...Object.fromEntries(
    ['plan-scan', 'fail-upload', 'sweep-incoming'].map((handler) => [
      `${handler}: ReadData: resource ${DATA}/datasets/*`,
      'The documents of such a run, which lie under datasets/pending/.',
    ]),
  ),
  'assemble-dataset: ListData: condition uploads/*':
    'The commit of an upload that was interrupted and is finished by a run.',
  [`assemble-dataset: ReadData: resource ${DATA}/uploads/*/staged/*`]: 'The documents of such an upload.',
  [`commit-upload: ReadData: resource ${DATA}/objects/*`]:
    'A content that another upload copied in the same moment: its checksum is looked at.',
  [`merge-scan: ReadData: resource ${DATA}/objects/*`]:
    'The rows of a version that has no index, when a distributed upload is compared with them.',
  'forget-keys: ListData: condition objects/*': 'Contents that an earlier erasure removed.',
  [`decide-retraining: ReadData: resource ${DATA}/tombstones/*`]:
    'Labels that are counted after a key was forgotten; the alarms here come before.',
  ...Object.fromEntries(
    [
      'Tune',
      'StopWhenAborted: action sagemaker:StopHyperParameterTuningJob',
      'StopWhenAborted: resource arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/local-*',
    ].map((part) => [`training workflow: ${part}`, 'A project with a search; the example has none.']),
  ),
  'reconcile: LookAtExecutions: resource arn:aws:states:us-east-1:000000000000:execution:driftless-local-training:*':
    'A run whose end no event told: settle-run hears of every one here.',
  'decide-retraining: WriteData': 'The settings of a run that a person asks for with --set.',
  'log-run: LogToManagedMlflow': 'A project with mlflow.tracking; the example has none.',
  [`log-run: ReadData: resource ${DATA}/runs/*`]: 'The documents of a run of such a project.',
  'next-attempt: PutDomainEvents': 'A job that waits for capacity: there is always some here.',
  'next-attempt: UseTheCatalog': 'The decision to try a job again: none fails by chance here.',
  'plan-training: ListData': 'A model to reuse whose object is gone: without it S3 says 403 instead of 404.',
};

/** A local cloud on which the example was deployed and played. */
export interface PlayedCloud {
  readonly endpoint: string;
  /** Cloud assembly that was deployed. */
  readonly app: string;
}

/** Plays what the example does not: failures, aborts, teardown. Leaves an empty cloud. */
export function describeLeastPrivilege(playedOf: () => PlayedCloud): void {
  describe('least privilege', () => {
    let stage: Stage;
    let roles: RolePolicies[];
    /** Ids of requests that a test made fail on purpose. */
    const refusedOnPurpose = new Set<string>();

    beforeAll(async () => {
      const { endpoint } = playedOf();
      Object.assign(process.env, awsEnvironment(endpoint));
      const connection = await connect({ stage: 'local', project: 'flight-delays' });
      const folder = mkdtempSync(join(tmpdir(), 'driftless-privilege-'));
      stage = { connection, clock: new CloudClock(endpoint), folder };
      // runs are counted by the day, and there are several to come
      await stage.clock.advance(DAY_SECONDS);
      const { names, project } = connection;
      roles = await readRoles([names.platformStack(), names.projectStack(project)]);
    });
    afterAll(() => rmSync(stage.folder, { recursive: true, force: true }));

    describe('what is needed only when something goes wrong', () => {
      test(
        'a run without a permission fails with the sentence in which AWS says so',
        async () => {
          const since = new Date(await stage.clock.now()).toISOString();
          await withoutSid(roles, 'Train', async () => {
            const { run } = await startRun(stage, 'to be refused');
            const { status, failureReason } = await finishedRun(stage, run);
            expect(status).toBe('Failed');
            expect(failureReason).toMatch(
              new RegExp(
                `^User: arn:aws:sts::000000000000:assumed-role/driftless-local-platform-[^/]+/\\S+ is not authorized to perform: sagemaker:CreateTrainingJob on resource: arn:aws:sagemaker:us-east-1:000000000000:training-job/local-${run}-a1 because no identity-based policy allows the sagemaker:CreateTrainingJob action`,
              ),
            );
          });
          const denied = await readCalls({ since, decision: 'deny' });
          expect(denied.map(({ action }) => action)).toEqual(['sagemaker:CreateTrainingJob']);
          for (const { requestId } of denied) refusedOnPurpose.add(requestId);
        },
        MINUTES,
      );

      test.each([
        ['a key is forgotten', forgetKey],
        ['events that no handler can answer reach the queue of failed invocations', failEveryInvocation],
        ['files that are no data are kept apart', uploadWhatIsRejected],
        ['an ingest that could not be started is started by the sweep', loseIngest],
        ['a folder that nobody commits expires', abandonUpload],
        ['label records that were there before change nothing', repeatLabels],
        ['aborted runs stop their jobs and are found by the reconciler', abortRuns],
        ['an aborted rollout is found, and one that waits begins after the other', abortAndQueueRollouts],
        ['a version that nobody approves in time is rejected', letApprovalExpire],
        [
          'other settings start a run; uploads add rows where they say so, by either route, through interruptions',
          changeSettings,
        ],
      ] as const)('%s', (_title, exercise) => exercise(stage), 5 * MINUTES);

      test(
        'cdk destroy removes everything',
        async () => {
          const { endpoint, app } = playedOf();
          const args = ['destroy', '--all', '--force', '--app', app, '--no-notices', '--ci'];
          await runSuccessfully(process.execPath, [resolve('node_modules/aws-cdk/bin/cdk'), ...args], {
            env: awsEnvironment(endpoint),
            timeoutMs: 5 * MINUTES,
          });
        },
        5 * MINUTES,
      );
    });

    test('there is no statement, and nothing listed in one, that no call needed', async () => {
      const unneeded = findUnneeded(await readCalls(), roles)
        .map(describePart)
        .map(withoutSuffix);
      expect(unneeded.sort()).toEqual(Object.keys(NEEDED_ON_AWS).sort());
    });

    test('there is no call that nothing allowed', async () => {
      const refused = findRefused(await readCalls(), roles);
      const unexpected = refused.filter(({ requestId }) => !refusedOnPurpose.has(requestId));
      expect(unexpected).toEqual([]);
    });
  });
}

async function readCalls(filter: Record<string, string> = {}): Promise<CallRecord[]> {
  const response = await fetch(`${process.env.AWS_ENDPOINT_URL}/_cloud/calls?${new URLSearchParams(filter)}`);
  return (await response.json()) as CallRecord[];
}

/** CloudFormation gives roles names with a random end, after a logical id that is cut. */
const SHORT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^driftless-local-platform-trainingtrainingworkflow\S+/, 'training workflow:'],
  [/^driftless-local-platform-datasetsingestingestworkfl\S+/, 'ingest workflow:'],
  [/^driftless-local-platform-datasetsassembledataset\S+/, 'assemble-dataset:'],
  [/^driftless-local-platform-datasetserasureforgetkeys\S+/, 'forget-keys:'],
  [/^driftless-local-platform-datasetsingestmergescan\S+/, 'merge-scan:'],
  [/^driftless-local-platform-retrainingdecideretraining\S+/, 'decide-retraining:'],
  [/^driftless-local-platform-governancereconcile\S+/, 'reconcile:'],
  [/^driftless-local-platform-trainingnextattempt\S+/, 'next-attempt:'],
  [/^driftless-local-platform-registrylogrun\S+/, 'log-run:'],
  [/^driftless-local-platform-trainingplantraining\S+/, 'plan-training:'],
  [/^driftless-local-platform-datasetsingestplanscan\S+/, 'plan-scan:'],
  [/^driftless-local-platform-datasetsingestcommitupload\S+/, 'commit-upload:'],
  [/^driftless-local-platform-datasetsingestfailupload\S+/, 'fail-upload:'],
  [/^driftless-local-platform-datasetsingestsweepincomin\S+/, 'sweep-incoming:'],
];

function withoutSuffix(part: string): string {
  return SHORT_NAMES.reduce((text, [long, short]) => text.replace(long, short), part);
}
