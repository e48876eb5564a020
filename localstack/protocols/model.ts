/** What the protocol layer knows of a service: its operations and errors, read from the SDK client's schemas. */
import { NormalizedSchema } from '@smithy/core/schema';
import { type ServiceWire, wireOf } from './clients.ts';
import { createRoutes, type Routes } from './routes.ts';

/** A shape of the SDK with its traits. */
export type Shape = NormalizedSchema;

/** Numbers by which the SDK's schemas tell operations and errors from other shapes. */
const OPERATION = 9;
const ERROR = -3;

export interface HttpTrait {
  readonly method: string;
  /** Path template with static query, for example `/{Key+}?x-id=PutObject`. */
  readonly uri: string;
  readonly status: number;
}

export interface OperationModel {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  readonly http?: HttpTrait;
}

export interface ServiceModel {
  readonly wire: ServiceWire;
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly routes: Routes;
  /** By shape name and by query code. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

export interface ErrorModel {
  readonly shapeName: string;
  readonly queryCode: string;
  readonly status: number | undefined;
  readonly fault: 'client' | 'server';
  readonly shape: Shape;
}

type RawSchema = readonly [
  number,
  string,
  string,
  Record<string, unknown> | number,
  unknown,
  unknown,
  ...unknown[],
];

const loaded = new Map<string, Promise<ServiceModel>>();

/** Loads a service's model once. The first use costs the import of its SDK client, 10 to 100 ms. */
export function loadModel(signingName: string): Promise<ServiceModel> {
  let model = loaded.get(signingName);
  if (!model) {
    const wire = wireOf(signingName);
    if (!wire) return Promise.reject(new Error(`no client for service ${signingName}`));
    model = load(wire);
    loaded.set(signingName, model);
  }
  return model;
}

async function load(wire: ServiceWire): Promise<ServiceModel> {
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  for (const client of await Promise.all(wire.loaders.map((loader) => loader()))) {
    for (const value of Object.values(client)) {
      if (!Array.isArray(value)) continue;
      const schema = value as unknown as RawSchema;
      if (schema[0] === OPERATION) operations.set(schema[2], operationModel(schema));
      if (schema[0] === ERROR) addError(errors, schema);
    }
  }
  return { wire, operations, errors, routes: createRoutes([...operations.values()], wire.name === 's3') };
}

function operationModel(schema: RawSchema): OperationModel {
  const traits = typeof schema[3] === 'object' ? schema[3] : {};
  const http = traits.http as [string, string, number] | undefined;
  return {
    name: schema[2],
    input: NormalizedSchema.of(schema[4] as never),
    output: NormalizedSchema.of(schema[5] as never),
    ...(http ? { http: { method: http[0], uri: http[1], status: http[2] } } : {}),
  };
}

function addError(errors: Map<string, ErrorModel>, schema: RawSchema): void {
  const traits = (typeof schema[3] === 'object' ? schema[3] : {}) as {
    awsQueryError?: [string, number];
    httpError?: number;
    error?: 'client' | 'server';
  };
  const model: ErrorModel = {
    shapeName: schema[2],
    queryCode: traits.awsQueryError?.[0] ?? schema[2],
    status: traits.awsQueryError?.[1] ?? traits.httpError,
    fault: traits.error ?? 'client',
    shape: NormalizedSchema.of(schema as never),
  };
  errors.set(model.shapeName, model);
  if (!errors.has(model.queryCode)) errors.set(model.queryCode, model);
}

/** How many of a structure's first members are required. */
export function requiredCount(shape: Shape): number {
  const raw = shape.getSchema();
  return Array.isArray(raw) && typeof raw[6] === 'number' ? raw[6] : 0;
}
