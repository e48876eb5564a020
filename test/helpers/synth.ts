/** Synthesizes a stage with handlers that do nothing: templates do not depend on what a bundle holds. */
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import config from '../../driftless.config.ts';
import { parseConfig } from '../../lib/config/load.ts';
import type { DriftlessConfig } from '../../lib/config/schema.ts';
import { addPlatform } from '../../lib/platform.ts';
import { addNagChecks } from '../../lib/shared/nag.ts';

export interface Synthesized {
  readonly platform: Template;
  /** By project. */
  readonly projects: Readonly<Record<string, Template>>;
}

/** Names of all handlers, read from the folders that hold them. */
export function handlerNames(): string[] {
  return readdirSync('lambdas', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.handler.ts'))
    .map((path) => path.replace(/^.*\//, '').replace('.handler.ts', ''));
}

/** @throws Error when cdk-nag finds something that nobody acknowledged. */
export function synth(stage: string, changed: DriftlessConfig = config): Synthesized {
  const folder = mkdtempSync(join(tmpdir(), 'driftless-synth-'));
  const bundles = Object.fromEntries(
    handlerNames().map((name) => {
      const bundle = join(folder, name);
      mkdirSync(bundle);
      writeFileSync(join(bundle, 'index.js'), 'exports.handler = async () => {};\n');
      return [name, bundle];
    }),
  );
  const app = new App({ outdir: join(folder, 'out'), builtinCloudFormationValidation: false });
  addPlatform(app, { config: parseConfig(changed, process.cwd()), directory: process.cwd(), stage, bundles });
  addNagChecks(app);
  app.synth();
  const template = (name: string) => Template.fromStack(app.node.findChild(name) as Stack);
  return {
    platform: template(`driftless-${stage}-platform`),
    projects: Object.fromEntries(
      Object.keys(changed.projects).map((project) => [project, template(`driftless-${stage}-${project}`)]),
    ),
  };
}
