/** Published versions and aliases. */
import { randomUUID } from 'node:crypto';
import type * as Lambda from '@aws-sdk/client-lambda';
import type { Operation } from '../core/service.ts';
import { describeVersion } from './describe.ts';
import { conflict, functionNotFound, invalidParameter, notFound } from './errors.ts';
import { parseFunctionName } from './names.ts';
import { type AliasRecord, type FunctionRecord, LATEST } from './records.ts';
import { checkRevision, type LambdaState, requireFunction } from './state.ts';

/**
 * Freezes `$LATEST` as the next version. Unchanged code and configuration give the version published last, as on AWS.
 */
export function publish(
  state: LambdaState,
  name: string,
  options: { description?: string | undefined; codeSha256?: string | undefined },
): Lambda.FunctionConfiguration {
  const record = requireFunction(state, name);
  const { latest } = record;
  if (options.codeSha256 !== undefined && options.codeSha256 !== latest.codeSha256) {
    throw invalidParameter(
      `CodeSHA256 (${options.codeSha256}) is different from current CodeSHA256 in $LATEST (${latest.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  const previous = record.versions[String(record.nextVersion - 1)];
  if (previous && isSameContent(previous, latest)) return describeVersion(record, previous);
  const number = String(record.nextVersion);
  const version = {
    ...latest,
    version: number,
    description: options.description ?? latest.description,
    revisionId: randomUUID(),
  };
  state.functions.put(name, {
    ...record,
    versions: { ...record.versions, [number]: version },
    nextVersion: record.nextVersion + 1,
  });
  return describeVersion(record, version);
}

function isSameContent(a: FunctionRecord['latest'], b: FunctionRecord['latest']): boolean {
  const content = ({ version, description, lastModified, revisionId, ...rest }: FunctionRecord['latest']) =>
    JSON.stringify(Object.entries(rest).sort(([x], [y]) => (x < y ? -1 : 1)));
  return content(a) === content(b);
}

function describeAlias(record: FunctionRecord, alias: AliasRecord): Lambda.AliasConfiguration {
  return {
    AliasArn: `${record.arn}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    ...(alias.routing && { RoutingConfig: alias.routing }),
    RevisionId: alias.revisionId,
  };
}

/** Table of the operations on versions and aliases. */
export function versionOperations(state: LambdaState): Record<string, Operation> {
  const find = (functionName: string | undefined) =>
    requireFunction(state, parseFunctionName(functionName).name);

  function findAlias(input: { FunctionName: string | undefined; Name: string | undefined }) {
    const record = find(input.FunctionName);
    const alias = record.aliases[input.Name ?? ''];
    if (!alias) throw notFound(`Cannot find alias arn: ${record.arn}:${input.Name}`);
    return { record, alias };
  }

  function checkTarget(record: FunctionRecord, version: string | undefined): string {
    if (version !== LATEST && !record.versions[version ?? '']) {
      throw functionNotFound(`${record.arn}:${version}`);
    }
    return version ?? LATEST;
  }

  function putAlias(record: FunctionRecord, alias: AliasRecord): Lambda.AliasConfiguration {
    state.functions.put(record.name, { ...record, aliases: { ...record.aliases, [alias.name]: alias } });
    return describeAlias(record, alias);
  }

  const PublishVersion: Operation<Lambda.PublishVersionCommandInput> = (input) => {
    const record = find(input.FunctionName);
    checkRevision(input.RevisionId, record.latest.revisionId);
    return publish(state, record.name, { description: input.Description, codeSha256: input.CodeSha256 });
  };

  const ListVersionsByFunction: Operation<Lambda.ListVersionsByFunctionCommandInput> = (input) => {
    const record = find(input.FunctionName);
    return {
      Versions: [record.latest, ...Object.values(record.versions)].map((version) =>
        describeVersion(record, version, true),
      ),
    };
  };

  const CreateAlias: Operation<Lambda.CreateAliasCommandInput> = (input) => {
    const record = find(input.FunctionName);
    const name = input.Name ?? '';
    if (!/^(?!^[0-9]+$)[a-zA-Z0-9-_]{1,128}$/.test(name))
      throw invalidParameter(`"${name}" is no alias name`);
    if (record.aliases[name]) throw conflict(`Alias already exists: ${record.arn}:${name}`);
    return putAlias(record, {
      name,
      functionVersion: checkTarget(record, input.FunctionVersion),
      description: input.Description ?? '',
      ...(input.RoutingConfig && { routing: input.RoutingConfig }),
      revisionId: randomUUID(),
    });
  };

  const GetAlias: Operation<Lambda.GetAliasCommandInput> = (input) => {
    const { record, alias } = findAlias(input);
    return describeAlias(record, alias);
  };

  const ListAliases: Operation<Lambda.ListAliasesCommandInput> = (input) => {
    const record = find(input.FunctionName);
    return { Aliases: Object.values(record.aliases).map((alias) => describeAlias(record, alias)) };
  };

  const UpdateAlias: Operation<Lambda.UpdateAliasCommandInput> = (input) => {
    const { record, alias } = findAlias(input);
    checkRevision(input.RevisionId, alias.revisionId);
    const { routing: _replaced, ...kept } = alias;
    const routing = input.RoutingConfig ?? alias.routing;
    return putAlias(record, {
      ...kept,
      ...(routing && { routing }),
      ...(input.FunctionVersion !== undefined && {
        functionVersion: checkTarget(record, input.FunctionVersion),
      }),
      ...(input.Description !== undefined && { description: input.Description }),
      revisionId: randomUUID(),
    });
  };

  const DeleteAlias: Operation<Lambda.DeleteAliasCommandInput> = (input) => {
    const record = find(input.FunctionName);
    const { [input.Name ?? '']: _deleted, ...aliases } = record.aliases;
    state.functions.put(record.name, { ...record, aliases });
    return {};
  };

  return {
    PublishVersion,
    ListVersionsByFunction,
    CreateAlias,
    GetAlias,
    ListAliases,
    UpdateAlias,
    DeleteAlias,
  };
}
