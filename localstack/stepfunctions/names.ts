/** ARNs and names. */
import { AwsError } from '../core/errors.ts';

/** Where ARNs are. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** `arn:aws:states:R:A:stateMachine:NAME` */
export function stateMachineArn({ region, account }: Place, name: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${name}`;
}

/** `arn:aws:states:R:A:execution:MACHINE:NAME` */
export function executionArn({ region, account }: Place, machineName: string, name: string): string {
  return `arn:aws:states:${region}:${account}:execution:${machineName}:${name}`;
}

/** The name of the state machine in one of its executions' ARNs. */
export function machineNameOf(executionArnText: string): string {
  return executionArnText.split(':')[6] ?? '';
}

/** @throws AwsError InvalidName for more than 80 characters, or one that AWS does not take */
export function checkName(name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those refused
  const isBad = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/.test(name);
  if (name.length < 1 || name.length > 80 || isBad) {
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  }
}
