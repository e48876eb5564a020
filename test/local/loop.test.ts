/**
 * The loop end to end on one stage of one local cloud, deployed by the unmodified CDK CLI. The suites run in this
 * order and build on each other: each leaves the stage as the next one finds it.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { LocalStage } from '../helpers/local-stage.ts';
import { describeAwsClients } from './aws-clients.suite.ts';
import { describeBadUploads } from './bad-uploads.suite.ts';
import { describeCommandLine } from './command-line.suite.ts';
import { describeFailures } from './failures.suite.ts';
import { describeFirstModel } from './first-model.suite.ts';
import { describeOneRunAtATime } from './one-run-at-a-time.suite.ts';
import { describeTeardown } from './teardown.suite.ts';

const DEPLOY_MS = 300_000;

describe('the loop on the local cloud', { timeout: 120_000 }, () => {
  let stage: LocalStage;
  beforeAll(async () => {
    stage = await LocalStage.start();
    await Promise.all([stage.synth(), stage.bootstrap()]);
    await stage.deploy();
  }, DEPLOY_MS);
  afterAll(() => stage?.stop(), 60_000);

  describeFirstModel(() => stage);
  describeCommandLine(() => stage);
  describeAwsClients(() => stage);
  describeBadUploads(() => stage);
  describeOneRunAtATime(() => stage);
  describeFailures(() => stage);
  describeTeardown(() => stage);
});
