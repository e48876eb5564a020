/** The CDK app: `cdk deploy --all -c stage=dev`. */
import { App } from 'aws-cdk-lib';
import { bundleHandlers } from '../lambdas/bundle.ts';
import { loadConfig } from '../lib/config/load.ts';
import { addPlatform } from '../lib/platform.ts';
import { addNagChecks } from '../lib/shared/nag.ts';

// the linter inside of the CDK takes two thirds of a synthesis: docs/decisions/0020-templates-are-linted-in-tests.md
const app = new App({ builtinCloudFormationValidation: process.env.CDK_VALIDATION === 'true' });
const stage: string = app.node.tryGetContext('stage') ?? 'local';
const { config, directory } = await loadConfig(app.node.tryGetContext('config'));
addPlatform(app, { config, directory, stage, bundles: await bundleHandlers() });
addNagChecks(app);
app.synth();
