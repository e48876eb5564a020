/** What a function's process is started with: its code, its layers, and the variables that AWS sets. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AwsError } from '../core/errors.ts';
import { localFile } from '../core/local-files.ts';
import type { Principal } from '../core/principal.ts';
import { layerVersionOf } from './configuration.ts';
import { logGroupOf } from './describe.ts';
import type { PooledSpec } from './pool.ts';
import type { FunctionRecord, FunctionVersion } from './records.ts';
import type { LambdaState } from './state.ts';

const INSTALLED_PACKAGES = localFile('../node_modules');
/** Scopes that AWS's Node.js runtimes bring along. */
const RUNTIME_SCOPES = ['@aws-sdk', '@smithy'];

/**
 * Folder for `NODE_PATH` with the SDK that AWS's runtime brings, and nothing else of what is installed here.
 */
function runtimePackages(state: LambdaState): string {
  const directory = join(state.cloud.directory('lambda'), 'runtime-packages');
  mkdirSync(directory, { recursive: true });
  for (const scope of RUNTIME_SCOPES) {
    const link = join(directory, scope);
    if (!existsSync(link)) symlinkSync(join(INSTALLED_PACKAGES, scope), link);
  }
  return directory;
}

/** The role's session for a function's process. @throws AwsError AccessDeniedException */
export function functionSession(state: LambdaState, role: string, functionName: string): Principal {
  try {
    return state.cloud.assumeRole(role, 'lambda.amazonaws.com', functionName);
  } catch (cause) {
    const message = 'The role defined for the function cannot be assumed by Lambda.';
    throw new AwsError('AccessDeniedException', message, { status: 403, cause });
  }
}

function logStreamName(record: FunctionRecord, version: FunctionVersion, now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  // a group that several functions may share has the function's name in its streams
  const name = version.logging.LogGroup ? record.name : '';
  return `${day}/${name}[${version.version}]${randomBytes(16).toString('hex')}`;
}

/** Specification of one new process. @throws AwsError AccessDeniedException when the role cannot be assumed. */
export function makeWorkerSpec(
  state: LambdaState,
  record: FunctionRecord,
  version: FunctionVersion,
): PooledSpec {
  const { cloud } = state;
  const session = functionSession(state, version.role, record.name);
  const credentials = cloud.credentialsFor(session);
  const taskRoot = state.code.directory(version.codeSha256);
  const temporaryDirectory = join(cloud.directory('lambda'), 'tmp', randomUUID());
  const stream = logStreamName(record, version, cloud.clock.date());
  const jsonLogs = version.logging.LogFormat === 'JSON';
  // a layer named later lies above the earlier ones, as its files do in /opt
  const layers = version.layers
    .map(({ arn }) =>
      join(state.code.directory(layerVersionOf(state, arn).codeSha256), 'nodejs/node_modules'),
    )
    .reverse();
  return {
    handler: version.handler,
    runtime: version.runtime,
    taskRoot,
    temporaryDirectory,
    memoryMb: version.memoryMb,
    ephemeralStorageMb: version.ephemeralStorageMb,
    jsonLogs,
    logStreamName: stream,
    session,
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'en_US.UTF-8',
      TZ: 'UTC',
      AWS_ENDPOINT_URL: cloud.endpoint,
      ...version.variables,
      ...(jsonLogs && { AWS_LAMBDA_LOG_FORMAT: 'JSON' }),
      ...(jsonLogs && { AWS_LAMBDA_LOG_LEVEL: version.logging.ApplicationLogLevel ?? 'INFO' }),
      _HANDLER: version.handler,
      AWS_REGION: cloud.region,
      AWS_DEFAULT_REGION: cloud.region,
      AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: record.name,
      AWS_LAMBDA_FUNCTION_VERSION: version.version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(record.name, version),
      AWS_LAMBDA_LOG_STREAM_NAME: stream,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      LAMBDA_TASK_ROOT: taskRoot,
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      NODE_PATH: [...layers, runtimePackages(state)].join(delimiter),
      TMPDIR: temporaryDirectory,
    },
  };
}
