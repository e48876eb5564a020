import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, parseConfig } from '../../lib/config/load.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'driftless-config-'));
  writeFileSync(join(directory, 'train.py'), 'print("hello")\n');
});

const smallest = () => ({
  stages: { local: { region: 'eu-west-1' } },
  projects: { churn: { dataset: { target: 'churned' }, trainer: { source: '.' }, gates: { minimum: 0.6 } } },
});

function mistakesOf(config: unknown): readonly string[] {
  try {
    parseConfig(config, directory);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  throw new Error('the config was accepted');
}

describe('parseConfig', () => {
  test('fills a target, a trainer and a minimum in with sound defaults', () => {
    const { projects } = parseConfig(smallest(), directory);

    expect(projects.churn?.split).toEqual({
      by: 'key-hash',
      holdoutFraction: 0.2,
      validationFraction: 0.1,
      salt: 'driftless',
    });
    expect(projects.churn?.monitors.psi).toEqual({ warn: 0.1, alert: 0.2 });
    expect(projects.churn?.trainer.frameworkVersion).toBe('1.7-1');
  });

  test('names every mistake at once, each with path, value and what is allowed', () => {
    const config = {
      stages: { local: { region: 'moon', approval: 'never' } },
      projects: {
        churn: {
          dataset: { target: 'churned', format: 'xlsx', minimumRows: 0 },
          trainer: { source: '.', instanceType: 'm5.large', instnceCount: 1 },
          gates: { minimum: '0.6' },
        },
      },
    };

    expect(mistakesOf(config)).toEqual([
      'stages.local.region: got "moon"; allowed: an AWS region such as eu-west-1',
      'stages.local.approval: got "never"; allowed: "automatic", "manual"',
      'projects.churn.dataset.format: got "xlsx"; allowed: "csv", "jsonl", "parquet"',
      'projects.churn.dataset.minimumRows: got 0; allowed: at least 1',
      'projects.churn.trainer.instanceType: got "m5.large"; allowed: a SageMaker instance type such as ml.m5.large',
      'projects.churn.trainer.instnceCount: is not a setting; remove it or correct its name',
      'projects.churn.gates.minimum: got "0.6"; allowed: number; set it',
    ]);
  });

  test('names what is missing', () => {
    const config = {
      stages: { local: { region: 'eu-west-1' } },
      projects: { churn: { trainer: { source: '.' } } },
    };

    expect(mistakesOf(config)).toEqual([
      'projects.churn.dataset: is missing; allowed: object; set it',
      'projects.churn.gates: is missing; allowed: object; set it',
    ]);
  });

  test('refuses a target that is not among the declared columns', () => {
    const config = smallest();
    Object.assign(config.projects.churn.dataset, { columns: { left: { type: 'integer' } } });

    expect(mistakesOf(config)).toEqual([
      'projects.churn.dataset.target: got "churned"; allowed: one of the declared columns (left); declare "churned" or correct the name',
    ]);
  });

  test('refuses a trainer whose folder or script is not there', () => {
    const config = smallest();
    Object.assign(config.projects.churn.trainer, { entryPoint: 'fit.py' });

    expect(mistakesOf(config)).toEqual([
      'projects.churn.trainer.entryPoint: got "fit.py"; allowed: a file in .; create it or correct the name',
    ]);
  });

  test('locks the audit trail for a year where data is retained, and not at all where it is destroyed', () => {
    const config = {
      ...smallest(),
      stages: { dev: { region: 'eu-west-1', removal: 'destroy' }, prod: { region: 'eu-west-1' } },
    };
    const { stages } = parseConfig(config, directory);

    expect(stages.dev?.auditRetentionDays).toBe(0);
    expect(stages.prod?.auditRetentionDays).toBe(365);
  });

  test('refuses to lock records in a stage that destroys them', () => {
    const stages = { dev: { region: 'eu-west-1', removal: 'destroy', auditRetentionDays: 30 } };

    expect(mistakesOf({ ...smallest(), stages })).toEqual([
      "stages.dev.auditRetentionDays: got 30; allowed: 0 with removal 'destroy': locked records cannot be deleted; leave it out, or set removal to 'retain'",
    ]);
  });

  test('refuses a project name that would not fit the name of its bucket', () => {
    const config = { ...smallest(), projects: { 'a-name-of-more-than-twenty': smallest().projects.churn } };

    expect(mistakesOf(config)).toHaveLength(1);
    expect(mistakesOf(config)[0]).toContain('"a-name-of-more-than-twenty"');
  });

  test('refuses names that would mean the resources of something else', () => {
    const { local } = smallest().stages;
    const { churn } = smallest().projects;

    expect(mistakesOf({ stages: { dev: local, 'dev-b': local }, projects: { platform: churn } })).toEqual([
      'stages.dev-b: got "dev-b"; allowed: lower-case letters and digits, starting with a letter',
      'projects.platform: got "platform"; allowed: any other name: the stack of the platform itself is called so',
    ]);
  });
});

describe('loadConfig', () => {
  test('says where it looked when there is no file', async () => {
    await expect(loadConfig(join(directory, 'driftless.config.ts'))).rejects.toThrow(
      /no such file: .*driftless\.config\.ts; create it/,
    );
  });
});
