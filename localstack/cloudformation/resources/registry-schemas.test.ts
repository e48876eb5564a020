/** The resource types here against AWS's own registry schemas, which cfn-lint carries. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cfnLint, INSTALL_MS } from '../../testing/python-venv.ts';
import { handlerFor, supportedTypes } from './index.ts';

interface RegistrySchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly createOnlyProperties?: readonly string[];
  readonly readOnlyProperties?: readonly string[];
}

/**
 * Properties whose pages say "Update requires: Replacement" while the schema does not list them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
 */
const REPLACED_BY_DOCUMENTATION: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['KeySchema', 'LocalSecondaryIndexes'],
  'AWS::Events::Rule': ['EventBusName'],
};

/** Properties that `Fn::GetAtt` gives back, by the "Return values" of their pages. */
const RETURNED_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::Events::Archive': ['ArchiveName'],
  'AWS::Events::EventBus': ['Name', 'Policy'],
  'AWS::SNS::Topic': ['TopicName'],
  'AWS::SQS::Queue': ['QueueName'],
  'AWS::SSM::Parameter': ['Type', 'Value'],
};

const names = (pointers: readonly string[] = []) =>
  pointers.map((pointer) => pointer.replace('/properties/', ''));

let folder: string;
beforeAll(async () => {
  const lib = join(dirname(await cfnLint()), 'lib');
  folder = join(lib, readdirSync(lib)[0] ?? '', 'site-packages/cfnlint/data/schemas');
}, INSTALL_MS);

function schemaOf(type: string): RegistrySchema {
  const files = JSON.parse(readFileSync(join(folder, 'providers/us-east-1.json'), 'utf8'));
  return JSON.parse(readFileSync(join(folder, `resources/${files[type]}.json`), 'utf8'));
}

describe.each(supportedTypes().filter((type) => type !== 'AWS::CDK::Metadata'))('%s', (type) => {
  const handler = handlerFor(type, 'X');

  test('has no property that AWS does not have', () => {
    const { properties, readOnlyProperties } = schemaOf(type);
    const readOnly = names(readOnlyProperties);
    const unknown = Object.keys(handler.properties).filter(
      (name) => !(name in properties) || readOnly.includes(name),
    );
    expect(unknown).toEqual([]);
  });

  test('is replaced when AWS replaces it', () => {
    const expected = [
      ...names(schemaOf(type).createOnlyProperties).filter((name) => name in handler.properties),
      ...(REPLACED_BY_DOCUMENTATION[type] ?? []),
    ];
    const replacing = Object.entries(handler.properties).filter(([, { onChange }]) => onChange === 'replace');
    expect(replacing.map(([name]) => name).sort()).toEqual(expected.sort());
  });

  test('requires what AWS requires', () => {
    expect(handler.required ?? []).toEqual(expect.arrayContaining([...(schemaOf(type).required ?? [])]));
  });

  test('has attributes that AWS has', () => {
    const known = [...names(schemaOf(type).readOnlyProperties), ...(RETURNED_PROPERTIES[type] ?? [])];
    expect(known).toEqual(expect.arrayContaining([...(handler.attributes ?? [])]));
  });
});
