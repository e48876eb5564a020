/** PutParameter: a new parameter, or a new version of one. */
import type { PutParameterCommandInput, PutParameterCommandOutput } from '@aws-sdk/client-ssm';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Operation } from '../core/service.ts';
import {
  checkName,
  MAX_VERSIONS,
  type ParameterRecord,
  parameterArn,
  splitSelector,
  tierFor,
} from './parameter.ts';
import type { Parameters } from './parameters.ts';

type Output = Omit<PutParameterCommandOutput, '$metadata'>;

const TYPES = ['SecureString', 'StringList', 'String'];

/** The operation over the stored parameters. */
export function putParameter(
  cloud: Cloud,
  store: Collection<ParameterRecord>,
  parameters: Parameters,
): Operation<PutParameterCommandInput, Output> {
  return async (input, call) => {
    if (input.Policies) throw new NotImplementedByLocalCloud('SSM parameter policies');
    if ((input.DataType ?? 'text') !== 'text') {
      throw new NotImplementedByLocalCloud(`SSM parameters of data type ${input.DataType}`);
    }
    const given = splitSelector(input.Name!).name;
    checkName(given);
    const existing = parameters.find(given)?.record;
    const name = existing?.name ?? given;
    if (existing && !input.Overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    if (existing && input.Tags?.length) {
      throw new AwsError(
        'ValidationException',
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove " +
          'overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.',
      );
    }
    const previous = existing?.versions.at(-1);
    const type = input.Type ?? previous?.type;
    if (!type) {
      throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
    }
    if (!TYPES.includes(type)) {
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value '${type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [${TYPES.join(', ')}]`,
      );
    }
    const allowedPattern = input.AllowedPattern ?? previous?.allowedPattern;
    if (allowedPattern && !new RegExp(`^(?:${allowedPattern})$`).test(input.Value!)) {
      throw new AwsError(
        'ParameterPatternMismatchException',
        `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
      );
    }
    const tier = tierFor(input.Value!, input.Tier ?? previous?.tier);
    const keyId = type === 'SecureString' ? (input.KeyId ?? previous?.keyId ?? 'alias/aws/ssm') : undefined;
    const value =
      keyId === undefined ? input.Value! : await encrypt(name, input.Value!, keyId, call.principal);
    const description = input.Description ?? previous?.description;
    const version = {
      version: (previous?.version ?? 0) + 1,
      type,
      value,
      tier,
      dataType: 'text',
      modified: call.now,
      modifiedBy: call.principal.arn,
      ...(keyId === undefined ? {} : { keyId }),
      ...(description === undefined ? {} : { description }),
      ...(allowedPattern === undefined ? {} : { allowedPattern }),
    };
    const tags = Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key!, Value!]));
    store.put(name, {
      name,
      versions: [...(existing?.versions ?? []), version].slice(-MAX_VERSIONS),
      tags: existing?.tags ?? tags,
    });
    return { Version: version.version, Tier: tier };
  };

  async function encrypt(name: string, value: string, keyId: string, principal: Principal): Promise<string> {
    const input = {
      KeyId: keyId,
      Plaintext: new Uint8Array(Buffer.from(value, 'utf8')),
      EncryptionContext: { PARAMETER_ARN: parameterArn(cloud.region, cloud.account, name) },
    };
    const viaService = `ssm.${cloud.region}.amazonaws.com`;
    const output = await cloud.call<{ CiphertextBlob: Uint8Array }>('kms', 'Encrypt', input, principal, {
      viaService,
    });
    return Buffer.from(output.CiphertextBlob).toString('base64');
  }
}
