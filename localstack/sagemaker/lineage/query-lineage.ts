/** QueryLineage: what is connected to an entity, upwards, downwards or both. */
import type {
  Direction,
  Edge,
  QueryFilters,
  QueryLineageRequest,
  QueryLineageResponse,
  Vertex,
} from '@aws-sdk/client-sagemaker';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { type AssociationRecord, ENTITY_ARN } from './associations.ts';
import { entityAt, kindName, type LineageEntity } from './entities.ts';

const DEEPEST = 10;
const LARGEST_PAGE = 50;
const DIRECTIONS = ['Both', 'Ascendants', 'Descendants'];
const LINEAGE_TYPES = ['TrialComponent', 'Artifact', 'Context', 'Action'];
const FILTERS = [
  ...['Types', 'LineageTypes', 'CreatedBefore', 'CreatedAfter', 'ModifiedBefore', 'ModifiedAfter'],
  'Properties',
];

/** One step of a walk: `to` was reached from `from` over `edge`. */
interface Step {
  readonly from: string;
  readonly to: string;
  readonly edge: AssociationRecord;
}

/**
 * Vertices that pass the filters; with `IncludeEdges` also what lies on the ways to them, the start among it, and the
 * edges between. Pages hold vertices; a page has the edges that end or begin at one of its vertices.
 * @throws AwsError ValidationException, ResourceNotFound
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QueryLineage.html
 */
export function queryLineage(sagemaker: SageMaker, input: QueryLineageRequest): QueryLineageResponse {
  check(input);
  const starts = (input.StartArns ?? []).map((arn) => entityAt(sagemaker, arn).arn);
  const direction = input.Direction ?? 'Both';
  const steps = starts.flatMap((start) => walk(sagemaker, start, direction, input.MaxDepth ?? DEEPEST));
  const passes = filterOf(input.Filters ?? {});
  const matches = [...new Set(steps.map(({ to }) => to))].filter(
    (arn) => !starts.includes(arn) && passes(entityAt(sagemaker, arn)),
  );
  const onTheWay = input.IncludeEdges === true ? waysTo(steps, matches) : [];
  const edges = unique(onTheWay.map(({ edge }) => edge));
  const shown = new Set([
    ...matches,
    ...(input.IncludeEdges === true ? starts : []),
    ...edges.flatMap(({ SourceArn, DestinationArn }) => [SourceArn, DestinationArn]),
  ]);
  const listed = [...shown].map((arn) => {
    const entity = entityAt(sagemaker, arn);
    return { name: arn, created: entity.created, summary: vertexOf(entity) };
  });
  const { summaries, ...next } = listPage(
    listed,
    { NextToken: input.NextToken, MaxResults: input.MaxResults ?? LARGEST_PAGE, SortBy: 'Name' },
    'Ascending',
  );
  const onPage = new Set(summaries.map(({ Arn }) => Arn));
  return {
    Vertices: summaries,
    Edges: edges
      .filter(({ SourceArn, DestinationArn }) => onPage.has(SourceArn) || onPage.has(DestinationArn))
      .map(edgeOf),
    ...next,
  };
}

function check(input: QueryLineageRequest): void {
  const { StartArns, Filters, MaxDepth, MaxResults } = input;
  const constraints = new Constraints().length(StartArns, 'startArns', [0, 1]);
  for (const [index, arn] of (StartArns ?? []).entries()) {
    constraints.pattern(arn, `startArns.${index + 1}.member`, ENTITY_ARN);
  }
  constraints.oneOf(input.Direction, 'direction', DIRECTIONS);
  constraints.range(MaxDepth, 'maxDepth', [0, DEEPEST]).range(MaxResults, 'maxResults', [1, LARGEST_PAGE]);
  constraints.length(Filters?.Types, 'filters.types', [0, 5]);
  constraints.length(Filters?.LineageTypes, 'filters.lineageTypes', [0, 4]);
  for (const [index, type] of (Filters?.LineageTypes ?? []).entries()) {
    constraints.oneOf(type, `filters.lineageTypes.${index + 1}.member`, LINEAGE_TYPES);
  }
  constraints.length(Object.keys(Filters?.Properties ?? {}), 'filters.properties', [0, 5]);
  constraints.check();
  supportOnly('QueryLineage Filters', Filters, FILTERS);
  if (!StartArns || StartArns.length === 0) throw validationError('StartArns must hold one ARN.');
}

/** Breadth first, at most `depth` edges from `start`. An edge is a step in each direction in which it is walked. */
function walk(sagemaker: SageMaker, start: string, direction: Direction, depth: number): Step[] {
  const associations = sagemaker.associations.values();
  const steps: Step[] = [];
  for (const way of direction === 'Both' ? (['Ascendants', 'Descendants'] as const) : [direction]) {
    const seen = new Set([start]);
    let edgeOfWalk = [start];
    for (let level = 0; level < depth && edgeOfWalk.length > 0; level++) {
      const found = edgeOfWalk.flatMap((from) =>
        associations.filter((each) => startOf(each, way) === from).map((edge) => step(edge, way)),
      );
      steps.push(...found);
      edgeOfWalk = [...new Set(found.map(({ to }) => to))].filter((arn) => !seen.has(arn));
      for (const arn of edgeOfWalk) seen.add(arn);
    }
  }
  return steps;
}

const startOf = (edge: AssociationRecord, way: Direction): string =>
  way === 'Ascendants' ? edge.DestinationArn : edge.SourceArn;

const step = (edge: AssociationRecord, way: Direction): Step =>
  way === 'Ascendants'
    ? { from: edge.DestinationArn, to: edge.SourceArn, edge }
    : { from: edge.SourceArn, to: edge.DestinationArn, edge };

/** The steps that lead to one of `targets`, from their ends back to the start. */
function waysTo(steps: readonly Step[], targets: readonly string[]): Step[] {
  const wanted = new Set(targets);
  const kept = new Set<Step>();
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const each of steps) {
      if (kept.has(each) || !wanted.has(each.to)) continue;
      kept.add(each);
      wanted.add(each.from);
      isGrowing = true;
    }
  }
  return [...kept];
}

function filterOf({ Types, LineageTypes, Properties, ...times }: QueryFilters) {
  const pairs = Object.entries(Properties ?? {});
  // nothing changes an entity here: it was last modified when it was made
  const befores = [times.CreatedBefore, times.ModifiedBefore].filter((each) => each !== undefined);
  const afters = [times.CreatedAfter, times.ModifiedAfter].filter((each) => each !== undefined);
  return (entity: LineageEntity): boolean =>
    (!Types?.length || Types.includes(entity.type)) &&
    (!LineageTypes?.length || LineageTypes.some((type) => type === kindName(entity.kind))) &&
    befores.every((time) => entity.created < time) &&
    afters.every((time) => entity.created > time) &&
    // one pair is enough, as AWS says of several
    (pairs.length === 0 || pairs.some(([key, value]) => entity.properties?.[key] === value));
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

const vertexOf = ({ arn, type, kind }: LineageEntity): Vertex => ({
  Arn: arn,
  Type: type,
  LineageType: kindName(kind) as NonNullable<Vertex['LineageType']>,
});

const edgeOf = ({ SourceArn, DestinationArn, AssociationType }: AssociationRecord): Edge => ({
  ...{ SourceArn, DestinationArn },
  ...(AssociationType === undefined ? {} : { AssociationType }),
});
