/** Whatever comes over HTTP is answered: no crash, no hang, and no failure without its name and cause. */
import { cbor } from '@smithy/core/cbor';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { signedFetch } from '../testing/signed-fetch.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import { wireOf } from './clients.ts';
import { loadModel, type ServiceModel, type Shape } from './model.ts';

const TARGETED = ['dynamodb', 'logs', 'states', 'events', 'sqs', 'kms', 'ssm', 'ecr', 'sagemaker'];
const QUERIED = ['sns', 'sqs', 'monitoring', 'cloudformation', 'iam', 'sts'];
const REST = ['s3', 'lambda', 'scheduler', 'sagemaker'];
const HANG_MS = 5_000;
/** A service that is not there now; every other 5xx is a bug of ours. */
const MODELLED_503 = /ServiceUnavailable/;
/** What makes a process or changes much on a random whim. */
const LEFT_OUT = /^(Create(Training|Processing|Transform|HyperParameter)|DeleteStack|ExecuteChangeSet)/;

let running: RunningCloud;
let failures: string[] = [];
const models = new Map<string, ServiceModel>();

beforeAll(async () => {
  running = await startCloud();
  for (const name of new Set([...TARGETED, ...QUERIED, ...REST])) models.set(name, await loadModel(name));
});
afterAll(() => running.stop());
beforeEach(() => {
  failures = [];
  vi.spyOn(console, 'error').mockImplementation(
    (...parts) => void failures.push(parts.map(String).join(' ')),
  );
});
afterEach(() => vi.restoreAllMocks());

const operation = (services: readonly string[]) =>
  fc.constantFrom(...services).chain((service) => {
    const names = [...models.get(service)!.operations.keys()].filter(
      (name) => !LEFT_OUT.test(name) && name in (running.cloud.services.get(service)?.operations ?? {}),
    );
    return fc.tuple(fc.constant(service), fc.constantFrom(...names));
  });

/** A value that a shape could have, or something else in a part of it. */
function shaped(shape: Shape, depth = 0): fc.Arbitrary<unknown> {
  const wrong = fc.oneof(
    { maxDepth: 1 },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant([]),
    fc.constant({}),
  );
  const right = (): fc.Arbitrary<unknown> => {
    if (depth > 3) return fc.constant(null);
    if (shape.isStructSchema()) {
      const members = Object.fromEntries(
        [...shape.structIterator()].map(([name, member]) => [name, shaped(member, depth + 1)]),
      );
      return fc.record(members, { requiredKeys: [] });
    }
    if (shape.isListSchema()) return fc.array(shaped(shape.getValueSchema(), depth + 1), { maxLength: 3 });
    if (shape.isMapSchema())
      return fc.dictionary(fc.string({ maxLength: 8 }), shaped(shape.getValueSchema(), depth + 1), {
        maxKeys: 2,
      });
    if (shape.isTimestampSchema()) return fc.oneof(fc.integer(), fc.double());
    if (shape.isBooleanSchema()) return fc.boolean();
    if (shape.isNumericSchema()) return fc.oneof(fc.integer({ min: -5, max: 2000 }), fc.double());
    return fc.oneof(
      fc.string(),
      fc.constantFrom('', '*', 'a', '{}', '[]', 'arn:aws:x', 'arn:aws:iam::000000000000:role/x'),
    );
  };
  return fc.oneof({ weight: 12, arbitrary: right() }, { weight: 1, arbitrary: wrong });
}

async function answered(request: Parameters<typeof signedFetch>[1]): Promise<void> {
  const signal = AbortSignal.timeout(HANG_MS);
  const response = await signedFetch(running, { ...request, signal });
  const text = await response.text();
  if (response.status < 500 || response.status === 501) return;
  const code = response.headers.get('x-amzn-errortype') ?? text;
  expect(code, `${request.service} ${text} ${failures.join('\n')}`).toMatch(MODELLED_503);
}

/** So many, or as many as FUZZ_RUNS says. */
const run = (numRuns: number) => ({ numRuns: Number(process.env.FUZZ_RUNS ?? numRuns), endOnFailure: true });
const bytes = fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array));
const json = fc.oneof(fc.json(), bytes);

