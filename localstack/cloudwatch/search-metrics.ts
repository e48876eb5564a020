/** Metrics that a search finds, with labels that tell them apart. */
import type { MathNode } from './metric-math-parser.ts';
import type { Grid } from './metric-queries.ts';
import type { MetricId, MetricStore } from './metric-store.ts';
import { parseSearch } from './search-expression.ts';

/** A search gives no more series than this. */
const MOST_FOUND = 500;
/** It finds metrics that had data in the last two weeks. */
const ACTIVE_MS = 14 * 86_400_000;
/** Of a search that names none. */
const DEFAULT_PERIOD_SECONDS = 300;

/** What the search finds, by label. @throws AwsError ValidationError for what is no search */
export function searchMetrics(
  store: MetricStore,
  search: string,
  grid: Grid,
): readonly { readonly label: string; readonly metric: MetricId }[] {
  const isWanted = parseSearch(search);
  const metrics = store
    .list()
    .filter(({ newestEpochMs }) => newestEpochMs >= grid.start - ACTIVE_MS)
    .map(({ metric }) => metric)
    .filter(isWanted);
  const parts = metrics.map(partsOf);
  const names = [...new Set(parts.flatMap((each) => [...each.keys()]))];
  const differing = names.filter((name) => new Set(parts.map((each) => each.get(name))).size > 1);
  return metrics
    .map((metric, index) => {
      const values = differing.map((name) => parts[index]!.get(name)).filter((value) => value !== undefined);
      return { label: values.length > 0 ? values.join(' ') : metric.name, metric };
    })
    .sort((a, b) => (a.label < b.label ? -1 : 1))
    .slice(0, MOST_FOUND);
}

function partsOf({ namespace, name, dimensions }: MetricId): Map<string, string> {
  const values = dimensions.map(({ Name, Value }): [string, string] => [`dimension ${Name}`, Value ?? '']);
  return new Map([['namespace', namespace], ['name', name], ...values]);
}

/** Period of the searches in an expression, in seconds; undefined when there is none in it. */
export function searchPeriodIn(node: MathNode): number | undefined {
  switch (node.kind) {
    case 'call': {
      if (node.name !== 'SEARCH') return firstPeriod(node.args);
      const period = node.args[2];
      return period?.kind === 'number' ? period.value : DEFAULT_PERIOD_SECONDS;
    }
    case 'list':
      return firstPeriod(node.items);
    case 'negate':
      return searchPeriodIn(node.operand);
    case 'binary':
      return firstPeriod([node.left, node.right]);
    default:
      return undefined;
  }
}

function firstPeriod(nodes: readonly MathNode[]): number | undefined {
  return nodes.map(searchPeriodIn).find((period) => period !== undefined);
}
