/** What a model, an endpoint or a dataset version was made of, and what was made of it. */
import {
  type ChampionItem,
  type EndpointConfigItem,
  type ModelItem,
  type RunItem,
  SK_PREFIX,
  type VersionItem,
} from '../../lambdas/shared/catalog-items.ts';
import { all, getChampion, listModels, listRuns, listVersions } from './catalog.ts';
import { type Connection, UsageError } from './connect.ts';

/** The items of a project that say what came of what. */
export interface LineageCatalog {
  readonly versions: readonly VersionItem[];
  readonly runs: readonly RunItem[];
  readonly models: readonly ModelItem[];
  /** Each says which model an endpoint served at some time. */
  readonly endpointConfigs: readonly EndpointConfigItem[];
  readonly champion?: ChampionItem;
}

export type LineageSubject =
  | { readonly kind: 'dataset'; readonly version: number }
  | { readonly kind: 'model'; readonly modelVersion: number }
  | { readonly kind: 'endpoint'; readonly endpointName: string };

export interface LineageNode {
  /** `<kind>:<name>`, unique in a project; of an entity in SageMaker's lineage its ARN. */
  readonly id: string;
  readonly kind: 'upload' | 'labels' | 'dataset' | 'run' | 'model' | 'endpoint' | 'sagemaker';
  /** For a person, for example `model version 7`. */
  readonly label: string;
  /** Digests, times, states, by name. */
  readonly facts: Readonly<Record<string, string>>;
}

/** A node with what it leads to in one direction. What is reached by two ways is there twice. */
export interface LineageTree {
  readonly node: LineageNode;
  readonly next: readonly LineageTree[];
}

export interface Lineage {
  readonly subject: LineageNode;
  /** What it was made of. */
  readonly madeOf: readonly LineageTree[];
  /** What was made of it. */
  readonly ledTo: readonly LineageTree[];
}

