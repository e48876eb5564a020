/** How errors of services surface in a workflow: `SageMaker.ResourceInUseException` and its kin. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../core/errors.ts';
import { NOT_IMPLEMENTED, StateFailure } from '../engine/failure.ts';
import { type ClientModule, hasErrorShape } from './sdk-services.ts';

/** How an integration names a service's errors. */
export interface ErrorStyle {
  readonly prefix: string;
  /** Name of every error that the service's model does not have: validation, access denied, throttling. */
  readonly genericName: string;
  /** `v1`, the wording of optimized integrations, or `v2`, that of `aws-sdk` ones. */
  readonly sdk: 'v1' | 'v2';
  /** Service name in the cause, for example `AmazonSageMaker`. */
  readonly service: string;
}

/**
 * The failure of a task whose call failed. What the local cloud lacks stays under its own name, which no Catch sees,
 * so that a workflow cannot take it for a service's answer.
 */
export function serviceFailure(thrown: unknown, client: ClientModule, style: ErrorStyle): unknown {
  if (!(thrown instanceof AwsError)) return thrown;
  if (thrown.code === NOT_IMPLEMENTED) return new StateFailure(NOT_IMPLEMENTED, thrown.message);
  return new StateFailure(
    `${style.prefix}.${exceptionName(thrown.code, client) ?? style.genericName}`,
    cause(thrown, style),
  );
}

function exceptionName(code: string, client: ClientModule): string | undefined {
  const withSuffix = code.endsWith('Exception') ? code : `${code}Exception`;
  return hasErrorShape(client, code) || hasErrorShape(client, withSuffix) ? withSuffix : undefined;
}

function cause({ message, status, code }: AwsError, { sdk, service }: ErrorStyle): string {
  const requestId = randomUUID();
  return sdk === 'v1'
    ? `${message} (Service: ${service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`
    : `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${requestId}) (SDK Attempt Count: 1)`;
}
