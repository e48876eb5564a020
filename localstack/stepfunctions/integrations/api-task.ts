/** Tasks that are one API call: most optimized integrations and all `aws-sdk` ones. */
import { RUNTIME, StateFailure } from '../engine/failure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Integration, Pattern, TaskContext } from './integration.ts';
import { asObject, type ShapeOptions, shapeProblems, toRequest } from './request-shape.ts';
import { type TimestampStyle, toResult } from './result-shape.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import type { ClientModule } from './sdk-services.ts';
import { type ErrorStyle, serviceFailure } from './service-errors.ts';

/** One operation as a task. */
export interface ApiTaskOptions {
  readonly resourceType: string;
  readonly resource: string;
  readonly pattern: Pattern;
  readonly client: ClientModule;
  readonly signingName: string;
  /** API operation name, for example `PutItem`. */
  readonly operation: string;
  readonly schemas: { readonly input: unknown; readonly output: unknown };
  readonly errors: ErrorStyle;
  readonly timestamps: TimestampStyle;
  readonly shape?: ShapeOptions;
  /** Adds the metadata that optimized integrations answer with. */
  readonly withMetadata?: boolean;
  /** Changes the request before it is sent. */
  adjust?(request: Record<string, unknown>, task: TaskContext): Record<string, unknown>;
  /** Checks an answer that the service gave as success. @throws StateFailure */
  inspect?(result: JsonObject): void;
}

/** The integration of one API operation. */
export function apiTask(options: ApiTaskOptions): Integration {
  const { resourceType, resource, pattern, schemas, shape = {} } = options;
  return {
    resourceType,
    resource,
    pattern,
    events: 'Task',
    problems: (args) => shapeProblems(schemas.input, args, shape),
    async start(args, task) {
      refuseBadArguments(args, shapeProblems(schemas.input, args, shape));
      const request = toRequest(schemas.input, args, shape) as Record<string, unknown>;
      const result = asObject(await callAsTask(options, options.adjust?.(request, task) ?? request, task));
      options.inspect?.(result);
      return options.withMetadata ? { ...result, ...sdkMetadata(task.cloud.clock.date()) } : result;
    },
  };
}

/** Makes the call under the role and gives its answer as the workflow sees it. @throws StateFailure */
export async function callAsTask(
  options: Pick<ApiTaskOptions, 'client' | 'signingName' | 'operation' | 'schemas' | 'errors' | 'timestamps'>,
  request: object,
  task: TaskContext,
): Promise<Json> {
  const { client, signingName, operation, schemas, errors, timestamps } = options;
  const principal = task.principal();
  try {
    const answer = await task.cloud.call<object>(signingName, operation, request, principal);
    return await toResult(schemas.output, answer ?? {}, timestamps);
  } catch (thrown) {
    throw serviceFailure(thrown, client, errors);
  }
}

/** @throws StateFailure States.Runtime, as AWS answers arguments that evaluation made wrong */
export function refuseBadArguments(args: Json, problems: readonly { message: string }[]): void {
  if (problems.length === 0) return;
  const list = problems.map(({ message }) => message).join(', ');
  const cause = `The Parameters '${JSON.stringify(args)}' could not be used to start the Task: [${list}]`;
  throw new StateFailure(RUNTIME, cause, { fromInterpreter: true });
}
