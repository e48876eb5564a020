/** Finds the operation of a REST request by method, path and query. */
import { type HttpTrait, type OperationModel, requiredCount, type Shape } from './model.ts';

/** What of a request decides its operation. */
export interface RestRequest {
  readonly method: string;
  /** Path as sent, still percent-encoded; for S3 without the bucket. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly hasHeader: (name: string) => boolean;
  /** S3 only: whether the request names a bucket. */
  readonly hasBucket?: boolean;
}

export interface RouteMatch {
  readonly operation: OperationModel;
  /** Decoded path labels. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Routes {
  match(request: RestRequest): RouteMatch | undefined;
}

interface Route {
  readonly operation: OperationModel;
  readonly http: HttpTrait;
  readonly pattern: RegExp;
  readonly labelNames: readonly string[];
  /** Longer fixed text wins over labels. */
  readonly fixedLength: number;
  /** Query that must be there, with its value when it has one (`?list-type=2`, `?versioning`). */
  readonly literals: readonly (readonly [string, string])[];
  readonly needs: readonly { readonly in: 'query' | 'header'; readonly name: string }[];
  readonly needsBucket: boolean;
}

/** Builds the routes of a REST service; operations without an HTTP trait have none. */
export function createRoutes(operations: readonly OperationModel[], isS3: boolean): Routes {
  const routes = operations.flatMap((operation) =>
    operation.http ? [createRoute(operation, operation.http, isS3)] : [],
  );
  return {
    match(request) {
      let best: { match: RouteMatch; score: number } | undefined;
      for (const route of routes) {
        const labels = labelsOf(route, request, isS3);
        if (!labels) continue;
        const score = scoreOf(route, request);
        if (score === undefined || (best && best.score >= score)) continue;
        best = { match: { operation: route.operation, labels }, score };
      }
      return best?.match;
    },
  };
}

function createRoute(operation: OperationModel, http: HttpTrait, isS3: boolean): Route {
  const [template = '/', query = ''] = http.uri.split('?');
  const labelNames: string[] = [];
  let fixedLength = 0;
  const source = trimSlash(template, isS3)
    .split('/')
    .map((segment) => {
      const label = /^\{(.+?)(\+?)\}$/.exec(segment);
      if (!label) {
        fixedLength += segment.length + 1;
        return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      }
      labelNames.push(label[1]!);
      return label[2] ? '(.+)' : '([^/]+)';
    })
    .join('/');
  const literals = [...new URLSearchParams(query)].filter(([name]) => name !== 'x-id');
  return {
    operation,
    http,
    pattern: new RegExp(`^${source}$`, 's'),
    labelNames,
    fixedLength,
    literals,
    needs: neededBindings(operation.input),
    needsBucket: isS3 && !operation.input.isUnitSchema() && 'Bucket' in operation.input.getMemberSchemas(),
  };
}

function neededBindings(input: Shape): Route['needs'] {
  const count = input.isStructSchema() ? requiredCount(input) : 0;
  if (count === 0) return [];
  const required = [...input.structIterator()].slice(0, count);
  return required.flatMap(([, member]): Route['needs'] => {
    const traits = member.getMergedTraits() as { httpQuery?: string; httpHeader?: string };
    if (traits.httpQuery) return [{ in: 'query', name: traits.httpQuery }];
    if (traits.httpHeader) return [{ in: 'header', name: traits.httpHeader }];
    return [];
  });
}

function labelsOf(route: Route, request: RestRequest, isS3: boolean): Record<string, string> | undefined {
  if (route.http.method !== request.method) return undefined;
  if (isS3 && route.needsBucket !== (request.hasBucket ?? false)) return undefined;
  const found = route.pattern.exec(trimSlash(request.path, isS3));
  if (!found) return undefined;
  return Object.fromEntries(route.labelNames.map((name, index) => [name, decode(found[index + 1]!)]));
}

/** How well the request fits; undefined when it does not. */
function scoreOf(route: Route, request: RestRequest): number | undefined {
  for (const [name, value] of route.literals) {
    if (!request.query.has(name)) return undefined;
    if (value !== '' && request.query.get(name) !== value) return undefined;
  }
  let score = route.literals.length * 100 + route.fixedLength;
  for (const need of route.needs) {
    const present = need.in === 'query' ? request.query.has(need.name) : request.hasHeader(need.name);
    // without a sub-resource only its members tell UploadPart from PutObject, so they must be there
    if (!present && route.literals.length === 0) return undefined;
    score += present ? 10 : -10;
  }
  return score;
}

/** S3's keys may end in a slash; other paths mean the same with and without. */
function trimSlash(path: string, isS3: boolean): string {
  return isS3 || path === '/' ? path : path.replace(/\/+$/, '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
