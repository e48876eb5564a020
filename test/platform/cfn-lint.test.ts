import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cfnLint, INSTALL_MS } from '../../localstack/testing/python-venv.ts';
import { runSuccessfully } from '../../localstack/testing/run-command.ts';
import { synth } from '../helpers/synth.ts';

let folder: string;
let linter: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-templates-'));
  linter = join(await cfnLint(), 'cfn-lint');
}, INSTALL_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['dev', 'prod'])(
  'cfn-lint finds no error in the templates of stage %s',
  async (stage) => {
    const { platform, projects } = synth(stage);
    const files = Object.entries({ platform, ...projects }).map(([name, template]) => {
      const file = join(folder, `${stage}-${name}.template.json`);
      writeFileSync(file, JSON.stringify(template.toJSON()));
      return file;
    });

    expect(files).toHaveLength(2);
    // it ends with another code than 0 for an error, and for an error only
    await runSuccessfully(linter, ['--non-zero-exit-code', 'error', ...files], { timeoutMs: 100_000 });
  },
  120_000,
);

test('cfn-lint is one that finds errors', async () => {
  const file = join(folder, 'wrong.template.json');
  writeFileSync(
    file,
    JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Nope: 1 } } } }),
  );

  await expect(runSuccessfully(linter, ['--non-zero-exit-code', 'error', file])).rejects.toThrow(/Nope/);
}, 60_000);
