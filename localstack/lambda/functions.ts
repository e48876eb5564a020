/** Operations on functions: create, read, change, delete. */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type * as Lambda from '@aws-sdk/client-lambda';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Call, Operation } from '../core/service.ts';
import { checkDeadLetters, checkUnzippedSize, readConfiguration } from './configuration.ts';
import { describeVersion } from './describe.ts';
import { authorizeConfiguring, visibleEnvironment } from './environment-key.ts';
import { conflict, invalidParameter } from './errors.ts';
import { functionArn, parseFunctionName, resolveVersion } from './names.ts';
import { type FunctionRecord, type FunctionVersion, LATEST } from './records.ts';
import { checkRevision, type LambdaState, putLatest, requireFunction } from './state.ts';
import { checkEnum } from './validation.ts';
import { publish } from './versions.ts';

/** Table of the operations on functions. */
export function functionOperations(state: LambdaState): Record<string, Operation> {
  const { cloud } = state;

  function find(input: { FunctionName: string | undefined; Qualifier?: string | undefined }) {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = requireFunction(state, name, qualifier);
    return { record, qualifier, version: resolveVersion(record, qualifier) };
  }

  const CreateFunction: Operation<Lambda.CreateFunctionCommandInput> = async (input, call) => {
    const { name } = parseFunctionName(input.FunctionName);
    if (state.functions.has(name)) throw conflict(`Function already exist: ${name}`);
    if (!input.Runtime || !input.Handler) {
      throw invalidParameter(
        'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
      );
    }
    const configuration = readConfiguration(state, input);
    checkDeadLetters(state, configuration.deadLetterArn, input.Role ?? '', name);
    if (configuration.environmentKeyArn) {
      await authorizeConfiguring(
        cloud,
        configuration.environmentKeyArn,
        functionArn(cloud, name),
        call.principal,
      );
    }
    const code = await state.code.store(input.Code ?? {}, call.principal);
    checkUnzippedSize(state, code.sha256, configuration.layers ?? []);
    if (state.functions.has(name)) throw conflict(`Function already exist: ${name}`);
    const latest: FunctionVersion = {
      version: LATEST,
      runtime: input.Runtime,
      role: input.Role ?? '',
      handler: input.Handler,
      description: '',
      timeoutSeconds: 3,
      memoryMb: 128,
      ephemeralStorageMb: 512,
      variables: {},
      layers: [],
      logging: {},
      architectures: input.Architectures ?? ['x86_64'],
      codeSha256: code.sha256,
      codeBytes: code.bytes,
      lastModified: call.now.toISOString().replace('Z', '+0000'),
      revisionId: randomUUID(),
      ...configuration,
    };
    const record: FunctionRecord = {
      name,
      arn: functionArn(cloud, name),
      latest,
      versions: {},
      nextVersion: 1,
      aliases: {},
      policies: {},
      policyRevisionId: randomUUID(),
      eventInvoke: {},
      tags: input.Tags ?? {},
    };
    state.functions.put(name, record);
    return input.Publish ? publish(state, name, {}) : describeVersion(record, latest);
  };

  const UpdateFunctionCode: Operation<Lambda.UpdateFunctionCodeCommandInput> = async (input, call) => {
    refuseMembers('lambda UpdateFunctionCode', input, ['PublishTo']);
    const { record } = find({ FunctionName: input.FunctionName });
    checkRevision(input.RevisionId, record.latest.revisionId);
    const code = await state.code.store(input, call.principal);
    checkUnzippedSize(state, code.sha256, record.latest.layers);
    const change = {
      codeSha256: code.sha256,
      codeBytes: code.bytes,
      ...(input.Architectures && { architectures: input.Architectures }),
    };
    if (input.DryRun) return describeVersion(record, { ...record.latest, ...change });
    const changed = putLatest(state, requireFunction(state, record.name), change);
    return input.Publish ? publish(state, record.name, {}) : describeVersion(changed, changed.latest);
  };

  const UpdateFunctionConfiguration: Operation<Lambda.UpdateFunctionConfigurationCommandInput> = async (
    input,
    call,
  ) => {
    const { record } = find({ FunctionName: input.FunctionName });
    checkRevision(input.RevisionId, record.latest.revisionId);
    const configuration = readConfiguration(state, input);
    checkDeadLetters(state, configuration.deadLetterArn, input.Role ?? record.latest.role, record.name);
    checkUnzippedSize(state, record.latest.codeSha256, configuration.layers ?? record.latest.layers);
    const keyArn = configuration.environmentKeyArn ?? record.latest.environmentKeyArn;
    if (keyArn && (input.KMSKeyArn || input.Environment)) {
      await authorizeConfiguring(cloud, keyArn, record.arn, call.principal);
    }
    const changed = putLatest(state, requireFunction(state, record.name), configuration);
    return describeVersion(changed, changed.latest);
  };

  async function show(
    input: { FunctionName: string | undefined; Qualifier?: string | undefined },
    call: Call,
  ) {
    const { record, version, qualifier } = find(input);
    const Environment = await visibleEnvironment(cloud, version, record.arn, call.principal);
    return {
      ...describeVersion(record, version, qualifier !== undefined),
      ...(Environment && { Environment }),
    };
  }

  const GetFunctionConfiguration: Operation<Lambda.GetFunctionConfigurationCommandInput> = show;

  const GetFunction: Operation<Lambda.GetFunctionCommandInput> = async (input, call) => {
    const { record, version } = find(input);
    return {
      Configuration: await show(input, call),
      // AWS gives a presigned URL; this one works on the machine that the cloud runs on
      Code: { RepositoryType: 'S3', Location: pathToFileURL(state.code.zipPath(version.codeSha256)).href },
      ...(Object.keys(record.tags).length > 0 && { Tags: { ...record.tags } }),
      ...(record.reservedConcurrency !== undefined && {
        Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency },
      }),
    };
  };

  const ListFunctions: Operation<Lambda.ListFunctionsCommandInput> = (input) => {
    checkEnum('functionVersion', input.FunctionVersion, ['ALL']);
    if (input.MasterRegion) throw new NotImplementedByLocalCloud('lambda ListFunctions MasterRegion');
    const records = state.functions.values().sort((a, b) => (a.name < b.name ? -1 : 1));
    const first = input.Marker ? records.findIndex(({ name }) => name >= input.Marker!) : 0;
    const from = first === -1 ? records.length : first;
    const page = records.slice(from, from + (input.MaxItems ?? 50));
    const next = records[from + page.length];
    return {
      Functions: page.flatMap((record) => [
        describeVersion(record, record.latest, input.FunctionVersion === 'ALL'),
        ...(input.FunctionVersion === 'ALL'
          ? Object.values(record.versions).map((version) => describeVersion(record, version))
          : []),
      ]),
      ...(next && { NextMarker: next.name }),
    };
  };

  const DeleteFunction: Operation<Lambda.DeleteFunctionCommandInput> = (input) => {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = requireFunction(state, name, qualifier);
    if (qualifier === undefined) {
      state.functions.delete(name);
      state.pool.retire(name);
      return { StatusCode: 204 };
    }
    if (qualifier === LATEST)
      throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    const users = Object.values(record.aliases).filter((alias) => alias.functionVersion === qualifier);
    if (users.length > 0) throw conflict(`Version ${qualifier} is referenced by alias ${users[0]!.name}`);
    const { [qualifier]: _deleted, ...versions } = record.versions;
    state.functions.put(name, { ...record, versions });
    return { StatusCode: 204 };
  };

  return {
    CreateFunction,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
    GetFunctionConfiguration,
    GetFunction,
    ListFunctions,
    DeleteFunction,
  };
}
