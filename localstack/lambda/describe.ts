/** Functions as the API shows them. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { type FunctionRecord, type FunctionVersion, LATEST } from './records.ts';

/** AWS's default: the group of the function's own name, plain text. */
export const logGroupOf = (functionName: string, version: FunctionVersion) =>
  version.logging.LogGroup ?? `/aws/lambda/${functionName}`;

/** A version's configuration. `qualified`: whether the ARN carries the version, as it does where one was asked for. */
export function describeVersion(
  record: FunctionRecord,
  version: FunctionVersion,
  qualified = version.version !== LATEST,
): FunctionConfiguration {
  return {
    FunctionName: record.name,
    FunctionArn: qualified ? `${record.arn}:${version.version}` : record.arn,
    Runtime: version.runtime,
    Role: version.role,
    Handler: version.handler,
    CodeSize: version.codeBytes,
    Description: version.description,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMb,
    LastModified: version.lastModified,
    CodeSha256: version.codeSha256,
    Version: version.version,
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: version.revisionId,
    ...(Object.keys(version.variables).length > 0 && {
      Environment: { Variables: { ...version.variables } },
    }),
    ...(version.environmentKeyArn && { KMSKeyArn: version.environmentKeyArn }),
    ...(version.deadLetterArn && { DeadLetterConfig: { TargetArn: version.deadLetterArn } }),
    ...(version.layers.length > 0 && {
      Layers: version.layers.map(({ arn, codeBytes }) => ({ Arn: arn, CodeSize: codeBytes })),
    }),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [...version.architectures],
    EphemeralStorage: { Size: version.ephemeralStorageMb },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: version.logging.LogFormat ?? 'Text',
      LogGroup: logGroupOf(record.name, version),
      ...(version.logging.ApplicationLogLevel && {
        ApplicationLogLevel: version.logging.ApplicationLogLevel,
      }),
      ...(version.logging.SystemLogLevel && { SystemLogLevel: version.logging.SystemLogLevel }),
    },
  };
}
