/** Published versions and aliases. */
import { randomUUID } from 'node:crypto';
import type * as Lambda from '@aws-sdk/client-lambda';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Operation } from '../core/service.ts';
import { describeVersion } from './describe.ts';
import { conflict, functionNotFound, invalidParameter, notFound } from './errors.ts';
import { parseFunctionName } from './names.ts';
import { type AliasRecord, type FunctionRecord, LATEST } from './records.ts';
import { checkRevision, type LambdaState, requireFunction } from './state.ts';
import { ALIAS_PATTERN, checkPattern, constraintError } from './validation.ts';

const WEIGHT_KEYS =
  'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]';
const WEIGHT_VALUES =
  'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]';

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

  function checkTarget(record: FunctionRecord, version: string | undefined): string {
    if (version !== LATEST && !record.versions[version ?? '']) {
      throw functionNotFound(`${record.arn}:${version}`);
    }
    return version ?? LATEST;
  }

  function checkRouting(
    record: FunctionRecord,
    version: string | undefined,
    routing: Lambda.AliasRoutingConfiguration | undefined,
  ): void {
    const weights = Object.entries(routing?.AdditionalVersionWeights ?? {});
    for (const [number, weight] of weights) {
      const shown = `{${number}=${Number.isInteger(weight) ? weight.toFixed(1) : weight}}`;
      const at = 'routingConfig.additionalVersionWeights';
      if (!/^\d+$/.test(number)) throw constraintError(shown, at, WEIGHT_KEYS);
      if (weight < 0 || weight > 1) throw constraintError(shown, at, WEIGHT_VALUES);
    }
    if (weights.length > 1) {
      throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
    }
    const [other] = weights[0] ?? [];
    if (other === undefined) return;
    if (version === LATEST) {
      throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
    }
    if (other === version) {
      throw invalidParameter(
        `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
      );
    }
    checkTarget(record, other);
  }

  function putAlias(record: FunctionRecord, alias: AliasRecord): Lambda.AliasConfiguration {
    state.functions.put(record.name, { ...record, aliases: { ...record.aliases, [alias.name]: alias } });
    return describeAlias(record, alias);
  }

  const PublishVersion: Operation<Lambda.PublishVersionCommandInput> = (input) => {
    refuseMembers('lambda PublishVersion', input, ['PublishTo']);
    const record = find(input.FunctionName);
    checkRevision(input.RevisionId, record.latest.revisionId);
    return publish(state, record.name, { description: input.Description, codeSha256: input.CodeSha256 });
  };

  const CreateAlias: Operation<Lambda.CreateAliasCommandInput> = (input) => {
    const record = find(input.FunctionName);
    const name = input.Name ?? '';
    checkPattern('name', name, ALIAS_PATTERN);
    checkRouting(record, input.FunctionVersion, input.RoutingConfig);
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
    const record = find(input.FunctionName);
    const alias = record.aliases[input.Name ?? ''];
    if (!alias) throw notFound(`Cannot find alias arn: ${record.arn}:${input.Name}`);
    return describeAlias(record, alias);
  };

  const UpdateAlias: Operation<Lambda.UpdateAliasCommandInput> = (input) => {
    const record = find(input.FunctionName);
    const alias = record.aliases[input.Name ?? ''];
    if (!alias) throw notFound(`Alias not found: ${record.arn}:${input.Name}`);
    checkRevision(input.RevisionId, alias.revisionId);
    checkRouting(record, input.FunctionVersion ?? alias.functionVersion, input.RoutingConfig);
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
    CreateAlias,
    GetAlias,
    UpdateAlias,
    DeleteAlias,
  };
}
