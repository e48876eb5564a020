/** What intrinsics are evaluated against. */
import type { Json, Template } from './template.ts';

/** Stands in a plan for a value that only the execution will know; AWS shows the same words in change sets. */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** What `Ref: AWS::NoValue` gives; the property or list member that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

export interface Scope {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, string | readonly string[]>;
  /** `AWS::Region` and its kin, without `AWS::NoValue`. */
  readonly pseudo: Readonly<Record<string, string | readonly string[]>>;
  readonly hasLanguageExtensions: boolean;
  /** @throws AwsError ValidationError for a condition that the template does not define. */
  condition(name: string): boolean;
  /** What `Ref` of a resource gives, or `KNOWN_AFTER_APPLY`. */
  ref(logicalId: string): string;
  /** What `Fn::GetAtt` gives, or `KNOWN_AFTER_APPLY`. */
  attribute(logicalId: string, name: string): Json;
  importValue(exportName: string): string;
}

/** Whether a value depends on something that only the execution will know. */
export function isKnownAfterApply(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).includes(KNOWN_AFTER_APPLY);
}

/** The pseudo parameters of a stack. */
export function pseudoParameters(options: {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly notificationArns: readonly string[];
}): Scope['pseudo'] {
  return {
    'AWS::AccountId': options.account,
    'AWS::Region': options.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': options.stackName,
    'AWS::StackId': options.stackId,
    'AWS::NotificationARNs': options.notificationArns,
  };
}
