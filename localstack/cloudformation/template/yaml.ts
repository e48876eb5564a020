/** YAML with CloudFormation's short forms of intrinsics (`!Ref`, `!GetAtt a.b`, `!Sub …`). */
import { createRequire } from 'node:module';
import type { CollectionTag, ScalarTag, YAMLMap, YAMLSeq } from 'yaml';

const REQUIRE = createRequire(import.meta.url);
/** Loaded with the first YAML template: most are JSON, and its seventy modules would be a tenth of the start. */
const yaml = () => REQUIRE('yaml') as typeof import('yaml');

const WITH_PREFIX = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

/** The short form of an intrinsic, for a scalar, a sequence and a map. */
function shortForm(tag: string, key: string): (ScalarTag | CollectionTag)[] {
  const wrap = (node: YAMLMap.Parsed | YAMLSeq.Parsed) => {
    const map = new (yaml().YAMLMap)<unknown, unknown>();
    map.set(key, node);
    return map;
  };
  return [
    { tag, resolve: (text: string) => ({ [key]: text }) },
    { tag, collection: 'seq', resolve: wrap },
    { tag, collection: 'map', resolve: wrap },
  ];
}

const SHORT_FORMS = [
  ...WITH_PREFIX.flatMap((name) => shortForm(`!${name}`, `Fn::${name}`)),
  ...shortForm('!Ref', 'Ref'),
  ...shortForm('!Condition', 'Condition'),
];

/** The value that a YAML text stands for. @throws Error with the parser's message. */
export function parseYaml(text: string): unknown {
  // CloudFormation takes the last of duplicate keys, and reads dates as text
  return yaml().parse(text, {
    schema: 'core',
    customTags: SHORT_FORMS,
    uniqueKeys: false,
    maxAliasCount: 0,
    logLevel: 'error',
  });
}
