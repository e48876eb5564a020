import { describe, expect, it } from 'vitest';
import { lineageText } from '../../console/cli/lineage.ts';
import {
  type LineageCatalog,
  type LineageTree,
  lineageOf,
  parseSubject,
} from '../../console/client/lineage.ts';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import { aChampion, aRequest, aVersion } from '../training/run-fixture.ts';

const run = (name: string, datasetVersion?: number): RunItem => ({
  run: name,
  status: 'Registered',
  request: aRequest(),
  executionArn: `execution-${name}`,
  startedAt: '2026-03-01T10:00:00.000Z',
  datasetVersion,
  settingsDigest: 'settings',
  codeDigest: 'code',
});
const model = (modelVersion: number, from: string, datasetVersion: number) => ({
  modelVersion,
  modelPackageArn: `package-${modelVersion}`,
  run: from,
  datasetVersion,
  registeredAt: '2026-03-01T11:00:00.000Z',
});
const served = (endpointConfigName: string, modelVersion: number) => ({
  endpointConfigName,
  endpointName: 'flights',
  modelName: endpointConfigName,
  modelVersion,
  run: 'any',
  capturePrefix: 'captures/',
});

/** Version 2 has rows that run b added; models 1 (twice in service) and 2 were served; run c registered nothing. */
const catalog: LineageCatalog = {
  versions: [aVersion(1), aVersion(2, { source: { kind: 'labels', run: 'b' } })],
  runs: [run('a', 1), run('b', 2), run('c', 2), run('d')],
  models: [model(1, 'a', 1), model(2, 'b', 2)],
  endpointConfigs: [served('one', 1), served('one-again', 1), served('two', 2)],
  champion: aChampion({ modelVersion: 2, endpointName: 'flights', promotedAt: '2026-03-02T00:00:00.000Z' }),
};

/** A tree as nested lists of ids. */
const ids = (trees: readonly LineageTree[]): unknown[] =>
  trees.map(({ node, next }) => [node.id, ...ids(next)]);

describe('lineage', () => {
  it('of a model goes back to the upload and on to the endpoint', () => {
    const found = lineageOf(catalog, { kind: 'model', modelVersion: 1 })!;
    expect(found.subject.label).toBe('model version 1');
    expect(ids(found.madeOf)).toEqual([['run:a', ['dataset:1', ['upload:upload-1']]]]);
    expect(ids(found.ledTo)).toEqual([['endpoint:flights']]);
  });

  it('of a dataset goes on to every run and model that came of it', () => {
    const found = lineageOf(catalog, { kind: 'dataset', version: 2 })!;
    expect(ids(found.madeOf)).toEqual([['labels:b']]);
    expect(ids(found.ledTo)).toEqual([['run:b', ['model:2', ['endpoint:flights']]], ['run:c']]);
  });

  it('of an endpoint goes back to all that it ever served, and says what it serves', () => {
    const found = lineageOf(catalog, { kind: 'endpoint', endpointName: 'flights' })!;
    expect(found.subject.facts).toEqual({ serves: 'model version 2', since: '2026-03-02T00:00:00.000Z' });
    expect(ids(found.madeOf)).toEqual([
      ['model:1', ['run:a', ['dataset:1', ['upload:upload-1']]]],
      ['model:2', ['run:b', ['dataset:2', ['labels:b']]]],
    ]);
    expect(found.madeOf[1]!.node.label).toBe('model version 2 (champion)');
    expect(found.ledTo).toEqual([]);
  });

  it('leaves out what is recorded no longer, and knows no subject that is not', () => {
    const rest = { ...catalog, runs: [] };
    expect(ids(lineageOf(rest, { kind: 'model', modelVersion: 1 })!.madeOf)).toEqual([]);
    expect(lineageOf(catalog, { kind: 'model', modelVersion: 3 })).toBeUndefined();
    expect(lineageOf(catalog, { kind: 'dataset', version: 3 })).toBeUndefined();
    expect(lineageOf(catalog, { kind: 'endpoint', endpointName: 'x' })).toBeUndefined();
  });
});

it('is shown as a tree to either side', () => {
  const shown = lineageText(lineageOf(catalog, { kind: 'dataset', version: 2 })!);
  const [title, ...lines] = shown.split('\n');
  expect(title).toBe('dataset version 2');
  expect(lines.slice(lines.indexOf('made of'))).toEqual([
    'made of',
    expect.stringMatching(/^ {2}└─ labelled rows/),
    '',
    'led to',
    expect.stringMatching(/^ {2}├─ run b/),
    expect.stringMatching(/^ {2}│ {2}└─ model version 2/),
    expect.stringMatching(/^ {2}│ {5}└─ endpoint flights/),
    expect.stringMatching(/^ {2}└─ run c/),
  ]);
});

describe('the subject of a lineage', () => {
  it.each([
    ['model:7', { kind: 'model', modelVersion: 7 }],
    ['dataset/3', { kind: 'dataset', version: 3 }],
    ['endpoint:flights-dev', { kind: 'endpoint', endpointName: 'flights-dev' }],
    ['flights-dev', { kind: 'endpoint', endpointName: 'flights-dev' }],
  ])('%s is understood', (text, subject) => {
    expect(parseSubject(text)).toEqual(subject);
  });

  it.each(['7', 'model:', 'model:0', 'model:x', 'dataset:-1', ''])(
    '"%s" is refused with what is allowed',
    (text) => {
      expect(() => parseSubject(text)).toThrow(/^lineage: got ".*"; allowed: model:VERSION, dataset:VERSION/);
    },
  );
});