test('JSON services: bodies near to what they take', async () => {
  const arbitrary = operation(TARGETED).chain(([service, name]) =>
    fc.tuple(
      fc.constant(service),
      fc.constant(name),
      shaped(models.get(service)!.operations.get(name)!.input),
    ),
  );
  await fc.assert(
    fc.asyncProperty(arbitrary, async ([service, name, input]) => {
      const headers = {
        'x-amz-target': `${wireOf(service)!.targets[0]}.${name}`,
        'content-type': 'application/x-amz-json-1.1',
      };
      await answered({ service, headers, body: JSON.stringify(input ?? {}) });
    }),
    run(200),
  );
}, 60_000);

test('JSON services: any body', async () => {
  await fc.assert(
    fc.asyncProperty(operation(TARGETED), json, async ([service, name], body) => {
      const headers = {
        'x-amz-target': `${wireOf(service)!.targets[0]}.${name}`,
        'content-type': 'application/x-amz-json-1.0',
      };
      await answered({ service, headers, body });
    }),
    run(80),
  );
}, 60_000);

test('query services: parameters near to what they take, and any', async () => {
  const part = fc.constantFrom('member', 'entry', '1', '2', 'Key', 'key', 'Value', 'value', '', '0', 'Name');
  const parameters = operation(QUERIED).chain(([service, name]) => {
    const input = models.get(service)!.operations.get(name)!.input;
    const members = input.isStructSchema() ? [...input.structIterator()].map(([member]) => member) : [];
    const key = fc
      .tuple(fc.constantFrom('Action', ...members), fc.array(part, { maxLength: 3 }))
      .map(([member, parts]) => [member, ...parts].join('.'));
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('', '1', 'true', '{}', 'arn:aws:iam::000000000000:role/x'),
    );
    return fc.tuple(
      fc.constant(service),
      fc.constant(name),
      fc.array(fc.tuple(key, value), { maxLength: 6 }),
    );
  });
  await fc.assert(
    fc.asyncProperty(parameters, async ([service, name, pairs]) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const named = [['Action', name], ['Version', '2010-05-08'], ...pairs] as [string, string][];
      await answered({ service, headers, body: String(new URLSearchParams(named)) });
    }),
    run(120),
  );
}, 60_000);

test('CBOR: values near to what CloudWatch takes, and any bytes', async () => {
  const body = operation(['monitoring']).chain(([, name]) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof(
        shaped(models.get('monitoring')!.operations.get(name)!.input).map((value) =>
          Buffer.from(cbor.serialize(value ?? {})),
        ),
        bytes,
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(body, async ([name, data]) => {
      const headers = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
      await answered({
        service: 'monitoring',
        path: `/service/GraniteServiceVersion20100801/operation/${name}`,
        headers,
        body: data,
      });
    }),
    run(80),
  );
}, 60_000);

test('REST services: any method, path, query, header and body', async () => {
  const segment = fc.oneof(
    fc.constantFrom(
      '2015-03-31',
      'functions',
      'schedules',
      'bucket',
      'endpoints',
      'invocations',
      '..',
      '.',
      '%2F',
      '%ff',
      '',
    ),
    fc.string({ maxLength: 8 }).map(encodeURIComponent),
  );
  const query = fc.constantFrom(
    '',
    '?',
    '?versioning',
    '?uploads',
    '?partNumber=x&uploadId=y',
    '?delete',
    '?list-type=2&max-keys=z',
    '?lifecycle',
    '?a=%',
    '?X-Amz-Date=1',
  );
  const header = fc.constantFrom<Record<string, string>>(
    {},
    { range: 'bytes=9-1' },
    { range: 'x' },
    { 'content-encoding': 'gzip' },
    { 'content-type': 'multipart/form-data' },
    { 'if-modified-since': 'never' },
    { 'x-amz-copy-source': '%' },
    { 'x-amz-meta-a': 'b' },
    { 'x-amz-checksum-crc32': 'AA' },
    { 'x-amz-tagging': '=&=' },
    { 'content-encoding': 'aws-chunked' },
    { 'x-amz-decoded-content-length': 'x' },
  );
  const xml = fc.constantFrom(
    '<',
    '<a>',
    '<a/>',
    '<Delete><Object/></Delete>',
    '<VersioningConfiguration>x</VersioningConfiguration>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '{}',
    '[]',
    'null',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...REST),
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'),
      fc.array(segment, { maxLength: 5 }),
      query,
      header,
      fc.oneof(xml, bytes),
      async (service, method, segments, search, headers, body) => {
        const hasBody = !['GET', 'HEAD'].includes(method);
        await answered({
          service,
          method,
          path: `/${segments.join('/')}${search}`,
          headers,
          ...(hasBody ? { body } : {}),
        });
      },
    ),
    run(250),
  );
}, 60_000);
