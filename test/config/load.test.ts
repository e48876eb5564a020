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
    expect(projects.churn?.trainer).toMatchObject({ kind: 'script', frameworkVersion: '1.7-1' });
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

describe('checks, evolution and splits of a dataset', () => {
  const withDataset = (dataset: object, split: object = {}) => {
    const { stages, projects } = smallest();
    return {
      stages,
      projects: { churn: { ...projects.churn, dataset: { target: 'churned', ...dataset }, split } },
    };
  };
  const CHURNED = { churned: { type: 'integer' } };

  test('may be left out: what nobody says stays absent, and the rules know the defaults', () => {
    expect(parseConfig(smallest(), directory).projects.churn?.dataset).toEqual({
      target: 'churned',
      columns: {},
      uploads: 'snapshot',
      minimumRows: 100,
    });
  });

  test('reach the settings as they are written', () => {
    const dataset = {
      format: 'parquet',
      eventTime: 'at',
      columns: {
        ...CHURNED,
        at: { type: 'timestamp', aliases: ['time'] },
        plan: {
          type: 'string',
          role: 'sensitive',
          pattern: '[A-Z]{2}',
          minimumLength: 2,
          maximumLength: 2,
          unique: true,
          nullable: false,
          checks: { 'new-categories': { severity: 'block', maximumMass: 0 } },
        },
      },
      nullValues: ['NA'],
      checks: { 'column-types': { mostly: 0.99 }, 'leakage-hints': { severity: 'off' } },
      predicates: [{ name: 'order', sql: 'churned >= 0', severity: 'warn', mostly: 0.5 }],
      expectedRows: { minimum: 10, ratioToPrevious: { maximum: 3 } },
      freshness: { maximumAgeHours: 24 },
      evolution: { added: 'block', dropped: 'warn' },
      scan: { route: 'distributed' },
      incoming: { expireAfterDays: 3 },
    };
    const split = { by: 'key-hash', stratify: 'plan' };
    const parsed = parseConfig(withDataset(dataset, split), directory).projects.churn!;

    expect(parsed.dataset).toMatchObject({ ...dataset, columns: {} });
    expect(parsed.dataset.columns.plan).toEqual(dataset.columns.plan);
    expect(parsed.split).toMatchObject(split);
  });

  test.each([
    [
      { checks: { 'colum-types': {} } },
      'checks.colum-types: is not a setting; remove it or correct its name',
    ],
    [
      { checks: { 'column-types': { mostly: 1.5 } } },
      'checks.column-types.mostly: got 1.5; allowed: at most 1',
    ],
    [
      { checks: { 'column-types': { severity: 'error' } } },
      'checks.column-types.severity: got "error"; allowed: "block", "warn", "info", "off"',
    ],
    [
      { predicates: [{ name: 'a', sql: 'x; drop table data' }] },
      'predicates.0.sql: got "x; drop table data"; allowed: one SQL expression without a semicolon',
    ],
    [{ scan: { route: 'fast' } }, 'scan.route: got "fast"; allowed: "auto", "one-function", "distributed"'],
    [{ incoming: { expireAfterDays: 0 } }, 'incoming.expireAfterDays: got 0; allowed: at least 1'],
    [
      { columns: { ...CHURNED, x: { type: 'string', pattern: '(?=a)' } } },
      'columns.x.pattern: got "(?=a)"; allowed: a regular expression of RE2, which has no "(?="; write it without',
    ],
    [
      { columns: { ...CHURNED, x: { type: 'integer', minimum: 2, maximum: 1 } } },
      'columns.x.minimum: got 2; allowed: at most maximum (1); exchange them',
    ],
    [
      { columns: { ...CHURNED, x: { type: 'string', minimum: 2 } } },
      'columns.x.minimum: got 2; allowed: only on an integer or double column, and this one is string; remove it or change the type',
    ],
    [
      { columns: { ...CHURNED, x: { type: 'integer', pattern: 'a' } } },
      'columns.x.pattern: got "a"; allowed: only on a string column, and this one is integer; remove it or change the type',
    ],
    [
      { columns: { ...CHURNED, x: { type: 'integer', checks: { 'duplicate-rows': {} } } } },
      'columns.x.checks.duplicate-rows: is not a setting; remove it or correct its name',
    ],
    [
      { columns: { ...CHURNED, Churned: { type: 'integer' } } },
      'columns.Churned: got "Churned"; allowed: names that differ by more than case, and "churned" is declared too; rename one',
    ],
    [
      { columns: { ...CHURNED, x: { type: 'integer', aliases: ['churned'] } } },
      'columns.x.aliases.0: got "churned"; allowed: a name that no column has yet, and this one belongs to "churned"; remove it',
    ],
    [
      { columns: { churned: { type: 'integer', nullable: true } } },
      'columns.churned.nullable: got true; allowed: false for the target and the key, which every row has to have; remove it',
    ],
    [
      { freshness: { maximumAgeHours: 1 } },
      'freshness: got {"maximumAgeHours":1}; allowed: only with dataset.eventTime; name the column with the time of the event',
    ],
    [
      { expectedRows: { minimum: 2, maximum: 1 } },
      'expectedRows.minimum: got 2; allowed: at most maximum (1); exchange them',
    ],
    [
      {
        predicates: [
          { name: 'a', sql: 'true' },
          { name: 'a', sql: 'false' },
        ],
      },
      'predicates.1.name: got "a"; allowed: a name that no other predicate has; rename it',
    ],
  ])('%j is a mistake', (dataset, mistake) => {
    expect(mistakesOf(withDataset(dataset))).toEqual([`projects.churn.dataset.${mistake}`]);
  });

  test('a split by time needs a time, and a column to stratify by has to be there', () => {
    const split = { by: 'event-time', stratify: 'region' };
    expect(mistakesOf(withDataset({ columns: CHURNED }, split))).toEqual([
      'projects.churn.split.stratify: got "region"; allowed: one of the declared columns (churned); declare "region" or correct the name',
      'projects.churn.split.by: got "event-time"; allowed: only with dataset.eventTime; name the column with the time of the event',
      'projects.churn.split.stratify: got "region"; allowed: only with split.by "key-hash": the sides of a split by time are spans of time; remove one',
    ]);
    expect(mistakesOf(withDataset({}, { stratify: 3 }))).toEqual([
      'projects.churn.split.stratify: got 3; allowed: true, false or the name of a column',
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
