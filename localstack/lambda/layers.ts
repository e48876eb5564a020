/** Layer versions. */
import { pathToFileURL } from 'node:url';
import type * as Lambda from '@aws-sdk/client-lambda';
import type { Operation } from '../core/service.ts';
import { invalidParameter, notFound } from './errors.ts';
import { layerArn, layerNameOf } from './names.ts';
import type { LayerRecord, LayerVersionRecord } from './records.ts';
import type { LambdaState } from './state.ts';

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

  function find(nameOrArn: string | undefined, number: number | string | undefined) {
    const layer = state.layers.get(layerNameOf(nameOrArn ?? ''));
    const version = layer?.versions[String(number)];
    if (!layer || !version) {
      throw notFound(
        `Layer version ${layerArn(state.cloud, layerNameOf(nameOrArn ?? ''))}:${number} does not exist.`,
      );
    }
    return { layer, version };
  }

  const PublishLayerVersion: Operation<Lambda.PublishLayerVersionCommandInput> = async (input, call) => {
    const name = layerNameOf(input.LayerName ?? '');
    if (!/^[a-zA-Z0-9-_]{1,140}$/.test(name)) throw invalidParameter(`"${name}" is no layer name`);
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
    const { layer, version } = find(input.LayerName, input.VersionNumber);
    return { ...describe(layer, version), Content: content(version) };
  };

  const GetLayerVersionByArn: Operation<Lambda.GetLayerVersionByArnCommandInput> = (input) => {
    const { layer, version } = find(input.Arn, input.Arn?.split(':')[7]);
    return { ...describe(layer, version), Content: content(version) };
  };

  const DeleteLayerVersion: Operation<Lambda.DeleteLayerVersionCommandInput> = (input) => {
    const layer = state.layers.get(layerNameOf(input.LayerName ?? ''));
    if (!layer) return {};
    const { [String(input.VersionNumber)]: _deleted, ...versions } = layer.versions;
    // the record stays: AWS does not give a version's number again
    state.layers.put(layer.name, { ...layer, versions });
    return {};
  };

  const ListLayerVersions: Operation<Lambda.ListLayerVersionsCommandInput> = (input) => {
    const layer = state.layers.get(layerNameOf(input.LayerName ?? ''));
    const versions = Object.values(layer?.versions ?? {}).sort((a, b) => b.version - a.version);
    return { LayerVersions: layer ? versions.map((version) => describe(layer, version)) : [] };
  };

  const ListLayers: Operation<Lambda.ListLayersCommandInput> = () => ({
    Layers: state.layers.values().flatMap((layer) => {
      const newest = Object.values(layer.versions).sort((a, b) => b.version - a.version)[0];
      if (!newest) return [];
      return [{ LayerName: layer.name, LayerArn: layer.arn, LatestMatchingVersion: describe(layer, newest) }];
    }),
  });

  return {
    PublishLayerVersion,
    GetLayerVersion,
    GetLayerVersionByArn,
    DeleteLayerVersion,
    ListLayerVersions,
    ListLayers,
  };
}
