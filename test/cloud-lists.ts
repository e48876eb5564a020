/**
 * `npm run cloud:lists`: what Driftless, its tests and its tools use of AWS, what the local cloud has, and what it
 * refuses. Ends with 1 when something is used that is not implemented, or implemented without a conformance case.
 * Operations in use are those that the last `npm test` called; `--check` prints the counts alone.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseYaml } from '../localstack/cloudformation/template/yaml.ts';
import { buildApp } from '../localstack/conformance/cdk/app.mjs';
import { coveredOperations } from '../localstack/lists/covered.ts';
import { byKind, type Element, KINDS } from '../localstack/lists/element.ts';
import { implementedElements, missingElements, refusedOperations } from '../localstack/lists/supported.ts';
import { templateElements } from '../localstack/lists/template-elements.ts';
import { startCloud } from '../localstack/testing/start-cloud.ts';
import { synth } from './helpers/synth.ts';

const USED_FILE = process.env.LOCAL_CLOUD_USED_FILE ?? 'node_modules/.cache/local-cloud/used-operations.txt';
const BOOTSTRAP = 'node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml';
const STAGES = ['local', 'dev', 'prod'];

/** Operations that tests ask for only to see them refused. */
const REFUSED_ON_PURPOSE: readonly string[] = [
  'ecr GetAuthorizationToken',
  'logs StartQuery',
  'ssm StartAutomationExecution',
];

function usedTemplates(): object[] {
  const ours = STAGES.flatMap((stage) => {
    const { platform, projects } = synth(stage);
    return [platform, ...Object.values(projects)].map((template) => template.toJSON() as object);
  });
  return [...ours, parseYaml(readFileSync(BOOTSTRAP, 'utf8')) as object, ...conformanceTemplates()];
}

/** Of the CDK app that the conformance suite deploys. */
function conformanceTemplates(): object[] {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-lists-'));
  const handlers = join(folder, 'handlers');
  mkdirSync(handlers);
  for (const file of ['index.js', 'say.txt']) writeFileSync(join(handlers, file), '');
  const { stacks } = buildApp({ version: 'two', handlers, outdir: join(folder, 'out') }).synth();
  return stacks.map(({ template }) => template as object);
}

function usedOperations(): Element[] {
  if (!existsSync(USED_FILE)) {
    throw new Error(`${USED_FILE} is missing: it is written by npm test, which has to run first`);
  }
  const lines = readFileSync(USED_FILE, 'utf8').split('\n').filter(Boolean);
  const names = lines.map((line) => line.replace(' refused', '').replace('.', ' '));
  return [...new Set(names)]
    .filter((name) => !REFUSED_ON_PURPOSE.includes(name))
    .map((name) => ({ kind: 'operation', name }));
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const used = byKind([
    ...usedOperations(),
    ...usedTemplates().flatMap((template) => templateElements(template as never)),
  ]);
  const running = await startCloud();
  const { services } = running.cloud;
  const implemented = await implementedElements(services);
  const refused = await refusedOperations(services);
  await running.stop();
  const covered = await coveredOperations();

  const missing = (await missingElements(used, implemented)).map(({ kind, name }) => `${kind} ${name}`);
  const uncovered = [...implemented.get('operation')!].filter((name) => !covered.has(name));
  if (!values.check) {
    for (const kind of KINDS) list(`USED: ${kind}`, [...used.get(kind)!]);
    for (const kind of KINDS) list(`IMPLEMENTED: ${kind}`, [...implemented.get(kind)!]);
    list('REFUSED: operation', refused);
    console.log('\nREFUSED besides: whatever is not in the lists above, each with an error that names it.');
  }
  for (const kind of KINDS) {
    console.log(
      `${kind}: ${used.get(kind)!.size} used, ${implemented.get(kind)!.size || 'looked up'} implemented`,
    );
  }
  console.log(`operations: ${covered.size} covered by a conformance case, ${refused.length} refused`);
  list('USED WITHOUT BEING IMPLEMENTED', missing);
  list('IMPLEMENTED WITHOUT A CONFORMANCE CASE', uncovered);
  return missing.length + uncovered.length === 0 ? 0 : 1;
}

function list(title: string, names: readonly string[]): void {
  console.log(`\n${title} (${names.length})`);
  for (const name of [...names].sort()) console.log(`  ${name}`);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`cloud:lists: ${error.stack}`);
    process.exit(1);
  },
);
