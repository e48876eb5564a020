/** cdk-nag: the rule pack, and acknowledgements that always name one finding on one construct, with the reason. */
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';

export function addNagChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}

export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::${rule}`, reason });
}

export interface Wildcards {
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
}

/** Acknowledges the wildcards of one statement, each by itself: another one in the same policy is still found. */
export function acknowledgeWildcards(construct: IConstruct, statement: Wildcards, reason: string): void {
  const findings = [
    ...(statement.actions ?? [])
      .filter((action) => action.includes('*'))
      .map((action) => `Action::${action}`),
    ...(statement.resources ?? [])
      .map((resource) => flattenCfnReference(Stack.of(construct).resolve(resource)))
      .filter((resource) => resource.includes('*'))
      .map((resource) => `Resource::${resource}`),
  ];
  for (const finding of findings) acknowledge(construct, `AwsSolutions-IAM5[${finding}]`, reason);
}
