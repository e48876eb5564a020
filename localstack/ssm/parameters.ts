/** Reading parameters: by name and version, by path, decrypted for who may. */
import type { Parameter } from '@aws-sdk/client-ssm';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import {
  checkPath,
  type ParameterRecord,
  type ParameterVersion,
  parameterArn,
  splitSelector,
} from './parameter.ts';

export interface Parameters {
  /** The parameter and the version that `name`, `name:3` or an ARN means. */
  find(
    nameOrArn: string,
  ): { readonly record: ParameterRecord; readonly version: ParameterVersion } | undefined;
  /** @throws AwsError ParameterNotFound */
  require(nameOrArn: string): ParameterRecord;
  read(nameOrArn: string, isDecrypted: boolean, principal: Principal): Promise<Parameter>;
  readValue(
    name: string,
    version: ParameterVersion,
    isDecrypted: boolean,
    principal: Principal,
  ): Promise<string>;
  /** Names below a path, sorted. */
  below(path: string, isRecursive: boolean): string[];
  metadata(name: string, version: ParameterVersion): object;
}

/** Reads over the stored parameters. */
export function createParameters(cloud: Cloud, store: Collection<ParameterRecord>): Parameters {
  const arnOf = (name: string) => parameterArn(cloud.region, cloud.account, name);

  function lookUp(nameOrArn: string): ParameterRecord | undefined {
    const { name } = splitSelector(nameOrArn);
    // AWS does not tell `/name` from `name`, whichever of the two made the parameter
    return store.get(name) ?? store.get(name.startsWith('/') ? name.slice(1) : `/${name}`);
  }

  function find(nameOrArn: string): ReturnType<Parameters['find']> {
    const record = lookUp(nameOrArn);
    if (!record) return undefined;
    const { selector } = splitSelector(nameOrArn);
    if (selector === undefined) return { record, version: record.versions.at(-1)! };
    const version = record.versions.find((each) => String(each.version) === selector);
    return version && { record, version };
  }

  async function readValue(
    name: string,
    version: ParameterVersion,
    isDecrypted: boolean,
    principal: Principal,
  ): Promise<string> {
    if (version.type !== 'SecureString' || !isDecrypted) return version.value;
    const { Plaintext } = await cloud.call<{ Plaintext: Uint8Array }>(
      'kms',
      'Decrypt',
      {
        CiphertextBlob: new Uint8Array(Buffer.from(version.value, 'base64')),
        EncryptionContext: { PARAMETER_ARN: arnOf(name) },
      },
      principal,
      { viaService: `ssm.${cloud.region}.amazonaws.com` },
    );
    return Buffer.from(Plaintext).toString('utf8');
  }

  return {
    find,
    readValue,
    require(nameOrArn) {
      const record = lookUp(nameOrArn);
      // AWS says no more than that
      if (!record) throw new AwsError('ParameterNotFound', '');
      return record;
    },
    async read(nameOrArn, isDecrypted, principal) {
      const found = find(nameOrArn);
      const { selector } = splitSelector(nameOrArn);
      if (!found) {
        if (selector === undefined || !lookUp(nameOrArn)) throw new AwsError('ParameterNotFound', '');
        throw new AwsError(
          'ParameterVersionNotFound',
          `Systems Manager could not find version ${selector} of ${splitSelector(nameOrArn).name}. Verify the version and try again.`,
        );
      }
      const { record, version } = found;
      return {
        Name: record.name,
        Type: version.type,
        Value: await readValue(record.name, version, isDecrypted, principal),
        Version: version.version,
        LastModifiedDate: version.modified,
        ARN: arnOf(record.name),
        DataType: version.dataType,
        ...(selector === undefined ? {} : { Selector: `:${selector}` }),
      };
    },
    below(path, isRecursive) {
      checkPath(path);
      const prefix = path.endsWith('/') ? path : `${path}/`;
      return store
        .keys()
        .filter(
          (name) => name.startsWith(prefix) && (isRecursive || !name.slice(prefix.length).includes('/')),
        )
        .sort();
    },
    metadata: (name, version) => ({
      Name: name,
      ARN: arnOf(name),
      Type: version.type,
      KeyId: version.keyId,
      LastModifiedDate: version.modified,
      LastModifiedUser: version.modifiedBy,
      Description: version.description,
      AllowedPattern: version.allowedPattern,
      Version: version.version,
      Tier: version.tier,
      Policies: [],
      DataType: version.dataType,
    }),
  };
}
