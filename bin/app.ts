/** The CDK app: `cdk deploy --all -c stage=dev`. */
import { App } from 'aws-cdk-lib';
import { bundleHandlers } from '../lambdas/bundle.ts';
import { loadConfig } from '../lib/config/load.ts';
import { addPlatform } from '../lib/platform.ts';
import { addNagChecks } from '../lib/shared/nag.ts';

const app = new App();
const stage: string = app.node.tryGetContext('stage') ?? 'local';
const { config, directory } = await loadConfig(app.node.tryGetContext('config'));
addPlatform(app, { config, directory, stage, bundles: bundleHandlers() });
addNagChecks(app);
app.synth();
