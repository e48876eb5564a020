/** ARNs and names. */
import { createHash } from 'node:crypto';
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

/** `arn:aws:states:R:A:mapRun:MACHINE/LABEL:ID` */
export function mapRunArn(
  { region, account }: Place,
  machineName: string,
  label: string,
  id: string,
): string {
  return `arn:aws:states:${region}:${account}:mapRun:${machineName}/${label}:${id}`;
}

/** The ARN of a Map Run's child execution; children of type EXPRESS have an id after their name. */
export function childArn(run: { readonly arn: string; readonly isExpress: boolean }, index: number): string {
  const [arn, partition, service, region, account, , machineAndLabel, id] = run.arn.split(':');
  const name = uuidOf(`${id} ${index}`);
  const place = [arn, partition, service, region, account].join(':');
  return run.isExpress
    ? `${place}:express:${machineAndLabel}:${name}:${uuidOf(`${id} ${index} express`)}`
    : `${place}:execution:${machineAndLabel}:${name}`;
}

/** The state machine of an execution, of a child execution with its label: `MACHINE` or `MACHINE/LABEL`. */
export function machineNameOf(executionArnText: string): string {
  return executionArnText.split(':')[6] ?? '';
}

/** The UUID (version 3 in shape) that a text stands for: AWS names child executions and unnamed Map states so. */
export function uuidOf(text: string): string {
  const hash = createHash('md5').update(text).digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x30;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** @throws AwsError InvalidName for more than 80 characters, or one that AWS does not take */
export function checkName(name: string): void {
  if (!isName(name, 80)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

/** Whether AWS takes a text as a name or a Map state's label. */
export function isName(text: string, longest: number): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those refused
  const isBad = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/.test(text);
  return text.length >= 1 && text.length <= longest && !isBad;
}