interface Graph {
  readonly nodes: ReadonlyMap<string, LineageNode>;
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

const idOf = {
  dataset: (version: number) => `dataset:${version}`,
  run: (run: string) => `run:${run}`,
  model: (modelVersion: number) => `model:${modelVersion}`,
  endpoint: (name: string) => `endpoint:${name}`,
};

/** Both ways from the subject. Undefined when the catalog does not know it. Pure. */
export function lineageOf(catalog: LineageCatalog, subject: LineageSubject): Lineage | undefined {
  const graph = graphOf(catalog);
  const found = graph.nodes.get(subjectId(subject));
  return (
    found && {
      subject: found,
      madeOf: walk(graph, found.id, { from: 'to', to: 'from' }),
      ledTo: walk(graph, found.id, { from: 'from', to: 'to' }),
    }
  );
}

function subjectId(subject: LineageSubject): string {
  switch (subject.kind) {
    case 'dataset':
      return idOf.dataset(subject.version);
    case 'model':
      return idOf.model(subject.modelVersion);
    case 'endpoint':
      return idOf.endpoint(subject.endpointName);
  }
}

/** Ends, because what is made is always later than what it is made of: the graph has no cycle. */
function walk(
  graph: Graph,
  id: string,
  way: { readonly from: 'from' | 'to'; readonly to: 'from' | 'to' },
): LineageTree[] {
  return graph.edges
    .filter((edge) => edge[way.from] === id)
    .map((edge) => ({ node: graph.nodes.get(edge[way.to])!, next: walk(graph, edge[way.to], way) }));
}

function graphOf(catalog: LineageCatalog): Graph {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, { from: string; to: string }>();
  const put = (node: LineageNode) => nodes.set(node.id, node);
  const join = (from: string, to: string) => {
    // an item may outlive what it refers to
    if (nodes.has(from) && nodes.has(to)) edges.set(`${from} ${to}`, { from, to });
  };
  for (const version of catalog.versions) putVersion(version, put);
  for (const run of catalog.runs) put(runNode(run));
  for (const model of catalog.models) put(modelNode(model, catalog.champion));
  for (const config of catalog.endpointConfigs) put(endpointNode(config.endpointName, catalog));

  for (const { version, source } of catalog.versions) join(sourceNode(source).id, idOf.dataset(version));
  for (const { run, datasetVersion } of catalog.runs) {
    if (datasetVersion !== undefined) join(idOf.dataset(datasetVersion), idOf.run(run));
  }
  for (const { modelVersion, run } of catalog.models) join(idOf.run(run), idOf.model(modelVersion));
  for (const { modelVersion, endpointName } of catalog.endpointConfigs) {
    join(idOf.model(modelVersion), idOf.endpoint(endpointName));
  }
  return { nodes, edges: [...edges.values()] };
}

/** The labelled rows that a run added to its data are no product of the run: it trains on them. */
function sourceNode(source: VersionItem['source']): LineageNode {
  return source.kind === 'upload'
    ? { id: `upload:${source.upload}`, kind: 'upload', label: `upload ${source.upload}`, facts: {} }
    : {
        id: `labels:${source.run}`,
        kind: 'labels',
        label: `labelled rows added by run ${source.run}`,
        facts: {},
      };
}

function putVersion(version: VersionItem, put: (node: LineageNode) => void): void {
  put(sourceNode(version.source));
  const { digest, rows, createdAt, schemaVersion } = version;
  put({
    id: idOf.dataset(version.version),
    kind: 'dataset',
    label: `dataset version ${version.version}`,
    facts: { rows: String(rows), schema: String(schemaVersion), digest, created: createdAt },
  });
}

function runNode({ run, status, request, settingsDigest, codeDigest, startedAt }: RunItem): LineageNode {
  const facts = {
    status,
    reason: request.reason,
    code: codeDigest,
    settings: settingsDigest,
    started: startedAt,
  };
  return { id: idOf.run(run), kind: 'run', label: `run ${run}`, facts };
}

function modelNode(
  { modelVersion, modelPackageArn, registeredAt, approval }: ModelItem,
  champion?: ChampionItem,
): LineageNode {
  return {
    id: idOf.model(modelVersion),
    kind: 'model',
    label: `model version ${modelVersion}${champion?.modelVersion === modelVersion ? ' (champion)' : ''}`,
    facts: {
      registered: registeredAt,
      ...(approval && { approval: approval.status }),
      package: modelPackageArn,
    },
  };
}

function endpointNode(name: string, { champion }: LineageCatalog): LineageNode {
  const serves: Record<string, string> =
    champion?.endpointName === name
      ? { serves: `model version ${champion.modelVersion}`, since: champion.promotedAt }
      : {};
  return { id: idOf.endpoint(name), kind: 'endpoint', label: `endpoint ${name}`, facts: serves };
}

/** Everything of the project that says what came of what. */
export async function readLineageCatalog(connection: Connection): Promise<LineageCatalog> {
  const [versions, runs, models, endpointConfigs, champion] = await Promise.all([
    listVersions(connection),
    listRuns(connection),
    listModels(connection),
    all<EndpointConfigItem>(connection, SK_PREFIX.endpointConfig),
    getChampion(connection),
  ]);
  return { versions, runs, models, endpointConfigs, champion };
}

/**
 * What a person means: `model:7`, `dataset:3`, `endpoint:NAME`, or the name of an endpoint as it is.
 * @throws UsageError for a bare number, which may be a model or a dataset, and for anything without a version.
 */
export function parseSubject(text: string): LineageSubject {
  const [, kind, name] = /^(model|dataset|endpoint)[:/](.+)$/.exec(text) ?? [];
  if (kind === 'endpoint') return { kind, endpointName: name! };
  if (kind === undefined && /^[A-Za-z][A-Za-z0-9-]*$/.test(text))
    return { kind: 'endpoint', endpointName: text };
  if (kind === undefined || !/^[1-9]\d{0,8}$/.test(name!)) {
    throw new UsageError(
      `lineage: got "${text}"; allowed: model:VERSION, dataset:VERSION (versions from 1), endpoint:NAME or an endpoint's name`,
    );
  }
  return kind === 'model' ? { kind, modelVersion: Number(name) } : { kind: 'dataset', version: Number(name) };
}
