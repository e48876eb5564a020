/** The same questions as `lineage.ts`, answered by SageMaker's own lineage: what Studio and the SDK for Python see. */
import {
  DescribeActionCommand,
  DescribeArtifactCommand,
  DescribeContextCommand,
  type Direction,
  type Edge,
  ListArtifactsCommand,
  ListContextsCommand,
  paginateQueryLineage,
  type SageMakerClient,
  type Vertex,
} from '@aws-sdk/client-sagemaker';
import { manifestKey, s3Uri } from '../../lambdas/shared/keys.ts';
import type { Connection } from './connect.ts';
import type { Lineage, LineageNode, LineageSubject, LineageTree } from './lineage.ts';

type Place = Pick<Connection, 'sagemaker' | 'names' | 'project' | 'bucket'>;

/** What SageMaker's lineage knows a subject by: the S3 URI of a version's manifest, or an ARN. */
export function lineageSource({ names, project, bucket }: Place, subject: LineageSubject): string {
  switch (subject.kind) {
    case 'dataset':
      return s3Uri(bucket, manifestKey(subject.version));
    case 'model':
      return names.arn(
        'sagemaker',
        `model-package/${names.modelPackageGroup(project)}/${subject.modelVersion}`,
      );
    case 'endpoint':
      return names.arn('sagemaker', `endpoint/${subject.endpointName}`);
  }
}

/**
 * Both ways from the subject, at most ten associations far, which is as far as AWS walks. Undefined when SageMaker has no
 * such entity: versions that no model was registered from are never written to it.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QueryLineage.html
 */
export async function sagemakerLineageOf(
  place: Place,
  subject: LineageSubject,
): Promise<Lineage | undefined> {
  const { sagemaker } = place;
  const start = await entityWithSource(sagemaker, subject.kind, lineageSource(place, subject));
  if (start === undefined) return undefined;
  const [up, down] = await Promise.all([
    query(sagemaker, start, 'Ascendants'),
    query(sagemaker, start, 'Descendants'),
  ]);
  const arns = new Set([start, ...[...up.vertices, ...down.vertices].map(({ Arn }) => Arn!)]);
  const nodes = new Map<string, LineageNode>();
  // one by one: SageMaker throttles its lineage at a few calls a second
  for (const arn of arns) nodes.set(arn, await describeNode(sagemaker, arn));
  const trees = (edges: readonly Edge[], from: 'SourceArn' | 'DestinationArn') =>
    treesFrom(start, { edges, nodes, from, path: [] });
  return {
    subject: nodes.get(start)!,
    madeOf: trees(up.edges, 'DestinationArn'),
    ledTo: trees(down.edges, 'SourceArn'),
  };
}

async function entityWithSource(
  sagemaker: SageMakerClient,
  kind: LineageSubject['kind'],
  SourceUri: string,
): Promise<string | undefined> {
  if (kind === 'endpoint') {
    const { ContextSummaries } = await sagemaker.send(new ListContextsCommand({ SourceUri }));
    return ContextSummaries?.[0]?.ContextArn;
  }
  const { ArtifactSummaries } = await sagemaker.send(new ListArtifactsCommand({ SourceUri }));
  return ArtifactSummaries?.[0]?.ArtifactArn;
}

async function query(client: SageMakerClient, start: string, direction: Direction) {
  const vertices: Vertex[] = [];
  const edges = new Map<string, Edge>();
  const request = { StartArns: [start], Direction: direction, IncludeEdges: true };
  for await (const page of paginateQueryLineage({ client }, request)) {
    vertices.push(...(page.Vertices ?? []));
    // an edge between two pages may be on both
    for (const edge of page.Edges ?? []) edges.set(`${edge.SourceArn} ${edge.DestinationArn}`, edge);
  }
  return { vertices, edges: [...edges.values()] };
}

interface Walk {
  readonly edges: readonly Edge[];
  readonly nodes: ReadonlyMap<string, LineageNode>;
  readonly from: 'SourceArn' | 'DestinationArn';
  /** Where it came by: anyone may write a circle into SageMaker's lineage. */
  readonly path: readonly string[];
}

function treesFrom(arn: string, walk: Walk): LineageTree[] {
  const { edges, nodes, from } = walk;
  const path = [...walk.path, arn];
  const to = from === 'SourceArn' ? 'DestinationArn' : 'SourceArn';
  return edges
    .filter((edge) => edge[from] === arn && !path.includes(edge[to]!) && nodes.has(edge[to]!))
    .map((edge) => ({ node: nodes.get(edge[to]!)!, next: treesFrom(edge[to]!, { ...walk, path }) }));
}

async function describeNode(sagemaker: SageMakerClient, arn: string): Promise<LineageNode> {
  const described = await describe(sagemaker, arn);
  const { type, source, properties = {} } = described;
  return {
    id: arn,
    kind: 'sagemaker',
    label: source === undefined ? arn : `${type} ${source}`,
    facts: { ...properties, arn },
  };
}

interface Described {
  readonly type?: string | undefined;
  readonly source?: string | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** Nothing for a trial component, which its ARN says enough of. */
async function describe(sagemaker: SageMakerClient, arn: string): Promise<Described> {
  switch (arn.split(':')[5]?.split('/')[0]) {
    case 'artifact': {
      const found = await sagemaker.send(new DescribeArtifactCommand({ ArtifactArn: arn }));
      return { type: found.ArtifactType, source: found.Source?.SourceUri, properties: found.Properties };
    }
    case 'action': {
      const found = await sagemaker.send(new DescribeActionCommand({ ActionName: arn }));
      return { type: found.ActionType, source: found.Source?.SourceUri, properties: found.Properties };
    }
    case 'context': {
      const found = await sagemaker.send(new DescribeContextCommand({ ContextName: arn }));
      return { type: found.ContextType, source: found.Source?.SourceUri, properties: found.Properties };
    }
    default:
      return {};
  }
}
