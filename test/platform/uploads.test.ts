/** What starts an ingest, and what a project's bucket lets go by itself. */
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import * as keys from '../../lambdas/shared/keys.ts';
import { parseEventPattern } from '../../localstack/events/pattern.ts';
import { type Synthesized, synth } from '../helpers/synth.ts';

const BUCKET = 'driftless-dev-flight-delays-data-000000000000-us-east-1';

let dev: Synthesized;
beforeAll(() => {
  dev = synth('dev');
}, 60_000);

const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

function starts(key: string, bucket = BUCKET): boolean {
  const rule = propertiesOf(dev.platform, 'AWS::Events::Rule').find(
    ({ Name }) => Name === 'driftless-dev-upload-arrived',
  );
  const event = {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: bucket }, object: { key } },
  };
  return parseEventPattern(JSON.stringify(rule.EventPattern)).matches(event);
}

describe('the rule of uploads', () => {
  test.each([
    'incoming/jan.csv',
    'incoming/jan feb+ä%20.parquet',
    'incoming/.hidden',
    'incoming/jan/_SUCCESS',
    'incoming/2026-01/part=1/_SUCCESS',
  ])('hears of %s', (key) => expect(starts(key)).toBe(true));

  test.each([
    'incoming/jan/part-00000.csv',
    'incoming/jan/_temporary/0/part-00000.csv',
    'incoming/jan/_SUCCESS.crc',
    'incoming/jan/_SUCCESSFUL',
    'labels/jan.jsonl',
    'uploads/jan-0123456789ab/_SUCCESS',
  ])('does not hear of %s', (key) => expect(starts(key)).toBe(false));

  test('does not hear of any other part of the bucket', () => {
    const made = Object.entries(keys as unknown as Record<string, unknown>)
      .filter(([name, key]) => typeof key === 'function' && !['parseS3Uri', 's3Uri'].includes(name))
      .map(([, key]) => (key as (...parts: readonly (string | number)[]) => string)('1', 'x', 'y'));
    expect(made.length).toBeGreaterThan(15);
    for (const key of [...made, keys.LABELS_PREFIX, keys.CAPTURES_PREFIX, keys.REJECTED_PREFIX]) {
      expect(starts(key), key).toBe(false);
      expect(starts(`${key}x`), `${key}x`).toBe(false);
    }
  });

  test('does not hear of the buckets of another stage', () => {
    expect(starts('incoming/jan.csv', BUCKET.replace('-dev-', '-prod-'))).toBe(false);
  });
});

describe('the ingest workflow', () => {
  const definition = () => {
    const machine = propertiesOf(dev.platform, 'AWS::StepFunctions::StateMachine').find(
      ({ StateMachineName }) => StateMachineName === 'driftless-dev-ingest',
    );
    const parts = machine.DefinitionString['Fn::Join'][1] as unknown[];
    return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'X')).join(''));
  };
  type State = Record<string, unknown> & { Type: string; Catch?: { ErrorEquals: string[]; Next: string }[] };

  test('records the failure of every step but the recording', () => {
    const states = Object.entries(definition().States as Record<string, State>);
    for (const [name, { Type, Catch }] of states) {
      if ((Type !== 'Task' && Type !== 'Map') || name === 'Record the failure') continue;
      expect(Catch, name).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'Record the failure' }]);
    }
    expect(states.filter(([, { Type }]) => Type === 'Map')).toHaveLength(4);
  });

  test('fails with a name of its own when a check refuses the upload, and plans again when it is stale', () => {
    const { States } = definition();
    expect(States['Rejected by a check']).toMatchObject({ Type: 'Fail', Error: 'UploadRejected' });
    expect(States['What came of it?'].Choices).toMatchObject([
      { Next: 'Plan the scan', Condition: '{% $commit.outcome = "stale" %}' },
      { Next: 'Rejected by a check' },
    ]);
  });

  test('gives up a pass over shards on the first that fails', () => {
    for (const state of Object.values<State>(definition().States)) {
      if (state.Type === 'Map') expect(state).toMatchObject({ ToleratedFailureCount: 0, MaxConcurrency: 40 });
    }
  });

  test('gives its scans all the storage that Lambda has', () => {
    const scans = ['scan-upload', 'scan-shard', 'merge-scan'].map((name) => `driftless-dev-${name}`);
    const functions = propertiesOf(dev.platform, 'AWS::Lambda::Function').filter(({ FunctionName }) =>
      scans.includes(FunctionName),
    );
    expect(functions.map(({ EphemeralStorage }) => EphemeralStorage.Size)).toEqual([10240, 10240, 10240]);
  });
});

describe('alarms of workflows', () => {
  const metricsOf = (alarm: string) =>
    propertiesOf(dev.platform, 'AWS::CloudWatch::Alarm')
      .find(({ AlarmName }) => AlarmName === `driftless-dev-${alarm}`)
      .Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: { MetricName: string } } }) =>
        MetricStat ? [MetricStat.Metric.MetricName] : [],
      )
      .sort();

  test('ring for runs and rollouts that failed, were aborted or took too long', () => {
    const each = ['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut'];
    expect(metricsOf('failed-workflows')).toEqual([...each, ...each].sort());
  });

  test('do not ring for an upload that a check refused', () => {
    expect(metricsOf('failed-uploads')).toEqual(['ExecutionsAborted', 'ExecutionsTimedOut', 'Invocations']);
  });
});

describe("a data bucket's lifecycle", () => {
  test('lets go what is done with, and nothing that a version is made of', () => {
    const [bucket] = propertiesOf(dev.projects['flight-delays']!, 'AWS::S3::Bucket');
    const rules = bucket.LifecycleConfiguration.Rules as {
      Prefix?: string;
      TagFilters?: { Key: string; Value: string }[];
      ExpirationInDays?: number;
      NoncurrentVersionExpiration?: { NoncurrentDays: number };
    }[];
    const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    expect(
      expiring.map(({ Prefix, TagFilters, ExpirationInDays }) => [
        Prefix,
        TagFilters?.[0]?.Value,
        ExpirationInDays,
      ]),
    ).toEqual([
      ['incoming/', 'committed', 1],
      ['incoming/', 'rejected', 1],
      ['incoming/', 'expired', 1],
      ['uploads/', undefined, 7],
      ['datasets/pending/', undefined, 30],
    ]);
    for (const { NoncurrentVersionExpiration, Prefix } of rules) {
      if (NoncurrentVersionExpiration)
        expect(['incoming/', 'uploads/', 'datasets/pending/']).toContain(Prefix);
    }
  });
});
