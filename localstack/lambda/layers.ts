/** Layer versions. */
import { pathToFileURL } from 'node:url';
import type * as Lambda from '@aws-sdk/client-lambda';
import type { Operation } from '../core/service.ts';
import { invalidParameter, notFound } from './errors.ts';
import { layerArn, layerNameOf } from './names.ts';
import type { LayerRecord, LayerVersionRecord } from './records.ts';
import type { LambdaState } from './state.ts';
import { checkPattern, LAYER_NAME_PATTERN } from './validation.ts';

/** Table of the operations on layers. */
export function layerOperations(state: LambdaState): Record<string, Operation> {
  function describe(layer: LayerRecord, version: LayerVersionRecord) {
    return {
      LayerArn: layer.arn,
      LayerVersionArn: version.arn,
      Version: version.version,
      Description: version.description,
      CreatedDate: version.createdDate,
      CompatibleRuntimes: [...version.compatibleRuntimes],
      CompatibleArchitectures: [...version.compatibleArchitectures],
      ...(version.licenseInfo && { LicenseInfo: version.licenseInfo }),
    };
  }

  const content = (version: LayerVersionRecord) => ({
    Location: pathToFileURL(state.code.zipPath(version.codeSha256)).href,
    CodeSha256: version.codeSha256,
    CodeSize: version.codeBytes,
  });

  function checkNumber(number: number | undefined): void {
    if ((number ?? 0) < 1) throw invalidParameter('Layer Version Cannot be less than 1');
  }

  const PublishLayerVersion: Operation<Lambda.PublishLayerVersionCommandInput> = async (input, call) => {
    checkPattern('layerName', input.LayerName, LAYER_NAME_PATTERN);
    const name = layerNameOf(input.LayerName ?? '');
    const code = await state.code.store(input.Content ?? {}, call.principal);
    const arn = layerArn(state.cloud, name);
    const layer = state.layers.get(name) ?? { name, arn, nextVersion: 1, versions: {} };
    const number = layer.nextVersion;
    const version: LayerVersionRecord = {
      version: number,
      arn: `${arn}:${number}`,
      description: input.Description ?? '',
      codeSha256: code.sha256,
      codeBytes: code.bytes,
      createdDate: call.now.toISOString().replace('Z', '+0000'),
      compatibleRuntimes: input.CompatibleRuntimes ?? [],
      compatibleArchitectures: input.CompatibleArchitectures ?? [],
      ...(input.LicenseInfo && { licenseInfo: input.LicenseInfo }),
    };
    const versions = { ...layer.versions, [number]: version };
    const changed = { ...layer, nextVersion: number + 1, versions };
    state.layers.put(name, changed);
    return { ...describe(changed, version), Content: content(version) };
  };

  const GetLayerVersion: Operation<Lambda.GetLayerVersionCommandInput> = (input) => {
    checkNumber(input.VersionNumber);
    const layer = state.layers.get(layerNameOf(input.LayerName ?? ''));
    const version = layer?.versions[String(input.VersionNumber)];
    if (!layer || !version) throw notFound('The resource you requested does not exist.');
    return { ...describe(layer, version), Content: content(version) };
  };

  const DeleteLayerVersion: Operation<Lambda.DeleteLayerVersionCommandInput> = (input) => {
    checkNumber(input.VersionNumber);
    const layer = state.layers.get(layerNameOf(input.LayerName ?? ''));
    if (!layer) return {};
    const { [String(input.VersionNumber)]: _deleted, ...versions } = layer.versions;
    // the record stays: AWS does not give a version's number again
    state.layers.put(layer.name, { ...layer, versions });
    return {};
  };

  return { PublishLayerVersion, GetLayerVersion, DeleteLayerVersion };
}
